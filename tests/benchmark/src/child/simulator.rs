//! The process of the DigitalOcean simulator.

use anyhow::Result;
use digitalocean_sim::{Seed, Simulator};
use serde_json::Value;

use super::host;

/// The capacity of the request log, more than a pass over the largest account needs.
const LOGGED_REQUESTS: usize = 1_000_000;

pub(super) async fn run(seed: Value) -> Result<()> {
    let seed = Seed::from_value(seed)?;
    let simulator = Simulator::builder().seed(seed).log_capacity(LOGGED_REQUESTS).start().await?;
    let mut commands = host::announce(simulator.base_url());
    // Commands are ignored: the simulator is controlled over HTTP, below /_sim.
    while commands.next().await?.is_some() {}
    Ok(())
}
