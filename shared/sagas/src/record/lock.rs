//! Locks: only one saga at a time may change a target.

use std::fmt;

use chrono::{DateTime, Utc};
use domain::{AccountId, Kind, ProviderId, ResourceKey};
use serde::{Deserialize, Serialize};

/// The target of a lock, as text: `dns#<account>#<zone>#<name>` or `droplet#<account>#<id>`.
///
/// A DNS lock covers a name with all its types: a CNAME excludes every other type, and the records
/// of a name share a time to live.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LockTarget(String);

impl LockTarget {
    /// Returns the target of all records of one name. Zone and name are in lower case without a
    /// final dot; the name is relative to the zone, `@` for the zone itself.
    #[must_use]
    pub fn dns(account: &AccountId, zone: &str, name: &str) -> Self {
        Self(format!("dns#{account}#{zone}#{name}"))
    }

    /// Returns the target of a droplet.
    #[must_use]
    pub fn droplet(account: &AccountId, id: u64) -> Self {
        Self(format!("droplet#{account}#{id}"))
    }

    /// Returns the inventory's resource that the target is or belongs to: the zone of a name, or
    /// the droplet.
    #[must_use]
    pub fn resource(&self) -> Option<ResourceKey> {
        let (sort, rest) = self.0.split_once('#')?;
        let (account, rest) = rest.split_once('#')?;
        let (kind, id) = match sort {
            "dns" => (Kind::from_static("dns_zone"), rest.split_once('#')?.0),
            "droplet" => (Kind::from_static("droplet"), rest),
            _ => return None,
        };
        Some(ResourceKey { account: AccountId::new(account).ok()?, kind, provider_id: ProviderId::new(id).ok()? })
    }

    /// Returns the target as text.
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

/// The condition under which a lock is taken. A lock has no expiry: its saga is always driven on,
/// or parked until an operator decides.
///
/// A released lock stays as an item that names its last holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockCondition {
    /// No other saga holds the lock, or has released it after this time. During the cool-down,
    /// lists may not show yet what the last holder did.
    Free {
        /// The latest time of a release by another saga.
        released_before: DateTime<Utc>,
    },
    /// No saga holds the lock, and no other saga has held it since this saga released it.
    Untouched,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_target_names_its_resource() {
        let account = AccountId::new("demo").unwrap();
        let on = |target: LockTarget| {
            let ResourceKey { account, kind, provider_id } = target.resource().unwrap();
            format!("{account}/{kind}/{provider_id}")
        };
        assert_eq!(on(LockTarget::dns(&account, "shop.example", "www")), "demo/dns_zone/shop.example");
        assert_eq!(on(LockTarget::droplet(&account, 7)), "demo/droplet/7");
        assert_eq!(LockTarget("volume#demo#7".to_owned()).resource(), None);
    }
}
