//! The accounts that are measured: pure functions from a size to what the simulator is to hold.

mod changes;
mod objects;
mod part;
mod scale;
mod seed;

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) use changes::Change;
pub(crate) use part::expected;
use scale::Scale;

/// The slug of the account in the mirror, and its name at the simulator.
pub(crate) const NAME: &str = "bench";
/// Its only token: every purpose falls back to it.
pub(crate) const TOKEN: &str = "dop_v1_benchmark";
/// The internal project. It is there already, so that the first sweep has only to read.
pub(crate) const INTERNAL_PROJECT: &str = "skyai-internal";
/// So high that no gate ever closes: the shares of all lanes grow with the limit that DigitalOcean names.
pub(crate) const HOURLY_LIMIT: u32 = 50_000_000;

/// What an account holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Args, Serialize, Deserialize)]
#[group(required = true, multiple = false)]
pub(crate) struct Account {
    /// So many resources of every kind that a worker mirrors
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(100..=200_000))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resources: Option<u32>,
    /// So many droplets and nothing else
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

    /// Its name for people.
    pub(crate) fn title(self) -> String {
        match (self.resources, self.droplets) {
            (Some(count), _) => format!("{} resources of {} kinds", crate::text::count(count), part::KINDS),
            (None, count) => format!("{} droplets", crate::text::count(count.unwrap_or_default())),
        }
    }

    /// How many resources it has.
    pub(crate) fn size(self) -> u32 {
        self.resources.or(self.droplets).unwrap_or_default()
    }

    /// The workers that have something to do in it: an account of droplets alone would have the others ask after an empty list.
    pub(crate) fn workers(self) -> impl Iterator<Item = &'static inventory::InventoryWorker> {
        let few = ["droplets", "droplets-fast", "projects"];
        inventory::WORKERS.iter().filter(move |worker| self.resources.is_some() || few.contains(&worker.name))
    }

    /// What the arguments of a child process say it with.
    pub(crate) fn arguments(self) -> [String; 2] {
        match self.resources {
            Some(count) => ["--resources".to_owned(), count.to_string()],
            None => ["--droplets".to_owned(), self.size().to_string()],
        }
    }

    fn scale(self) -> Scale {
        match self.resources {
            Some(count) => Scale::mixed(count as usize),
            None => Scale::droplets(self.size() as usize),
        }
    }

    /// The simulator's seed.
    pub(crate) fn seed(self) -> Value {
        let mut account = seed::objects(&self.scale());
        account["tokens"] = json!({ "sync": { "value": TOKEN, "scopes": "all" } });
        account["limits"] = json!({ "hourly": HOURLY_LIMIT });
        json!({ "accounts": { NAME: account } })
    }

    /// One change in a hundred resources, spread over all kinds in which somebody may change something.
    pub(crate) fn changes(self) -> Vec<Change> {
        changes::of(&self.scale())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn an_account_has_as_many_resources_as_it_says() {
        for size in [100, 120, 500, 5_000, 50_000] {
            let account = Account::of_resources(size);
            let expected = expected(account);
            assert_eq!(expected.values().sum::<u32>(), size, "{expected:?}");
            assert!(expected.len() > 20 && expected.values().all(|count| *count > 0), "{expected:?}");
        }
        let expected = expected(Account::of_resources(50_000));
        assert_eq!((expected["droplet"], expected["droplet_backup"]), (12_000, 12_000));
    }

    #[test]
    fn every_kind_that_a_worker_mirrors_is_in_it() {
        let mirrored: BTreeSet<String> = inventory::resource_kinds().iter().map(ToString::to_string).collect();
        let expected: BTreeSet<String> = expected(Account::of_resources(500)).into_keys().map(str::to_owned).collect();
        assert_eq!(expected, mirrored);
    }

    #[test]
    fn the_simulator_takes_it() {
        for account in [Account::of_resources(100), Account::of_resources(500), Account::of_droplets(3)] {
            digitalocean_sim::Seed::from_value(account.seed()).unwrap();
        }
    }

    #[test]
    fn one_in_a_hundred_changes() {
        for (size, changes) in [(100, 1), (500, 5), (5_000, 50)] {
            assert_eq!(Account::of_resources(size).changes().len(), changes);
        }
        let ids: BTreeSet<_> = Account::of_droplets(1_000).changes().into_iter().map(|change| change.id).collect();
        assert_eq!(ids.len(), 10);
    }
}
