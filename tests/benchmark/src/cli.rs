//! The command line.

use clap::Parser;

use crate::account::Account;
use crate::child::Child;

/// Measures what the mirror, the taking in of invoices and sagas cost: requests, table units, time, memory and money.
///
/// Each account is put into a DigitalOcean simulator and swept by every worker three times: everything is new, nothing changed, one percent
/// changed. Each worker of each pass is a process of its own, as a Lambda function is, with the real code down to the two HTTP clients; the
/// simulator and DynamoDB (dynoxide, in memory) are others. What must hold is checked: a sentence for each violation, and exit code 1.
///
/// A long invoice is taken in likewise: once, once more, and in another table by a process that dies half-way and another that goes on. Its
/// CSV is also read in memory, by the csv crate alone and by ours, in the same run.
///
/// Sagas of three DNS records each are started and driven to their end by the functions of both lanes, eight at a time, in one process: once
/// all succeed, once all fail after the last record and are rolled back.
#[derive(Debug, Parser)]
#[command(
    name = "cargo benchmark",
    bin_name = "cargo benchmark",
    version,
    args_conflicts_with_subcommands = true,
    after_help = "\
Checked:
  requests to DigitalOcean = pages, by the receipts and by the simulator's own count
  table writes <= changes + 2 for each lane + the blocks in which requests are reserved
  changes = what somebody changed
  peak memory of every process that sweeps or takes an invoice in < 128 MB
  an invoice: every line is there when read back, with an owner or a reason, and all sums agree
  an invoice taken in once more: nothing is written but the blocks in which requests are reserved
  an invoice whose ingest died half-way: no page is written twice, and the lines are the same
  sagas: all end as they were to, ledgers give their state, no record is written twice, nothing is left over
  an uneventful step of a saga: 4 table requests or fewer
  nobody waits for the backups of 3,000 droplets, at DigitalOcean's real limits

Tables go to standard output, progress to standard error. Units are DynamoDB's request units.
Prices and assumptions stand below the bill. Times are this machine's; counts are not.

  cargo benchmark                          everything: ten minutes or more
  cargo benchmark --resources 500          one account and its bill: seconds
  cargo benchmark --droplets 10000         droplets alone: no bill
  cargo benchmark --invoice 100000         an invoice of so many lines alone: a minute
  cargo benchmark --sagas 1000             so many sagas alone: four minutes
  cargo benchmark --starvation             the rate budget alone
  cargo benchmark --json > figures.json"
)]
pub(crate) struct Cli {
    /// Measure an account of so many resources of every kind that a worker mirrors; may be repeated
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(100..=200_000))]
    resources: Vec<u32>,
    /// Measure an account of so many droplets and nothing else; may be repeated
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=200_000))]
    droplets: Vec<u32>,
    /// Measure the taking in of an invoice of so many lines
    #[arg(long, value_name = "LINES", value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    invoice: Option<u32>,
    /// Measure so many sagas of three steps: driven to their end, and rolled back
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    sagas: Option<u32>,
    /// Measure who waits while a round over the backups of 3,000 droplets goes on
    #[arg(long)]
    starvation: bool,
    /// Print everything that was measured as JSON rather than as tables
    #[arg(long)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) child: Option<Child>,
}

/// What is to be measured.
pub(crate) struct Plan {
    pub(crate) accounts: Vec<Account>,
    /// The lines of the invoice.
    pub(crate) invoice: Option<u32>,
    /// How many sagas.
    pub(crate) sagas: Option<u32>,
    pub(crate) starvation: bool,
}

impl Cli {
    /// Everything unless something is named.
    pub(crate) fn plan(&self) -> Plan {
        let Self { resources, droplets, invoice, sagas, starvation, .. } = self;
        let nothing_else = invoice.is_none() && sagas.is_none() && !starvation;
        if resources.is_empty() && droplets.is_empty() && nothing_else {
            let mixed = [500, 5_000, 50_000].map(Account::of_resources);
            let accounts = [Account::of_droplets(10_000)].into_iter().chain(mixed).collect();
            return Plan { accounts, invoice: Some(100_000), sagas: Some(1_000), starvation: true };
        }
        let droplets = droplets.iter().copied().map(Account::of_droplets);
        let mixed = resources.iter().copied().map(Account::of_resources);
        Plan { accounts: droplets.chain(mixed).collect(), invoice: *invoice, sagas: *sagas, starvation: *starvation }
    }
}
