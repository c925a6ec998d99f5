//! Clients of DO that are written in Python, each in a virtual environment of its own, at the versions that its requirements pin.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The Pythons that every requirement has a wheel for, as `cargo local` tries them.
const PYTHONS: [&str; 6] = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];

/// What pip says where the package index cannot be reached. Whatever else goes wrong, a wrong hash above all, fails the test.
const UNREACHABLE: [&str; 5] = [
    "Failed to establish a new connection",
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
];

/// A client and the directory of its test, which has `requirements.txt` and `check.py`.
pub(crate) struct Client {
    pub(crate) name: &'static str,
    /// How much there is to install.
    pub(crate) size: &'static str,
}

/// Why a check did not succeed.
pub(crate) enum Failure {
    /// The client cannot be had here.
    Unreachable(String),
    /// The client, or the simulator.
    Failed(String),
}

impl Client {
    /// Runs the client's `check.py` with these arguments. Where the client is not installed and the package index cannot be reached, the
    /// test says so past the capture of the test harness and is skipped, except in CI.
    pub(crate) async fn check(self, arguments: Vec<String>) {
        let name = self.name;
        let check = move || {
            let python = self.python()?;
            run(Command::new(python).arg(self.file("check.py")).args(arguments)).map_err(Failure::Failed)
        };
        match tokio::task::spawn_blocking(check).await.unwrap() {
            Ok(_) => {}
            Err(Failure::Unreachable(error)) if std::env::var_os("CI").is_none() => {
                say(name, &format!("SKIPPED: the client cannot be installed: {error}"));
            }
            Err(Failure::Unreachable(error) | Failure::Failed(error)) => panic!("{error}"),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(self.name).join(name)
    }

    /// The interpreter of a virtual environment that has the client, made if need be.
    fn python(&self) -> Result<PathBuf, Failure> {
        let failed = |error: std::io::Error| Failure::Failed(error.to_string());
        // `CARGO_TARGET_TMPDIR` is a directory of the target directory.
        let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name(format!("{}-venv", self.name));
        let (python, marker) = (venv.join("bin/python"), venv.join("installed.txt"));
        let requirements = std::fs::read_to_string(self.file("requirements.txt")).map_err(failed)?;
        if std::fs::read_to_string(&marker).is_ok_and(|installed| installed == requirements) {
            return Ok(python);
        }
        let enough = "import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 14))";
        let base = PYTHONS.iter().find(|name| run(Command::new(name).args(["-c", enough])).is_ok());
        let missing =
            || Failure::Failed(format!("this test needs Python 3.10 to 3.14 as one of {}", PYTHONS.join(", ")));
        say(self.name, &format!("making a virtual environment in {} (once)", venv.display()));
        let make = ["-m", "venv", "--clear"];
        run(Command::new(base.ok_or_else(missing)?).args(make).arg(&venv)).map_err(Failure::Failed)?;
        say(self.name, &format!("installing the client (once, about {})", self.size));
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
        say(self.name, "installed");
        Ok(python)
    }
}

/// Past the capture of the test harness: the first run downloads, and somebody may be waiting for it.
fn say(name: &str, line: &str) {
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
