//! The freshness of a response: when the sync states that it covers were last read, and whether
//! each list was read completely.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::{AccountId, Kind, Receipt, SyncState};
use inventory::workers::{PROJECT, mirrored, resource_kinds};
use store::Reader;

use crate::problem::ApiProblem;

/// The sync states of some accounts, by account and kind.
#[derive(Debug, Clone)]
pub struct Freshness {
    sync_states: BTreeMap<AccountId, BTreeMap<Kind, SyncState>>,
}

/// The freshness that a response reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// The age limit of the data: nothing in the response is older than this, the oldest of the
    /// last complete reads that it depends on.
    pub as_of: DateTime<Utc>,
    /// True if the last read of every list that the response depends on was complete.
    pub complete: bool,
}

impl Freshness {
    /// Reads the sync states of these accounts.
    ///
    /// # Errors
    /// Fails if the table cannot be read.
    pub async fn of(reader: &Reader, accounts: &[AccountId]) -> Result<Self, ApiProblem> {
        Ok(Self { sync_states: reader.sync_states(accounts).await? })
    }

    /// The sync states of one of the accounts, by kind; `None` for an account that was not read.
    #[must_use]
    pub fn sync_states(&self, account: &AccountId) -> Option<&BTreeMap<Kind, SyncState>> {
        self.sync_states.get(account)
    }

    /// All kinds of resources that may exist: the mirrored kinds, and those that are known only
    /// from URNs in projects.
    #[must_use]
    pub fn kinds(&self) -> Vec<Kind> {
        let mut kinds: BTreeSet<Kind> = resource_kinds().into_iter().collect();
        let projects = self.sync_states.values().filter_map(|states| states.get(&PROJECT));
        kinds.extend(projects.flat_map(|state| state.urn_kinds.iter().cloned()));
        kinds.into_iter().collect()
    }

    /// The end of the last complete sweep of this kind in this account; `None` before the first.
    #[must_use]
    pub fn last_complete_at(&self, account: &AccountId, kind: &Kind) -> Option<DateTime<Utc>> {
        finished(self.sync_states.get(account)?.get(&sync_kind_of(kind))?.last_complete.as_ref())
    }

    /// The end of the last complete run of this billing worker for this account; `None` before the
    /// first.
    #[must_use]
    pub fn billing_read_at(&self, account: &AccountId, worker: &billing::BillingWorkerSpec) -> Option<DateTime<Utc>> {
        finished(self.sync_states.get(account)?.get(&worker.sync_kind)?.last_complete.as_ref())
    }

    /// The freshness of a response that covers one kind or, without `kind`, all kinds. A response
    /// about all kinds also depends on the projects, because some kinds are known only from the
    /// lists of projects. `as_of` is `now` if the response depends on no read.
    #[must_use]
    pub fn coverage(&self, kind: Option<&Kind>, now: DateTime<Utc>) -> Coverage {
        let every = || resource_kinds().into_iter().chain([PROJECT]).collect();
        let covered: Vec<Kind> = kind.map_or_else(every, |kind| vec![sync_kind_of(kind)]);
        self.coverage_of(&covered, now)
    }

    /// The freshness of a response that depends on these billing workers. Without any account the
    /// response is incomplete, because unknown costs are not zero.
    #[must_use]
    pub fn billing_coverage(&self, workers: &[billing::BillingWorkerSpec], now: DateTime<Utc>) -> Coverage {
        let kinds: Vec<Kind> = workers.iter().map(|worker| worker.sync_kind.clone()).collect();
        let coverage = self.coverage_of(&kinds, now);
        Coverage { complete: coverage.complete && !self.sync_states.is_empty(), ..coverage }
    }

    fn coverage_of(&self, covered: &[Kind], now: DateTime<Utc>) -> Coverage {
        let mut coverage = Coverage { as_of: now, complete: true };
        for states in self.sync_states.values() {
            for kind in covered {
                let state = states.get(kind);
                let last = state.and_then(|state| state.last.as_ref());
                coverage.complete &= last.is_some_and(|receipt| receipt.status.is_complete());
                if let Some(at) = finished(state.and_then(|state| state.last_complete.as_ref())) {
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

/// The kind whose sync state covers a kind: its own, or the projects' for kinds that are known only
/// by URN.
fn sync_kind_of(kind: &Kind) -> Kind {
    if mirrored(kind).is_some() { kind.clone() } else { PROJECT }
}
