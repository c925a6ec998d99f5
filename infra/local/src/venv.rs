//! The Python environment of the emulator: made once, remade when its requirements change.

use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};

use crate::command;
use crate::progress::ProgressStep;

/// The versions that every requirement has a wheel for.
const VERSIONS: RangeInclusive<(u32, u32)> = (3, 10)..=(3, 14);

/// Names of the Python programs to try, the plain name first.
const PYTHONS: [&str; 6] = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];

/// Makes sure that the environment in `directory` holds what `requirements` lists, and returns its
/// Python.
pub(crate) async fn ensure(directory: &Path, requirements: &Path) -> Result<PathBuf> {
    let python = directory.join("bin/python");
    let wanted =
        fingerprint(&fs::read(requirements).with_context(|| format!("cannot read {}", requirements.display()))?);
    let parent = directory.parent().context("a virtual environment needs a directory to be in")?;
    fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    // Two stacks may start at once; the second waits here and finds the work done.
    let lock = fs::File::create(directory.with_extension("lock"))?;
    lock.lock()?;
    let marker = directory.join("requirements.sha256");
    if fs::read_to_string(&marker).is_ok_and(|installed| installed == wanted) && python.exists() {
        return Ok(python);
    }
    let step = ProgressStep::begin("install the AWS emulator (about 130 MB, once)");
    let base = find_python()?;
    if directory.exists() {
        fs::remove_dir_all(directory).with_context(|| format!("cannot remove {}", directory.display()))?;
    }
    let created =
        command::run(tokio::process::Command::new(&base).args(["-m", "venv"]).arg(directory), "", &step, |_| None)
            .await?;
    if !created.status.success() {
        bail!(
            "{} cannot make a virtual environment: {}\nInstall its venv module (Debian, Ubuntu: apt install python3-venv) \
             and try again.",
            base.display(),
            created.last_lines(3)
        );
    }
    let mut pip = tokio::process::Command::new(&python);
    pip.args(["-m", "pip", "install", "--require-hashes", "--only-binary=:all:", "--no-input", "--progress-bar=off"])
        .args(["--disable-pip-version-check", "-r"])
        .arg(requirements);
    let installed = command::run(&mut pip, "", &step, |line| {
        // Who asked for it is of no interest here.
        line.split(" (from ").next().map(|text| text.trim().to_owned())
    })
    .await?;
    if !installed.status.success() {
        bail!(
            "pip cannot install the emulator: {}\nCheck the network or PIP_INDEX_URL and try again.",
            installed.last_lines(5)
        );
    }
    fs::write(marker, wanted)?;
    step.done("");
    Ok(python)
}

/// The first Python on the path that will do.
pub(crate) fn find_python() -> Result<PathBuf> {
    let mut others = Vec::new();
    for name in PYTHONS {
        let Ok(output) =
            Command::new(name).args(["-c", "import sys; print(*sys.version_info[:2], sys.executable)"]).output()
        else {
            continue;
        };
        match parse_version(&String::from_utf8_lossy(&output.stdout)) {
            Some((version, executable)) if VERSIONS.contains(&version) => return Ok(executable),
            Some(((major, minor), _)) => others.push(format!("{name} is {major}.{minor}")),
            None => {}
        }
    }
    let found = if others.is_empty() { "there is none".to_owned() } else { others.join(", ") };
    bail!(
        "Python 3.10 to 3.14 is needed on the PATH; {found}. Install one (apt install python3 python3-venv, brew install python) and try again."
    )
}

fn parse_version(text: &str) -> Option<((u32, u32), PathBuf)> {
    let mut parts = text.trim().splitn(3, ' ');
    let version = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some((version, PathBuf::from(parts.next()?)))
}

fn fingerprint(requirements: &[u8]) -> String {
    Sha256::digest(requirements).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_version_and_the_path_with_blanks() {
        assert_eq!(
            parse_version("3 11 /opt/my python/bin/python3\n"),
            Some(((3, 11), "/opt/my python/bin/python3".into()))
        );
        assert_eq!(parse_version("Python was not found"), None);
        assert_eq!(parse_version(""), None);
    }

    #[test]
    fn every_requirement_is_pinned_with_hashes() {
        let text = include_str!("../requirements.txt");
        let pinned = text.lines().filter(|line| line.contains("==")).count();
        assert!(pinned > 30);
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            assert!(line.contains("==") && line.ends_with('\\') || line.contains("--hash=sha256:"), "{line}");
        }
    }
}
