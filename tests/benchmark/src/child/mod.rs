//! The processes of the benchmark: this program again, with hidden commands, so that the memory of
//! each process is measured apart.

mod baseline;
mod bill;
mod function;
mod host;
mod memory_queues;
mod provision;
mod reading;
mod simulator;
mod sweep;
mod table;
mod usage;

use anyhow::Result;
use clap::Subcommand;
use url::Url;

use crate::account::Account;
use crate::invoice;
use crate::saga::{self, Ending};

/// The hidden commands, one for each kind of process.
#[derive(Debug, Subcommand)]
pub(crate) enum Child {
    /// Serve a DynamoDB with an empty table; prints its address
    #[command(hide = true)]
    Table,
    /// Serve a simulated DigitalOcean with one account; prints its address
    #[command(hide = true)]
    Simulator {
        #[command(flatten)]
        account: Account,
    },
    /// Run the function of an inventory worker with one message
    #[command(hide = true)]
    Sweep {
        #[arg(long)]
        worker: String,
        #[arg(long)]
        table: String,
        #[arg(long)]
        digitalocean: Url,
    },
    /// Serve a simulated DigitalOcean with one invoice; prints its address
    #[command(hide = true)]
    BillingSimulator {
        #[arg(long)]
        lines: u32,
    },
    /// Measure the parsers of the invoice's CSV
    #[command(hide = true)]
    ReadCsv {
        #[arg(long)]
        digitalocean: Url,
    },
    /// Run the function of a billing worker with one message
    #[command(hide = true)]
    Bill {
        #[arg(long)]
        worker: String,
        #[arg(long)]
        table: String,
        #[arg(long)]
        digitalocean: Url,
        #[arg(long)]
        crash_after: Option<usize>,
    },
    /// Serve a simulated DigitalOcean with the zones of so many sagas; prints its address
    #[command(hide = true)]
    SagaSimulator {
        #[arg(long)]
        sagas: u32,
    },
    /// Start so many sagas and run the functions that drive them
    #[command(hide = true)]
    Provision {
        #[arg(long)]
        sagas: u32,
        #[arg(long)]
        ending: Ending,
        #[arg(long)]
        table: String,
        #[arg(long)]
        digitalocean: Url,
    },
    /// Run the simple mirror that the figures are compared with
    #[command(hide = true)]
    Baseline {
        #[arg(long)]
        kind: String,
        #[arg(long)]
        table: String,
    },
}

impl Child {
    pub(crate) async fn run(self) -> Result<()> {
        match self {
            Self::Table => table::run().await,
            Self::Simulator { account } => simulator::run(account.seed()).await,
            Self::BillingSimulator { lines } => simulator::run(invoice::seed(lines)).await,
            Self::ReadCsv { digitalocean } => reading::run(digitalocean).await,
            Self::Bill { worker, table, digitalocean, crash_after } => {
                bill::run(&worker, &table, digitalocean, crash_after).await
            }
            Self::SagaSimulator { sagas } => simulator::run(saga::seed(sagas)).await,
            Self::Provision { sagas, ending, table, digitalocean } => {
                provision::run(sagas, ending, table, digitalocean).await
            }
            Self::Sweep { worker, table, digitalocean } => sweep::run(&worker, &table, digitalocean).await,
            Self::Baseline { kind, table } => baseline::run(&kind, &table).await,
        }
    }
}
