//! The updates of a saga's items that always go together.

use chrono::{DateTime, Utc};
use sagas::record::SagaId;

use crate::item::text;
use crate::keys::{self, Key};
use crate::update::ItemUpdate;

impl ItemUpdate {
    /// Sets the saga's due time, in the record and in the index.
    pub(super) fn due(&mut self, saga: &SagaId, at: DateTime<Utc>) {
        self.set("next_due", text(keys::time(at)));
        self.set_gsi1(keys::saga_due_gsi1(saga, at));
    }

    /// Removes the due time and lists the saga as stuck since `since`: it waits for an operator.
    pub(super) fn stuck(&mut self, saga: &SagaId, since: DateTime<Utc>) {
        self.remove(&["next_due"]);
        self.set_gsi1(keys::saga_stuck_gsi1(saga, since));
    }

    fn set_gsi1(&mut self, entry: Key) {
        self.set(keys::GSI1_PK, text(entry.pk));
        self.set(keys::GSI1_SK, text(entry.sk));
    }

    /// Removes the saga's due time from the record and from the index.
    pub(super) fn clear_due(&mut self) {
        self.remove(&["next_due", keys::GSI1_PK, keys::GSI1_SK]);
    }

    /// Marks a lock as released at this time. The last holder stays in the item.
    pub(super) fn release_lock(&mut self, at: DateTime<Utc>) {
        self.set("released_at", text(keys::time(at)));
        self.remove(&["saga_id"]);
    }

    /// Removes the owner and the expiry of the lease.
    pub(super) fn release_lease(&mut self) {
        self.remove(&["lease_owner", "lease_until"]);
    }
}
