//! The record of a mirrored resource.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::{AccountId, Interval, Kind, Money, ProjectId, ProviderId, TenantId};

/// The identity of a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ResourceKey {
    /// The account that the resource is in.
    pub account: AccountId,
    /// The kind of the resource.
    pub kind: Kind,
    /// DigitalOcean's id of the resource, unique within its kind.
    pub provider_id: ProviderId,
}

/// The way in which a resource was attributed to its project. An earlier one takes precedence over
/// a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attribution {
    /// An operator assigned it. No sweep overrides that.
    Claimed,
    /// The project lists the resource.
    Member,
    /// The resource follows its parent, or the project that it names itself.
    Inherited,
    /// No project lists the resource and it has no parent, so it is attributed to the company's
    /// internal project.
    Internal,
}

/// The facts that a sweep read of a resource: DigitalOcean's answer, normalised. Only facts whose
/// change means something belong here. A counter or a backup window would produce an event in every
/// sweep.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ResourceFacts {
    /// The resource's name at DigitalOcean.
    pub name: String,
    /// The slug of the region; absent for resources without a region, or in several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The status in DigitalOcean's words; absent where the kind has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The resource's tags, sorted.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The list price for a month; absent where it is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_monthly: Option<Money>,
    /// The time at which DigitalOcean says the resource was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
    /// The resource that this one belongs to: the droplet of a backup, the zone of a record, the
    /// volume of a snapshot. Where no project can list the kind, the parent may be the project that
    /// the resource names. A resource has the owner of its parent, unless a project lists the
    /// resource itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Parent>,
    /// Facts that only this kind has, by name.
    #[serde(default)]
    pub attrs: Map<String, Value>,
}

/// The resource that another one belongs to, in the same account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Parent {
    /// The kind of the parent.
    pub kind: Kind,
    /// The parent's id within that kind.
    pub provider_id: ProviderId,
}

impl ResourceFacts {
    /// Returns a digest of the facts: equal facts have equal digests.
    ///
    /// # Panics
    /// Never: facts are plain data.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        // serde_json's map is ordered by key, so equal facts give equal bytes.
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        hex::encode(&Sha256::digest(bytes)[..16])
    }
}

/// The strikes of a resource: how often in a row complete sweeps did not list it, and when that was
/// last counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strikes {
    /// The number of complete sweeps in a row that did not list the resource: 1 to 3.
    pub count: u32,
    /// The time at which the last strike was counted.
    pub last_at: DateTime<Utc>,
}

impl Strikes {
    /// The number of strikes after which a resource counts as gone.
    pub const LIMIT: u32 = 3;

    /// Adds a strike. Returns `None` if it does not count: all strikes are given, or the last one
    /// is younger than `interval`, because a duplicate run of the schedule must not delete
    /// anything.
    #[must_use]
    pub fn next(before: Option<Self>, interval: TimeDelta, at: DateTime<Utc>) -> Option<Self> {
        match before {
            None => Some(Self { count: 1, last_at: at }),
            Some(before) if before.count >= Self::LIMIT || at < before.last_at + interval => None,
            Some(before) => Some(Self { count: before.count + 1, last_at: at }),
        }
    }

    /// Returns all three strikes if the last one is due now or was given before; `None` if more are
    /// needed.
    #[must_use]
    pub fn final_strike(before: Option<Self>, at: DateTime<Utc>) -> Option<Self> {
        let before = before.filter(|before| before.count + 1 >= Self::LIMIT)?;
        Some(if before.count < Self::LIMIT { Self { count: Self::LIMIT, last_at: at } } else { before })
    }
}

/// The record of a mirrored resource: its facts, its owner, and the evidence that it still exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// The identity of the resource.
    #[serde(flatten)]
    pub key: ResourceKey,
    /// The facts that DigitalOcean last returned.
    pub facts: ResourceFacts,
    /// The [`ResourceFacts::fingerprint`] of `facts`.
    pub fingerprint: String,
    /// The number of writes to this record. Each write is conditional on it, and the events of a
    /// write have its number.
    pub version: u64,
    /// The incarnation: which of the resources that had this id, from 1. Ids such as IP addresses
    /// and domains are reused by other resources.
    pub incarnation: u32,
    /// The project that the resource is in; none where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// The way in which the resource was attributed to that project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution: Option<Attribution>,
    /// The projects that the resource was in, with dates (DigitalOcean's `assigned_at` where
    /// given).
    #[serde(default)]
    pub project_history: Vec<Interval<ProjectId>>,
    /// The tenants that an operator assigned the resource to, with dates, regardless of its
    /// project. `None` means that the project's tenant applies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tenant_claims: Vec<Interval<Option<TenantId>>>,
    /// The time at which a sweep first saw this incarnation.
    pub first_seen_at: DateTime<Utc>,
    /// The time at which the resource was last known to exist, as of this record's last write. As
    /// long as no sweep misses the resource, the last complete receipt of its kind is more recent:
    /// see [`Resource::last_seen`].
    pub last_seen_at: DateTime<Utc>,
    /// The strikes: complete sweeps in a row that did not list the resource. Absent if the last one
    /// listed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strikes: Option<Strikes>,
    /// The time at which the resource was found to be deleted. A record with this field is a
    /// tombstone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<DateTime<Utc>>,
}

impl Resource {
    /// Returns true if the resource is believed to exist.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.deleted_at.is_none()
    }

    /// Returns the time at which the resource was last seen. `last_complete_at` is the end of the
    /// last complete sweep of its kind: a record without strikes was in that list.
    #[must_use]
    pub fn last_seen(&self, last_complete_at: Option<DateTime<Utc>>) -> DateTime<Utc> {
        match last_complete_at {
            Some(complete) if self.is_live() && self.strikes.is_none() => self.last_seen_at.max(complete),
            _ => self.last_seen_at,
        }
    }

    /// Returns the tenant that an operator currently assigns the resource to.
    #[must_use]
    pub fn claimed_tenant(&self) -> Option<&TenantId> {
        self.tenant_claims.last().filter(|claim| claim.until.is_none())?.value.as_ref()
    }

    /// Returns the tenant that an operator had assigned the resource to at `time`.
    #[must_use]
    pub fn claimed_tenant_at(&self, time: DateTime<Utc>) -> Option<&TenantId> {
        crate::interval_at(&self.tenant_claims, time)?.as_ref()
    }

    /// Returns the project that the resource was in at `time`.
    #[must_use]
    pub fn project_at(&self, time: DateTime<Utc>) -> Option<&ProjectId> {
        crate::interval_at(&self.project_history, time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (strikes before, seconds since the last, strikes after the next one, strikes when found
    /// gone).
    const CASES: [(u32, i64, Option<u32>, Option<u32>); 7] = [
        (0, 0, Some(1), None),
        (1, 449, None, None),
        (1, 450, Some(2), None),
        (2, 0, None, Some(3)),
        (2, 900, Some(3), Some(3)),
        (3, 0, None, Some(3)),
        (3, 9_000, None, Some(3)),
    ];

    #[test]
    fn strikes_count_when_far_enough_apart_and_three_are_all() {
        let interval = TimeDelta::seconds(450);
        for (count, seconds, next, out) in CASES {
            let last_at = DateTime::UNIX_EPOCH;
            let at = last_at + TimeDelta::seconds(seconds);
            let before = (count > 0).then_some(Strikes { count, last_at });
            assert_eq!(Strikes::next(before, interval, at).map(|s| s.count), next, "{count} after {seconds} s");
            let gone = Strikes::final_strike(before, at);
            assert_eq!(gone.map(|s| s.count), out, "{count} after {seconds} s");
            // A strike that was given keeps its time, because the confirmation of a hold is
            // compared with it.
            assert!(count < 3 || gone.map(|s| s.last_at) == Some(last_at));
        }
    }
}
