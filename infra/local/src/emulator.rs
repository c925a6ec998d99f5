//! Starting the AWS emulator.

use std::ffi::OsString;
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::layout::Layout;
use crate::process::{LaunchSpec, Processes};
use crate::progress::ProgressStep;

/// The emulator's name in the record of processes.
pub(crate) const NAME: &str = "emulator";

const START_TIMEOUT: Duration = Duration::from_secs(60);

/// Variables that the emulator inherits: those needed to find programs and to reach DigitalOcean
/// through a company's proxy, and no others, since the emulator passes its environment to every
/// Lambda function.
const INHERITED: [&str; 7] =
    ["PATH", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "https_proxy", "NO_PROXY"];

/// Starts the emulator with IAM enforced, waits until it answers and returns its URL.
pub(crate) async fn start(
    layout: &Layout,
    processes: &mut Processes,
    python: &Path,
    port: Option<u16>,
    guard: Option<&Path>,
) -> Result<String> {
    let step = ProgressStep::begin("start the AWS emulator");
    let port = choose(port)?;
    let endpoint = format!("http://127.0.0.1:{port}");
    let log = layout.path("emulator.log");
    let launch = LaunchSpec {
        name: NAME,
        program: python.to_owned(),
        arguments: ["-m", "ministack"].map(OsString::from).into(),
        environment: environment(layout, port, &endpoint),
        log: log.clone(),
    };
    processes.start(&launch, guard)?;
    let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build()?;
    let began = Instant::now();
    loop {
        if http
            .get(format!("{endpoint}/_ministack/health"))
            .send()
            .await
            .is_ok_and(|answer| answer.status().is_success())
        {
            step.done(&endpoint);
            return Ok(endpoint);
        }
        if processes.has_ended(NAME) || began.elapsed() > START_TIMEOUT {
            bail!(
                "the AWS emulator does not start; its last words: {}\nAll of them: {}",
                last_line(&log),
                log.display()
            );
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Returns the wanted port, or any free one where none is wanted. Fails if the wanted one is taken.
fn choose(wanted: Option<u16>) -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", wanted.unwrap_or(0))).with_context(|| {
        format!("port {} is taken; choose another one with --port, or leave it out for a free one", wanted.unwrap_or(0))
    })?;
    Ok(listener.local_addr()?.port())
}

fn environment(layout: &Layout, port: u16, endpoint: &str) -> Vec<(&'static str, OsString)> {
    let scratch = layout.path("scratch").into_os_string();
    let mut environment: Vec<(&'static str, OsString)> =
        INHERITED.iter().filter_map(|name| Some((*name, std::env::var_os(name)?))).collect();
    environment.extend([
        ("HOME", scratch.clone()),
        ("TMPDIR", scratch.clone()),
        // The directory of the keys that sign ID tokens.
        ("STATE_DIR", scratch),
        ("BIND_HOST", "127.0.0.1".into()),
        ("GATEWAY_PORT", port.to_string().into()),
        // Passed on to every function: without it they would call the real AWS.
        ("AWS_ENDPOINT_URL", endpoint.into()),
        ("AWS_ACCESS_KEY_ID", "test".into()),
        ("AWS_SECRET_ACCESS_KEY", "test".into()),
        ("AWS_EC2_METADATA_DISABLED", "true".into()),
        // IAM is enforced, so that a missing permission shows here rather than on AWS.
        ("AUTH", "true".into()),
        // Unused listeners are turned off; one of them has a fixed port.
        ("IOT_MTLS_ENABLED", "0".into()),
        ("SFTP_ENABLED", "0".into()),
        ("PYTHONUNBUFFERED", "1".into()),
    ]);
    environment
}

/// Returns the last line of a log that is not blank.
pub(crate) fn last_line(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("none").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_the_way_out() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = choose(Some(port)).unwrap_err().to_string();
        assert!(error.contains(&port.to_string()) && error.contains("--port"), "{error}");
        assert_ne!(choose(None).unwrap(), 0);
    }

    #[test]
    fn the_functions_inherit_no_token() {
        let layout = Layout::new(Some(Path::new("/x")));
        let names: Vec<_> = environment(&layout, 1, "http://127.0.0.1:1").into_iter().map(|(name, _)| name).collect();
        assert!(names.iter().all(|name| !name.contains("TOKEN")), "{names:?}");
    }
}
