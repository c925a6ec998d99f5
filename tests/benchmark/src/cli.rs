//! The command line.

use clap::Parser;

use crate::account::Account;
use crate::child::Child;

/// Measures what the mirror costs: requests, table units, time, memory and money.
///
/// Each account is put into a DigitalOcean simulator and swept by every worker three times: everything is new, nothing changed, one percent
/// changed. Each worker of each pass is a process of its own, as a Lambda function is, with the real code down to the two HTTP clients; the
/// simulator and DynamoDB (dynoxide, in memory) are others. What must hold is checked: a sentence for each violation, and exit code 1.
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
  peak memory of every sweeping process < 128 MB
  nobody waits for the backups of 3,000 droplets, at DigitalOcean's real limits

Tables go to standard output, progress to standard error. Units are DynamoDB's request units.
Prices and assumptions stand below the bill. Times are this machine's; counts are not.

  cargo benchmark                          everything: ten minutes or more
  cargo benchmark --resources 500          one account and its bill: seconds
  cargo benchmark --droplets 10000         droplets alone: no bill
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
    /// Measure who waits while a round over the backups of 3,000 droplets goes on
    #[arg(long)]
    starvation: bool,
    /// Print everything that was measured as JSON rather than as tables
    #[arg(long)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) child: Option<Child>,
}

impl Cli {
    /// What is to be measured: everything unless something is named.
    pub(crate) fn plan(&self) -> (Vec<Account>, bool) {
        if self.resources.is_empty() && self.droplets.is_empty() && !self.starvation {
            let mixed = [500, 5_000, 50_000].map(Account::of_resources);
            return ([Account::of_droplets(10_000)].into_iter().chain(mixed).collect(), true);
        }
        let droplets = self.droplets.iter().copied().map(Account::of_droplets);
        let mixed = self.resources.iter().copied().map(Account::of_resources);
        (droplets.chain(mixed).collect(), self.starvation)
    }
}
