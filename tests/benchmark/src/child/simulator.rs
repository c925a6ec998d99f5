//! DigitalOcean.

use anyhow::Result;
use digitalocean_sim::{Seed, Simulator};

use super::host;
use crate::account::Account;

/// All requests of a pass over the largest account, and more.
const LOGGED_REQUESTS: usize = 1_000_000;

pub(super) async fn run(account: Account) -> Result<()> {
    let seed = Seed::from_value(account.seed())?;
    let simulator = Simulator::builder().seed(seed).log_capacity(LOGGED_REQUESTS).start().await?;
    let mut questions = host::serving(simulator.base_url());
    // It is steered over HTTP, below /_sim.
    while questions.next().await?.is_some() {}
    Ok(())
}
