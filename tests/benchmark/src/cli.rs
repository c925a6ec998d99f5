//! The command line: its options, its help text and the plan that follows from it.

use clap::Parser;

use crate::account::Account;
use crate::child::Child;

/// Measures what the mirror, the ingest of invoices and sagas cost: requests, table units, time,
/// memory and money.
///
/// Each account is loaded into a DigitalOcean simulator, and every worker sweeps it three times:
/// everything is new, nothing changed, one percent changed. Each worker of each pass runs in its
/// own process, as a Lambda function does, with the real code down to the two HTTP clients; the
/// simulator and DynamoDB (dynoxide, in memory) run in further processes. The promises below are
/// checked: each violation is printed as a sentence, and the exit code is then 1.
///
/// A long invoice is ingested in the same way: once, a second time, and into another table by a
/// process that crashes half-way and a second one that resumes. Its CSV is also parsed in memory,
/// by the csv crate alone and by the parser of this project, in the same run.
///
/// Sagas of three DNS records each are started and driven to their end by the functions `execute`
/// and `compensate`, eight invocations at a time, in one process: first all succeed, then all fail
/// after the last record and are rolled back.
#[derive(Debug, Parser)]
#[command(
    name = "cargo benchmark",
    bin_name = "cargo benchmark",
    version,
    args_conflicts_with_subcommands = true,
    after_help = "\
Checked:
  requests to DigitalOcean = pages read, by the receipts and by the simulator's own count
  table writes <= changes + 2 for each sync state + the blocks in which requests are reserved
  changes in the mirror = changes made in the account
  peak memory of every process that sweeps or ingests an invoice < 128 MB
  an invoice: every line can be read back, has an owner or a reason, and all sums agree
  an invoice ingested a second time: nothing is written but the blocks in which requests are reserved
  an invoice whose ingest crashed half-way: no page is written twice, and the lines are the same
  sagas: all end in the intended status, ledgers reproduce their state, no record is written twice, nothing is left over
  an uneventful step of a saga: at most 4 table requests
  the scan of the backups of 3,000 droplets, at DigitalOcean's real limits: no other priority has to wait for it

Tables go to standard output, progress to standard error. Units are DynamoDB's request units.
Prices and assumptions are printed below the bill. Times depend on this machine; counts do not.

  cargo benchmark                          everything: about twenty minutes
  cargo benchmark --resources 500          only an account of 500 resources and its bill: seconds
  cargo benchmark --droplets 10000         only an account of 10,000 droplets: no bill
  cargo benchmark --invoice 100000         only an invoice of 100,000 lines: a minute
  cargo benchmark --sagas 1000             only 1,000 sagas: four minutes
  cargo benchmark --starvation             only the rate-limit quota
  cargo benchmark --json > figures.json"
)]
pub(crate) struct Cli {
    /// Measure an account of COUNT resources, of the kinds that accounts usually have; may be
    /// repeated
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(100..=200_000))]
    resources: Vec<u32>,
    /// Measure an account of COUNT droplets and nothing else; may be repeated
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=200_000))]
    droplets: Vec<u32>,
    /// Measure the ingest of an invoice of LINES lines
    #[arg(long, value_name = "LINES", value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    invoice: Option<u32>,
    /// Measure COUNT sagas of three steps that succeed, and as many that are rolled back
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    sagas: Option<u32>,
    /// Measure whether other priorities have to wait while the backups of 3,000 droplets are
    /// scanned
    #[arg(long)]
    starvation: bool,
    /// Print all measurements as JSON instead of tables
    #[arg(long)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) child: Option<Child>,
}

/// The measurements that the command line requests.
pub(crate) struct Plan {
    pub(crate) accounts: Vec<Account>,
    /// The number of lines of the invoice; none when no invoice is measured.
    pub(crate) invoice: Option<u32>,
    /// The number of sagas for each ending; none when no sagas are measured.
    pub(crate) sagas: Option<u32>,
    pub(crate) starvation: bool,
}

impl Cli {
    /// Returns the requested measurements, or all of them at their default sizes if no option
    /// selects one.
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
