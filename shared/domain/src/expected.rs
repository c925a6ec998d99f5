//! Changes that we make ourselves, announced before a sweep sees them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Cause, Change, ResourceKey};

/// A change that is ours: the sweep that sees it before it expires records it as ours, not as drift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedChange {
    /// The resource.
    #[serde(flatten)]
    pub key: ResourceKey,
    /// What will be seen.
    pub expected: Expected,
    /// Who makes it; the event will say so. Its id is also the expectation's: registering again replaces it.
    pub cause: Cause,
    /// From when on it is no longer ours.
    pub expires_at: DateTime<Utc>,
}

/// What a sweep will see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// The resource, for the first time or again.
    Appearance,
    /// That it is gone.
    Disappearance,
    /// These fields with these values: a field of the resource, or `attrs.<name>`, as events name them.
    Fields(BTreeMap<String, Value>),
}

impl ExpectedChange {
    /// Whether it still is of this time.
    #[must_use]
    pub fn is_valid_at(&self, at: DateTime<Utc>) -> bool {
        at < self.expires_at
    }

    /// Whether this change is one of those expected.
    #[must_use]
    pub fn expects(&self, change: &Change) -> bool {
        matches!(&self.expected, Expected::Fields(fields) if fields.get(&change.field) == Some(&change.after))
    }
}
