//! DO's own Python client works against the simulator as it is.

#![expect(clippy::unwrap_used, reason = "the lint knows tests by their attribute and does not see what they call")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use digitalocean_sim::{Limits, Seed, Simulator};

/// The Pythons that every requirement has a wheel for, as `cargo local` tries them.
const PYTHONS: [&str; 6] = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];

const REQUIREMENTS: &str = include_str!("requirements.txt");

/// Past the capture of the test harness: the first run downloads, and somebody may be waiting for it.
fn say(line: &str) {
    let mut stderr = std::io::stderr();
    writeln!(stderr, "pydo: {line}").unwrap();
}

fn run(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{command:?}: {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    Err(format!("{command:?} failed:\n{}\n{}", text(&output.stdout), text(&output.stderr)))
}

/// The interpreter of a virtual environment that has the client, made if need be.
fn python() -> Result<PathBuf, String> {
    // `CARGO_TARGET_TMPDIR` is a directory of the target directory.
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("pydo-venv");
    let (python, marker) = (venv.join("bin/python"), venv.join("installed.txt"));
    if std::fs::read_to_string(&marker).is_ok_and(|installed| installed == REQUIREMENTS) {
        return Ok(python);
    }
    let enough = "import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 14))";
    let base = PYTHONS.iter().find(|name| run(Command::new(name).args(["-c", enough])).is_ok());
    let base = base.ok_or_else(|| format!("this test needs Python 3.10 to 3.14 as one of {}", PYTHONS.join(", ")))?;
    say(&format!("making a virtual environment in {} (once)", venv.display()));
    run(Command::new(base).args(["-m", "venv", "--clear"]).arg(&venv))?;
    say("installing DigitalOcean's Python client (once, about 20 MB)");
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pydo/requirements.txt");
    let options = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "--only-binary=:all:",
        "-r",
    ];
    run(Command::new(&python).args(options).arg(requirements))?;
    std::fs::write(marker, REQUIREMENTS).map_err(|error| error.to_string())?;
    say("installed");
    Ok(python)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_python_client_of_digitalocean_works_unchanged() {
    let sim = Simulator::start(Seed::demo()).await.unwrap();
    let demo = sim.account("demo");
    demo.set_limits(Limits::default().burst(5000));
    demo.add_droplets(446);
    let url = sim.base_url().to_owned();
    let check = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pydo/check.py");
    let checked = tokio::task::spawn_blocking(move || run(Command::new(python()?).arg(check).arg(url))).await.unwrap();
    if let Err(error) = checked {
        panic!("{error}");
    }
    assert!(sim.requests().all().len() > 30, "the client asked the simulator");
}
