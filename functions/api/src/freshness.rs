//! How fresh an answer is: what the lanes it covers last read, and whether each read its list whole.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::{AccountId, Kind, Receipt, SyncState};
use inventory::workers::{PROJECT, mirrored, resource_kinds};
use store::Reader;

use crate::problem::ApiProblem;

/// The lanes of some accounts.
#[derive(Debug, Clone)]
pub struct Freshness {
    sync_states: BTreeMap<AccountId, BTreeMap<Kind, SyncState>>,
}

/// What an answer says of its freshness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Nothing in the answer is older: the oldest of the last complete reads that it rests on.
    pub as_of: DateTime<Utc>,
    /// Whether every lane that it rests on read its list whole last time.
    pub complete: bool,
}

impl Freshness {
    /// Of these accounts.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn of(reader: &Reader, accounts: &[AccountId]) -> Result<Self, ApiProblem> {
        Ok(Self { sync_states: reader.sync_states(accounts).await? })
    }

    /// The lanes of one of them.
    #[must_use]
    pub fn sync_states(&self, account: &AccountId) -> Option<&BTreeMap<Kind, SyncState>> {
        self.sync_states.get(account)
    }

    /// The kinds of resources there may be: those that are mirrored, and those that only URNs speak of.
    #[must_use]
    pub fn kinds(&self) -> Vec<Kind> {
        let mut kinds: BTreeSet<Kind> = resource_kinds().into_iter().collect();
        let projects = self.sync_states.values().filter_map(|lanes| lanes.get(&PROJECT));
        kinds.extend(projects.flat_map(|lane| lane.urn_kinds.iter().cloned()));
        kinds.into_iter().collect()
    }

    /// When this kind was last read whole in this account.
    #[must_use]
    pub fn last_complete_at(&self, account: &AccountId, kind: &Kind) -> Option<DateTime<Utc>> {
        finished(self.sync_states.get(account)?.get(&lane_of(kind))?.last_complete.as_ref())
    }

    /// When this worker of billing last read all of its own of this account.
    #[must_use]
    pub fn billing_read_at(&self, account: &AccountId, worker: &billing::BillingWorkerSpec) -> Option<DateTime<Utc>> {
        finished(self.sync_states.get(account)?.get(&worker.sync_kind)?.last_complete.as_ref())
    }

    /// What an answer that covers this kind says of itself, or every kind: then it rests on the projects as well, whose lists are all that
    /// speaks of some. `now` where it rests on nothing.
    #[must_use]
    pub fn coverage(&self, kind: Option<&Kind>, now: DateTime<Utc>) -> Coverage {
        let every = || resource_kinds().into_iter().chain([PROJECT]).collect();
        let covered: Vec<Kind> = kind.map_or_else(every, |kind| vec![lane_of(kind)]);
        self.coverage_of(&covered, now)
    }

    /// What an answer that rests on these workers of billing says of itself. Without an account it is not complete: what is not known is
    /// not nothing.
    #[must_use]
    pub fn billing_coverage(&self, workers: &[billing::BillingWorkerSpec], now: DateTime<Utc>) -> Coverage {
        let lanes: Vec<Kind> = workers.iter().map(|worker| worker.sync_kind.clone()).collect();
        let coverage = self.coverage_of(&lanes, now);
        Coverage { complete: coverage.complete && !self.sync_states.is_empty(), ..coverage }
    }

    fn coverage_of(&self, covered: &[Kind], now: DateTime<Utc>) -> Coverage {
        let mut coverage = Coverage { as_of: now, complete: true };
        for lanes in self.sync_states.values() {
            for kind in covered {
                let lane = lanes.get(kind);
                let last = lane.and_then(|lane| lane.last.as_ref());
                coverage.complete &= last.is_some_and(|receipt| receipt.status.is_complete());
                if let Some(at) = finished(lane.and_then(|lane| lane.last_complete.as_ref())) {
                    coverage.as_of = coverage.as_of.min(at);
                }
            }
        }
        coverage
    }
}

fn finished(receipt: Option<&Receipt>) -> Option<DateTime<Utc>> {
    receipt.map(|receipt| receipt.finished_at)
}

/// The lane that speaks of a kind: its own, or the projects worker's for kinds known only by URN.
fn lane_of(kind: &Kind) -> Kind {
    if mirrored(kind).is_some() { kind.clone() } else { PROJECT }
}
