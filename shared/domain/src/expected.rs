//! Changes that this system makes itself, announced before a sweep sees them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Cause, Change, ResourceKey};

/// An announced change. If a sweep sees the change before the announcement expires, it records it
/// with this cause, not as drift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedChange {
    /// The resource that will change.
    #[serde(flatten)]
    pub key: ResourceKey,
    /// The difference that a sweep will see.
    pub expected: Expected,
    /// The origin of the change, which the event will have as its cause. The cause's id also
    /// identifies the announcement: announcing again with the same id replaces it.
    pub cause: Cause,
    /// The time from which the announcement no longer counts (exclusive).
    pub expires_at: DateTime<Utc>,
}

/// The difference that a sweep is expected to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// The resource appears, for the first time or again.
    Appearance,
    /// The resource is gone.
    Disappearance,
    /// The given fields get the given values. Fields are named as in events: a field of the
    /// resource, or `attrs.<name>`.
    Fields(BTreeMap<String, Value>),
}

impl ExpectedChange {
    /// Returns true if the announcement has not expired at this time.
    #[must_use]
    pub fn is_valid_at(&self, at: DateTime<Utc>) -> bool {
        at < self.expires_at
    }

    /// Returns true if this change is one of the expected changes: the same field with the same new
    /// value.
    #[must_use]
    pub fn expects(&self, change: &Change) -> bool {
        matches!(&self.expected, Expected::Fields(fields) if fields.get(&change.field) == Some(&change.after))
    }
}
