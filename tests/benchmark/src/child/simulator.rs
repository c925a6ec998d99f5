//! DigitalOcean.

use anyhow::Result;
use digitalocean_sim::{Seed, Simulator};
use serde_json::Value;

use super::host;

/// All requests of a pass over the largest account, and more.
const LOGGED_REQUESTS: usize = 1_000_000;

pub(super) async fn run(seed: Value) -> Result<()> {
    let seed = Seed::from_value(seed)?;
    let simulator = Simulator::builder().seed(seed).log_capacity(LOGGED_REQUESTS).start().await?;
    let mut commands = host::announce(simulator.base_url());
    // It is steered over HTTP, below /_sim.
    while commands.next().await?.is_some() {}
    Ok(())
}
