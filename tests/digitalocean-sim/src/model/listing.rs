//! Lists of an account, which may be out of date.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::account::Account;
use super::collection::Collection;
use super::kind::Kind;

impl Account {
    /// The objects of a kind as lists show them.
    pub(crate) fn listed(&self, kind: &Kind) -> impl Iterator<Item = &Arc<Value>> {
        self.collection(kind).into_iter().flat_map(Collection::listed)
    }

    /// Hides a new object from lists for the creation delay of its kind.
    pub(crate) fn delay_listing(&mut self, kind: &Kind, id: &str, made_at: DateTime<Utc>) {
        let listed_from = made_at + self.rules.list_lag(kind, &self.consistency).creation_delay();
        if listed_from > made_at {
            self.of(kind).hide_from_lists(id, listed_from);
        }
    }

    /// Removes an object. Lists still show it for the deletion delay of its kind. Returns false if
    /// it does not exist.
    pub(crate) fn remove_with_list_lag(&mut self, kind: &Kind, id: &str, now: DateTime<Utc>) -> bool {
        let listed_until = now + self.rules.list_lag(kind, &self.consistency).deletion_delay();
        if listed_until > now {
            self.of(kind).keep_listed(id, listed_until);
        }
        self.remove(kind, id)
    }
}
