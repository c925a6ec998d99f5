//! The imports of every crate go one way: neither its files nor its folders form a cycle.
//!
//! One test a crate of the workspace, named after the crate. A failing one lists the files or
//! folders of the cycle with the names that each imports from the other. Code that is compiled for
//! tests alone does not count, and neither does a `pub use` by which a module hands on what its own
//! child modules define.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod cycles;
mod modules;
mod names;
mod resolution;
mod samples;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> =
        crates().into_iter().map(|(name, folder)| Trial::test(name, move || check(&sources(&folder)))).collect();
    trials.extend(samples::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The crates of the workspace that have sources of their own, by name, from its Cargo.toml.
fn crates() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let (_, members) = manifest.split_once("members = [").unwrap();
    let (members, _) = members.split_once(']').unwrap();
    let folders = members.split('"').skip(1).step_by(2).map(|member| (member, root.join(member).join("src")));
    let found: Vec<_> = folders
        .filter(|(_, folder)| folder.is_dir())
        .map(|(member, folder)| (member.replace('/', "_"), folder))
        .collect();
    assert!(found.len() > 10, "only {} crates found in Cargo.toml", found.len());
    found
}

/// The sources below a folder, by path relative to it.
fn sources(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                found.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

/// Fails with the cycles of the crate that has these sources.
fn check(sources: &BTreeMap<String, String>) -> Result<(), Failed> {
    let imports = resolution::imports(&modules::Modules::read(sources));
    let mut findings = cycles::between_files(&imports);
    findings.extend(cycles::between_folders(&imports));
    if findings.is_empty() { Ok(()) } else { Err(findings.join("\n").into()) }
}
