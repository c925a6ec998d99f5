//! The facts of each kind in the demo account: client, simulator and normaliser together.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on, helpers included")]

mod account_services;
mod dns;
mod findings;
mod network;
mod platform;
mod storage;

use std::time::Duration;

use digitalocean::{Client, ClientConfig, RetryPolicy, Token};
use digitalocean_sim::{Seed, Simulator};

/// Starts the simulator with its demo account, and a client with the account's `sync` token.
async fn demo() -> (Simulator, Client) {
    let sim = Simulator::start(Seed::demo()).await.unwrap();
    let token = Token::new(sim.account("demo").token("sync")).unwrap();
    let mut config = ClientConfig::new(token);
    config.base_url = Some(sim.base_url().parse().unwrap());
    config.retry = RetryPolicy { min_delay: Duration::from_millis(1), ..RetryPolicy::default() };
    (sim, Client::new(config).unwrap())
}
