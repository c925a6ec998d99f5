//! The processes of the benchmark: this program again, under hidden commands, so that the memory of one is not that of another.

mod baseline;
mod bill;
mod function;
mod host;
mod memory_queues;
mod process;
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

pub(crate) use process::{Server, run_to_end};

/// What a process of the benchmark is.
#[derive(Debug, Subcommand)]
pub(crate) enum Child {
    /// A DynamoDB with an empty table; prints where it listens
    #[command(hide = true)]
    Table,
    /// A DigitalOcean with one account; prints where it listens
    #[command(hide = true)]
    Simulator {
        #[command(flatten)]
        account: Account,
    },
    /// A worker's function, with one message
    #[command(hide = true)]
    Sweep {
        #[arg(long)]
        worker: String,
        #[arg(long)]
        table: String,
        #[arg(long)]
        digitalocean: Url,
    },
    /// A DigitalOcean with one invoice; prints where it listens
    #[command(hide = true)]
    BillingSimulator {
        #[arg(long)]
        lines: u32,
    },
    /// The readers of the invoice's CSV
    #[command(hide = true)]
    ReadCsv {
        #[arg(long)]
        digitalocean: Url,
    },
    /// A worker's function of billing, with one message
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
    /// A DigitalOcean with the zones of so many sagas; prints where it listens
    #[command(hide = true)]
    SagaSimulator {
        #[arg(long)]
        sagas: u32,
    },
    /// The functions that drive sagas, with so many of them
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
    /// The mirror that the figures are compared with
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
