//! The DigitalOcean that the stack mirrors: the simulator unless the options name another.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use secrecy::SecretString;
use serde_json::Value;

use crate::binaries::{self, Binaries};
use crate::emulator::last_line;
use crate::layout::{self, Layout};
use crate::process::{LaunchSpec, Processes};
use crate::progress::ProgressStep;

const NAME: &str = "digitalocean-sim";
const START_TIMEOUT: Duration = Duration::from_secs(20);

/// The DigitalOcean that a stack mirrors.
#[derive(Debug, Clone)]
pub enum ProviderEndpoint {
    /// The simulator, with its demo account.
    Simulator,
    /// Another endpoint. `token` is the value itself, not the name of a variable.
    External {
        /// Root URL of the API, such as `https://api.digitalocean.com`.
        url: String,
        /// The token that the demo account syncs with.
        token: SecretString,
        /// `true` when the functions may write there.
        writes: bool,
    },
}

/// URL of the mirrored DigitalOcean, and the token for it.
pub(crate) struct ProviderConnection {
    pub(crate) url: String,
    pub(crate) token: SecretString,
    pub(crate) writes: bool,
    /// The value of the parameter `SagaTiming`: `short` for the simulator, whose delays are
    /// configured, `normal` for DigitalOcean.
    pub(crate) saga_timing: &'static str,
}

impl ProviderEndpoint {
    pub(crate) async fn connect(
        &self,
        layout: &Layout,
        processes: &mut Processes,
        binaries: &Binaries,
        guard: Option<&Path>,
    ) -> Result<ProviderConnection> {
        match self {
            Self::External { url, token, writes } => Ok(ProviderConnection {
                url: url.trim_end_matches('/').to_owned(),
                token: token.clone(),
                writes: *writes,
                saga_timing: "normal",
            }),
            Self::Simulator => start_simulator(layout, processes, binaries, guard).await,
        }
    }
}

async fn start_simulator(
    layout: &Layout,
    processes: &mut Processes,
    binaries: &Binaries,
    guard: Option<&Path>,
) -> Result<ProviderConnection> {
    let step = ProgressStep::begin("start the DigitalOcean simulator");
    let seed = layout::workspace().join("tests/digitalocean-sim/seeds/demo.json");
    let token = demo_token(&seed)?;
    let port_file = layout.path("scratch/simulator.port");
    let log = layout.path("simulator.log");
    let launch = LaunchSpec {
        name: NAME,
        program: binaries::find(binaries, NAME)?.clone(),
        arguments: vec![
            "--listen".into(),
            "127.0.0.1:0".into(),
            "--seed".into(),
            OsString::from(&seed),
            "--port-file".into(),
            OsString::from(&port_file),
        ],
        environment: Vec::new(),
        log: log.clone(),
    };
    processes.start(&launch, guard)?;
    let began = Instant::now();
    loop {
        if let Some(port) = fs::read_to_string(&port_file).ok().and_then(|text| parse_port(&text)) {
            let url = format!("http://127.0.0.1:{port}");
            step.done(&url);
            return Ok(ProviderConnection { url, token, writes: true, saga_timing: "short" });
        }
        if processes.has_ended(NAME) || began.elapsed() > START_TIMEOUT {
            bail!(
                "the DigitalOcean simulator does not start; its last words: {}\nAll of them: {}",
                last_line(&log),
                log.display()
            );
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Reads the simulator's port. `None` while the file is missing or still empty.
fn parse_port(text: &str) -> Option<u16> {
    text.strip_suffix('\n').unwrap_or(text).trim().rsplit(':').next()?.parse().ok().filter(|port| *port != 0)
}

fn demo_token(seed: &Path) -> Result<SecretString> {
    let text = fs::read_to_string(seed).with_context(|| format!("cannot read {}", seed.display()))?;
    let seed: Value = serde_json::from_str(&text)?;
    let token = seed["accounts"]["demo"]["tokens"]["sync"]["value"].as_str();
    Ok(token.context("the simulator's demo seed has no token accounts.demo.tokens.sync")?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_port_or_an_address() {
        assert_eq!(parse_port("4711\n"), Some(4711));
        assert_eq!(parse_port("127.0.0.1:4711"), Some(4711));
        assert_eq!(parse_port(""), None);
        assert_eq!(parse_port("0"), None);
    }
}
