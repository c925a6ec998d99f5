//! Clients of DO that are written in Python. Each has its own virtual environment, at the versions
//! that its requirements pin.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The Python versions that every requirement has a wheel for, in the order in which `cargo local`
/// tries them.
const PYTHONS: [&str; 6] = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];

/// Messages of pip if the package index cannot be reached. Any other error fails the test, above
/// all a wrong hash.
const UNREACHABLE: [&str; 5] = [
    "Failed to establish a new connection",
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
];

/// A client and the directory of its test, which contains `requirements.txt` and `check.py`.
pub(crate) struct Client {
    pub(crate) name: &'static str,
    /// Approximate size of the download, for the message to the developer.
    pub(crate) size: &'static str,
}

/// The reason why a check did not succeed.
pub(crate) enum Failure {
    /// The client cannot be downloaded in this environment.
    Unreachable(String),
    /// The client or the simulator failed.
    Failed(String),
}

impl Client {
    /// Runs the client's `check.py` with these arguments. If the client is not installed and the
    /// package index cannot be reached, the test is skipped with a message on standard error,
    /// except in CI.
    pub(crate) async fn check(self, arguments: Vec<String>) {
        let name = self.name;
        let check = move || {
            let python = self.python()?;
            run(Command::new(python).arg(self.file("check.py")).args(arguments)).map_err(Failure::Failed)
        };
        match tokio::task::spawn_blocking(check).await.unwrap() {
            Ok(_) => {}
            Err(Failure::Unreachable(error)) if std::env::var_os("CI").is_none() => {
                report(name, &format!("SKIPPED: the client cannot be installed: {error}"));
            }
            Err(Failure::Unreachable(error) | Failure::Failed(error)) => panic!("{error}"),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(self.name).join(name)
    }

    /// The interpreter of a virtual environment that has the client. The environment is created on
    /// the first run.
    fn python(&self) -> Result<PathBuf, Failure> {
        let failed = |error: std::io::Error| Failure::Failed(error.to_string());
        // `CARGO_TARGET_TMPDIR` is a directory of the target directory.
        let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name(format!("{}-venv", self.name));
        let (python, marker) = (venv.join("bin/python"), venv.join("installed.txt"));
        let requirements = std::fs::read_to_string(self.file("requirements.txt")).map_err(failed)?;
        if std::fs::read_to_string(&marker).is_ok_and(|installed| installed == requirements) {
            return Ok(python);
        }
        let supported = "import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 14))";
        let base = PYTHONS.iter().find(|name| run(Command::new(name).args(["-c", supported])).is_ok());
        let missing =
            || Failure::Failed(format!("this test needs Python 3.10 to 3.14 as one of {}", PYTHONS.join(", ")));
        report(self.name, &format!("creating a virtual environment in {} (once)", venv.display()));
        let make = ["-m", "venv", "--clear"];
        run(Command::new(base.ok_or_else(missing)?).args(make).arg(&venv)).map_err(Failure::Failed)?;
        report(self.name, &format!("installing the client (once, about {})", self.size));
        let options = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"];
        let install = run(Command::new(&python)
            .args(options)
            .args(["--only-binary=:all:", "-r"])
            .arg(self.file("requirements.txt")));
        install.map_err(|error| match UNREACHABLE.iter().any(|sign| error.contains(sign)) {
            true => Failure::Unreachable(error),
            false => Failure::Failed(error),
        })?;
        std::fs::write(marker, requirements).map_err(failed)?;
        report(self.name, "installed");
        Ok(python)
    }
}

/// Writes directly to standard error, which the test harness does not capture, because the first
/// run downloads and a developer may be waiting.
fn report(name: &str, line: &str) {
    let mut stderr = std::io::stderr();
    writeln!(stderr, "{name}: {line}").unwrap();
}

fn run(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{command:?}: {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    Err(format!("{command:?} failed:\n{}\n{}", text(&output.stdout), text(&output.stderr)))
}
