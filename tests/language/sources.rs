//! The files that the tests read.

use std::path::{Path, PathBuf};

/// A text file of the repository.
pub(crate) struct Source {
    /// Relative to the root of the repository, with slashes.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    /// Whether the file is compiled for tests alone.
    pub(crate) fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        self.path.contains("/tests/") || name == "tests.rs" || name.ends_with("_tests.rs")
    }
}

/// What is deployed, and the program that deploys it to this machine.
pub(crate) const PRODUCT: [&str; 3] = ["functions", "shared", "infra/local"];

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The files below these folders, or these files, whose names end in one of `endings`.
pub(crate) fn read(places: &[&str], endings: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    for place in places {
        let count = found.len();
        collect(&root().join(place), endings, &mut found);
        assert!(found.len() > count, "there is no file to read at {place}");
    }
    found
}

fn collect(place: &Path, endings: &[&str], found: &mut Vec<Source>) {
    if place.is_dir() {
        for entry in std::fs::read_dir(place).unwrap() {
            let path = entry.unwrap().path();
            if !path.ends_with("target") && !path.ends_with("node_modules") {
                collect(&path, endings, found);
            }
        }
        return;
    }
    let path = place.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
    if endings.iter().any(|ending| path.ends_with(ending)) {
        let text = std::fs::read_to_string(place).unwrap_or_else(|error| panic!("{path}: {error}"));
        found.push(Source { path, text });
    }
}

/// Fails with all findings at once, a line each.
#[track_caller]
pub(crate) fn expect_none(findings: &[String], advice: &str) {
    assert!(findings.is_empty(), "{} findings; {advice}:\n{}", findings.len(), findings.join("\n"));
}
