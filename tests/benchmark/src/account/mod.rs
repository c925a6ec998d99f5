//! The accounts that are measured: pure functions from a size to the simulator's seed.

mod changes;
mod objects;
mod part;
mod scale;
mod seed;

use std::collections::BTreeMap;

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) use changes::Change;
use scale::Scale;
pub(crate) use seed::INTERNAL_PROJECT;

/// The slug of the account in the mirror, and its name in the simulator.
pub(crate) const NAME: &str = "bench";
/// The account's only token, to which every purpose falls back.
pub(crate) const TOKEN: &str = "dop_v1_benchmark";
/// The prefix of the names of secrets.
pub(crate) const SECRET_PREFIX: &str = "arcadia/benchmark/do";
/// The simulator's limit of requests per hour. It is so high that no request is ever denied: the
/// quotas of all priorities grow with the limit that DigitalOcean reports.
pub(crate) const HOURLY_LIMIT: u32 = 50_000_000;

/// The size of an account: a mixture of resources, or droplets alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Args, Serialize, Deserialize)]
#[group(required = true, multiple = false)]
pub(crate) struct Account {
    /// Number of resources, in a mixture of kinds
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(100..=200_000))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resources: Option<u32>,
    /// Number of droplets in an account that has nothing else
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=200_000))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) droplets: Option<u32>,
}

impl Account {
    pub(crate) fn of_resources(count: u32) -> Self {
        Self { resources: Some(count), droplets: None }
    }

    pub(crate) fn of_droplets(count: u32) -> Self {
        Self { resources: None, droplets: Some(count) }
    }

    /// Returns the heading of the account in reports, such as `10,000 droplets`.
    pub(crate) fn title(self) -> String {
        match (self.resources, self.droplets) {
            (Some(count), _) => format!("{} resources of {} kinds", crate::text::count(count), part::KINDS),
            (None, count) => format!("{} droplets", crate::text::count(count.unwrap_or_default())),
        }
    }

    /// Returns the number of resources of the account.
    pub(crate) fn size(self) -> u32 {
        self.resources.or(self.droplets).unwrap_or_default()
    }

    /// Returns the workers that have something to read in the account: for one of droplets alone,
    /// the others would request only empty lists.
    pub(crate) fn workers(self) -> impl Iterator<Item = &'static inventory::InventoryWorker> {
        let few = ["droplets", "droplets-fast", "projects"];
        inventory::WORKERS.iter().filter(move |worker| self.resources.is_some() || few.contains(&worker.name))
    }

    /// Returns the command-line arguments that name the account to a child process.
    pub(crate) fn arguments(self) -> [String; 2] {
        match self.resources {
            Some(count) => ["--resources".to_owned(), count.to_string()],
            None => ["--droplets".to_owned(), self.size().to_string()],
        }
    }

    /// Returns how many resources of each kind the mirror should find.
    pub(crate) fn expected(self) -> BTreeMap<&'static str, u32> {
        part::expected(&self.scale())
    }

    fn scale(self) -> Scale {
        match self.resources {
            Some(count) => Scale::mixed(count as usize),
            None => Scale::droplets(self.size() as usize),
        }
    }

    /// Returns the simulator's seed of the account.
    pub(crate) fn seed(self) -> Value {
        let mut account = seed::objects(&self.scale());
        account["tokens"] = json!({ "sync": { "value": TOKEN, "scopes": "all" } });
        account["limits"] = json!({ "hourly": HOURLY_LIMIT });
        json!({ "accounts": { NAME: account } })
    }

    /// Returns one change for each hundred resources, spread over all changeable kinds.
    pub(crate) fn changes(self) -> Vec<Change> {
        changes::of(&self.scale())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn an_account_has_as_many_resources_as_requested() {
        for size in [100, 120, 500, 5_000, 50_000] {
            let account = Account::of_resources(size);
            let expected = account.expected();
            assert_eq!(expected.values().sum::<u32>(), size, "{expected:?}");
            assert!(expected.len() > 20 && expected.values().all(|count| *count > 0), "{expected:?}");
        }
        let expected = Account::of_resources(50_000).expected();
        assert_eq!((expected["droplet"], expected["droplet_backup"]), (12_000, 12_000));
    }

    #[test]
    fn each_kind_of_the_mixture_is_mirrored() {
        let mirrored: BTreeSet<String> = inventory::resource_kinds().iter().map(ToString::to_string).collect();
        let expected: BTreeSet<String> = Account::of_resources(500).expected().into_keys().map(str::to_owned).collect();
        assert!(expected.is_subset(&mirrored), "{expected:?}");
    }

    #[test]
    fn the_simulator_accepts_the_seed() {
        for account in [Account::of_resources(100), Account::of_resources(500), Account::of_droplets(3)] {
            digitalocean_sim::Seed::from_value(account.seed()).unwrap();
        }
    }

    #[test]
    fn one_resource_in_a_hundred_changes() {
        for (size, changes) in [(100, 1), (500, 5), (5_000, 50)] {
            assert_eq!(Account::of_resources(size).changes().len(), changes);
        }
        let ids: BTreeSet<_> = Account::of_droplets(1_000).changes().into_iter().map(|change| change.id).collect();
        assert_eq!(ids.len(), 10);
    }
}
