//! Lists of an account, which may be out of date, and the changes that happen with the time.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::account::Account;
use super::collection::Collection;
use super::kind::Kind;
use crate::endpoints::actions;

impl Account {
    /// The objects of a kind as lists show them.
    pub(crate) fn listed(&self, kind: &Kind) -> impl Iterator<Item = &Arc<Value>> {
        self.collection(kind).into_iter().flat_map(Collection::listed)
    }

    /// Hides a new object from lists for the creation delay of its kind.
    pub(crate) fn delay_listing(&mut self, kind: &Kind, id: &str, made_at: DateTime<Utc>) {
        let listed_from = made_at + self.consistency.lag_of(kind).creation_delay();
        if listed_from > made_at {
            self.of(kind).hide_from_lists(id, listed_from);
        }
    }

    /// Removes an object. Lists still show it for the deletion delay of its kind. Returns false if
    /// it does not exist.
    pub(crate) fn remove_with_list_lag(&mut self, kind: &Kind, id: &str, now: DateTime<Utc>) -> bool {
        let listed_until = now + self.consistency.lag_of(kind).deletion_delay();
        if listed_until > now {
            self.of(kind).keep_listed(id, listed_until);
        }
        self.remove(kind, id)
    }

    /// Applies what is due by `now`: ends of actions, and updates of lists.
    pub(crate) fn advance_to(&mut self, now: DateTime<Utc>) {
        actions::end_due(self, now);
        self.expire_list_lags(now);
    }
}
