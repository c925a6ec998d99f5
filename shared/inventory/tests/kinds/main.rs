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
use inventory::kind::{Listed, MirroredKind, ParentLists, Source};

/// Lists a kind that has one list.
async fn read_list(kind: &MirroredKind, client: &Client) -> Listed {
    let Source::Account(list) = kind.source else { panic!("{} is listed by parent", kind.name) };
    list(client).await
}

/// The requests of a kind that has a list for each parent.
fn per_parent(kind: &MirroredKind) -> ParentLists {
    let Source::PerParent(lists) = kind.source else { panic!("{} has one list", kind.name) };
    lists
}

/// Starts the simulator with its demo account, and a client with the account's `sync` token.
async fn demo() -> (Simulator, Client) {
    let sim = Simulator::start(Seed::demo()).await.unwrap();
    let token = Token::new(sim.account("demo").token("sync")).unwrap();
    let mut config = ClientConfig::new(token);
    config.base_url = Some(sim.base_url().parse().unwrap());
    config.retry = RetryPolicy { min_delay: Duration::from_millis(1), ..RetryPolicy::default() };
    (sim, Client::new(config).unwrap())
}
