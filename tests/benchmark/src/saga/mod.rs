//! Thousands of sagas of three steps, driven by several functions at a time: in one run all
//! succeed, in the other all fail after the last record and are rolled back.

mod account;
mod checks;
mod measured;

use anyhow::{Context as _, Result};
use clap::ValueEnum as _;
use local::ProgressStep;
use serde_json::Value;

use crate::mirror::register;
use crate::process::{Server, run_to_end};
use crate::simulator::Simulator;
use crate::text::count;
pub(crate) use account::{Ending, STEPS, seed, steps};
pub(crate) use checks::{REQUESTS_OF_A_STEP, violations};
pub(crate) use measured::{DriveResult, Sagas};

/// Function instances for each of the two phases, and invocations at a time.
pub(crate) const WORKERS: u32 = 8;

/// Measures so many sagas for each ending.
pub(crate) async fn measure(sagas: u32) -> Result<Sagas> {
    let step = ProgressStep::begin(format!("{} sagas: start", count(sagas)));
    let simulator = Simulator::start(&["saga-simulator", "--sagas", &sagas.to_string()].map(str::to_owned)).await?;
    step.done("");
    let (succeeded, before, after) = drive(&simulator, sagas, Ending::Succeeded).await?;
    let leftovers = u32::try_from(account::leftovers(sagas, &before, &after))?;
    let succeeded = DriveResult { leftovers, ..succeeded };
    let (rolled_back, before, after) = drive(&simulator, sagas, Ending::RolledBack).await?;
    let rolled_back = DriveResult { leftovers: u32::from(before != after), ..rolled_back };
    Ok(Sagas { sagas, workers: WORKERS, succeeded, rolled_back })
}

/// Drives the sagas in a new process with a new table. Returns the result, and the account's state
/// before and after.
async fn drive(simulator: &Simulator, sagas: u32, ending: Ending) -> Result<(DriveResult, Value, Value)> {
    let name = ending.to_possible_value().context("an ending without a name")?;
    let step = ProgressStep::begin(format!("drive them: {}", name.get_name()));
    let table = Server::start(&["table".to_owned()]).await?;
    register(&table.address).await?;
    let before = simulator.state().await?;
    simulator.forget_requests().await?;
    let (sagas, digitalocean) = (sagas.to_string(), simulator.address());
    let arguments = ["provision", "--sagas", &sagas, "--ending", name.get_name()];
    let addresses = ["--table", &table.address, "--digitalocean", digitalocean];
    let arguments: Vec<String> = arguments.into_iter().chain(addresses).map(str::to_owned).collect();
    let (_, result) = run_to_end(&arguments).await?;
    let mut driven: DriveResult =
        serde_json::from_str(&result).with_context(|| format!("cannot parse the result of provision: {result}"))?;
    driven.calls = simulator.calls().await?;
    let after = simulator.state().await?;
    step.done("");
    Ok((driven, before, after))
}
