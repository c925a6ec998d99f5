//! System tests: scenarios on one local stack, brought up before the first and taken down after the
//! last.
//!
//! `cargo test --test system -- strikes` runs the scenarios whose name has `strikes` in it,
//! `-- --list` shows all names; neither starts more than it needs.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests; there is no harness for clippy to know them by")]

mod answer;
mod billing;
mod commands;
mod confirm;
mod faults;
mod harness;
mod input;
mod input_cases;
mod logs;
mod mirror;
mod purge;
mod queues;
mod sagas;
mod secrets;
mod simulator;
mod strikes;
mod tenants;
mod world;

use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(vec![
        // First, while nothing but the demo account is there.
        mirror::scenarios(),
        tenants::scenarios(),
        billing::scenarios(),
        input::scenarios(),
        faults::scenarios(),
        strikes::scenarios(),
        confirm::scenarios(),
        queues::scenarios(),
        sagas::scenarios(),
        purge::scenarios(),
        commands::scenarios(),
        // Last, because these read what all of the others have left behind.
        secrets::scenarios(),
    ])
}
