//! One mirrored resource.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::{AccountId, Interval, Kind, Money, ProjectId, ProviderId, TenantId};

/// What identifies a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ResourceKey {
    /// The account it is in.
    pub account: AccountId,
    /// Its kind.
    pub kind: Kind,
    /// DigitalOcean's id of it within its kind.
    pub provider_id: ProviderId,
}

/// How a resource came to be in its project. The earlier ones win over the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attribution {
    /// An operator said so; no sweep says otherwise.
    Claimed,
    /// The project lists it.
    Member,
    /// It is where its parent is.
    Inherited,
    /// No project lists it and it has no parent: it is the company's own.
    Internal,
}

/// What a sweep learned of a resource: DigitalOcean's answer, normalised. Only facts whose change means something belong here; a
/// counter or a backup window would make an event of every sweep.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ResourceFacts {
    /// Its name.
    pub name: String,
    /// Its region's slug; absent for what is global.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Its status in DigitalOcean's words; absent where the kind has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Its tags, sorted.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Its list price for a month, where the API gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_monthly: Option<Money>,
    /// When DigitalOcean says it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
    /// What it belongs with: the droplet of a backup, the zone of a record, the volume of a snapshot; or the project that it names, where
    /// no project can list it. It is whose that is, unless a project lists it itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Parent>,
    /// Facts of its kind alone.
    #[serde(default)]
    pub attrs: Map<String, Value>,
}

/// What a resource belongs with, in the same account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Parent {
    /// Its kind.
    pub kind: Kind,
    /// Its id within that kind.
    pub provider_id: ProviderId,
}

impl ResourceFacts {
    /// A digest of the facts: equal digests, equal facts.
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

/// How often, and when last, a complete sweep missed a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strikes {
    /// Complete sweeps in a row that missed it: 1 to 3.
    pub count: u32,
    /// When the last of them was counted.
    pub last_at: DateTime<Utc>,
}

impl Strikes {
    /// So many, and it counts as gone.
    pub const LIMIT: u32 = 3;

    /// One strike more, or `None` where it does not count: all are given, or the last is younger than `interval` (duplicate ticks must not
    /// kill).
    #[must_use]
    pub fn next(before: Option<Self>, interval: TimeDelta, at: DateTime<Utc>) -> Option<Self> {
        match before {
            None => Some(Self { count: 1, last_at: at }),
            Some(before) if before.count >= Self::LIMIT || at < before.last_at + interval => None,
            Some(before) => Some(Self { count: before.count + 1, last_at: at }),
        }
    }

    /// All strikes, where the last one is due or was given; `None` where more are to come.
    #[must_use]
    pub fn final_strike(before: Option<Self>, at: DateTime<Utc>) -> Option<Self> {
        let before = before.filter(|before| before.count + 1 >= Self::LIMIT)?;
        Some(if before.count < Self::LIMIT { Self { count: Self::LIMIT, last_at: at } } else { before })
    }
}

/// One mirrored resource: what we know of it and how sure we are that it is still there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// What identifies it.
    #[serde(flatten)]
    pub key: ResourceKey,
    /// What DigitalOcean said of it last.
    pub facts: ResourceFacts,
    /// [`ResourceFacts::fingerprint`] of `facts`.
    pub fingerprint: String,
    /// Counts the writes of this row; each write is conditional on it and its events bear its number.
    pub version: u64,
    /// Which bearer of this id it is: ids such as IPs and domains are used again by others. 1 for the first.
    pub incarnation: u32,
    /// The project it is in, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// How it came to be in that project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution: Option<Attribution>,
    /// Which project it was in, when (by DigitalOcean's `assigned_at` where given).
    #[serde(default)]
    pub project_history: Vec<Interval<ProjectId>>,
    /// Which tenant an operator said it belongs to, when, whatever its project; `None` is "its project's".
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tenant_claims: Vec<Interval<Option<TenantId>>>,
    /// When we first saw this incarnation.
    pub first_seen_at: DateTime<Utc>,
    /// When it was last known to be there, as of this row's last write. While nothing misses it, the last complete receipt of its kind is
    /// the truer answer: see [`Resource::last_seen`].
    pub last_seen_at: DateTime<Utc>,
    /// Complete sweeps in a row that missed it; absent when the last one saw it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strikes: Option<Strikes>,
    /// When it was found gone: a row with this is a tombstone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<DateTime<Utc>>,
}

impl Resource {
    /// Whether it is believed to exist.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.deleted_at.is_none()
    }

    /// When it was last seen, given when the last complete sweep of its kind listed: a row that nothing missed was in that list.
    #[must_use]
    pub fn last_seen(&self, last_complete_at: Option<DateTime<Utc>>) -> DateTime<Utc> {
        match last_complete_at {
            Some(complete) if self.is_live() && self.strikes.is_none() => self.last_seen_at.max(complete),
            _ => self.last_seen_at,
        }
    }

    /// The tenant an operator said it belongs to now.
    #[must_use]
    pub fn claimed_tenant(&self) -> Option<&TenantId> {
        self.tenant_claims.last().filter(|claim| claim.until.is_none())?.value.as_ref()
    }

    /// The tenant an operator said it belongs to, as that held at `time`.
    #[must_use]
    pub fn claimed_tenant_at(&self, time: DateTime<Utc>) -> Option<&TenantId> {
        crate::interval_at(&self.tenant_claims, time)?.as_ref()
    }

    /// The project it was in at `time`.
    #[must_use]
    pub fn project_at(&self, time: DateTime<Utc>) -> Option<&ProjectId> {
        crate::interval_at(&self.project_history, time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (strikes before, seconds since the last, strikes after the next one, strikes when found gone).
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
            // A strike that was given keeps its time: a confirmation refers to it.
            assert!(count < 3 || gone.map(|s| s.last_at) == Some(last_at));
        }
    }
}
