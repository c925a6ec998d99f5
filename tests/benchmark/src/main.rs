#![doc = include_str!("../README.md")]

mod account;
mod checks;
mod child;
mod cli;
mod cost;
mod invoice;
mod measured;
mod mirror;
mod process;
mod report;
mod saga;
mod simulator;
mod starvation;
mod text;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser as _;
use local::say;

use cli::{Cli, Plan};
use report::Report;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(violations) if violations.is_empty() => ExitCode::SUCCESS,
        Ok(violations) => {
            violations.iter().for_each(|sentence| say(&format!("violated: {sentence}")));
            ExitCode::FAILURE
        }
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Runs the requested measurements and returns the violated promises as sentences; empty for a
/// child process.
async fn run(cli: Cli) -> Result<Vec<String>> {
    let Plan { accounts, invoice, sagas, starvation } = cli.plan();
    if let Some(child) = cli.child {
        child.run().await?;
        return Ok(Vec::new());
    }
    let mut report = Report::new()?;
    for account in accounts {
        report.add(mirror::measure(account).await?, cli.json)?;
    }
    if let Some(lines) = invoice {
        report.add_invoice(invoice::measure(lines).await?, cli.json);
    }
    if let Some(count) = sagas {
        report.add_sagas(saga::measure(count).await?, cli.json);
    }
    if starvation {
        report.add_starvation(starvation::run().await?, cli.json);
    }
    report.finish(cli.json)?;
    if report.violations.is_empty() {
        say("\nAll checks passed.");
    }
    Ok(report.violations)
}
