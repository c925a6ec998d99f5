//! The freshness of data of the mirror: when the lists that it depends on were last read, and
//! whether each was read completely.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::{AccountId, Coverage, Kind, Receipt, SyncState};

use crate::workers::{PROJECT, mirrored, resource_kinds};

/// The sync states of some accounts, by account and kind.
#[derive(Debug, Clone)]
pub struct Freshness {
    sync_states: BTreeMap<AccountId, BTreeMap<Kind, SyncState>>,
}

impl Freshness {
    /// Takes the sync states of the accounts that a response covers.
    #[must_use]
    pub const fn new(sync_states: BTreeMap<AccountId, BTreeMap<Kind, SyncState>>) -> Self {
        Self { sync_states }
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

    /// The end of the last complete read of this kind in this account; `None` before the first.
    #[must_use]
    pub fn last_complete_at(&self, account: &AccountId, kind: &Kind) -> Option<DateTime<Utc>> {
        self.last_complete_run_at(account, &sync_kind_of(kind))
    }

    /// The end of the last complete run with this sync kind in this account; `None` before the
    /// first.
    #[must_use]
    pub fn last_complete_run_at(&self, account: &AccountId, sync_kind: &Kind) -> Option<DateTime<Utc>> {
        finished(self.sync_states.get(account)?.get(sync_kind)?.last_complete.as_ref())
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

    /// The freshness of a response that depends on these sync kinds in each account. Without any
    /// account the response is incomplete, because unknown costs are not zero.
    #[must_use]
    pub fn coverage_of_runs(&self, sync_kinds: &[Kind], now: DateTime<Utc>) -> Coverage {
        let coverage = self.coverage_of(sync_kinds, now);
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
