//! Locks: one saga at a time on what it changes.

use std::fmt;

use domain::AccountId;
use serde::{Deserialize, Serialize};

/// What a lock is on, as text: `dns#<account>#<zone>#<name>` or `droplet#<account>#<id>`.
///
/// A DNS lock is on a name with all its types: a CNAME stands in the way of every other type, and a time to live is shared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LockTarget(String);

impl LockTarget {
    /// The records of one name; both in lower case, without a dot at the end, the name relative to the zone and `@` for the zone itself.
    #[must_use]
    pub fn dns(account: &AccountId, zone: &str, name: &str) -> Self {
        Self(format!("dns#{account}#{zone}#{name}"))
    }

    /// A droplet.
    #[must_use]
    pub fn droplet(account: &AccountId, id: u64) -> Self {
        Self(format!("droplet#{account}#{id}"))
    }

    /// It as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LockTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a lock is taken. A lock has no expiry: its saga is always driven on, or parked until an operator decides.
///
/// A lock that is given back stays as an item that names its last holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Take {
    /// If nobody else holds it.
    Free,
    /// If nobody holds it and nobody else held it since this saga gave it back.
    Untouched,
}
