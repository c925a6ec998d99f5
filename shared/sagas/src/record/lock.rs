//! Locks: one saga at a time on what it changes.

use std::fmt;

use chrono::{DateTime, Utc};
use domain::{AccountId, Kind, ProviderId, ResourceKey};
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

    /// The resource that it is on, or of which it is a part, as the inventory has it: the zone of a name, or a droplet.
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
pub enum LockCondition {
    /// If nobody else holds it, or gave it back after this time: lists may not show yet what they did.
    Free {
        /// The time.
        settled: DateTime<Utc>,
    },
    /// If nobody holds it and nobody else held it since this saga gave it back.
    Untouched,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_names_the_resource_that_it_is_on() {
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
