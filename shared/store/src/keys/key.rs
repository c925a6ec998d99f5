//! The form of a key, of its parts, and the names of the key attributes.

use chrono::{DateTime, SecondsFormat, Utc};

/// The name of the table's partition key attribute.
pub const PK: &str = "pk";
/// The name of the table's sort key attribute.
pub const SK: &str = "sk";
/// The index by owner and by time, with the partitions `ACCOUNTS`, `TENANT#`, `PROJECT#`,
/// `EVENTS#`, `PERIOD#`, `DUE#` and `STUCK`. It projects all attributes.
pub const GSI1: &str = "gsi1";
/// The partition key attribute of [`GSI1`].
pub const GSI1_PK: &str = "gsi1pk";
/// The sort key attribute of [`GSI1`].
pub const GSI1_SK: &str = "gsi1sk";
/// The index that sweeps read: small entries of the live resources of each kind. It also lists all
/// sagas ([`super::SAGAS`]), with their keys only.
pub const GSI2: &str = "gsi2";
/// The partition key attribute of [`GSI2`].
pub const GSI2_PK: &str = "gsi2pk";
/// The sort key attribute of [`GSI2`].
pub const GSI2_SK: &str = "gsi2sk";
/// The time after which DynamoDB may delete the item, in Unix seconds.
pub const TTL: &str = "ttl";
/// The attributes that [`GSI2`] projects besides the keys.
///
/// The last three are copies that exist only for the index.
pub const GSI2_ATTRIBUTES: [&str; 10] = [
    "fingerprint",
    "version",
    "strikes",
    "incarnation",
    "last_seen_at",
    "project_id",
    "attribution",
    PARENT,
    PRICE_MONTHLY,
    CLAIMED_TENANT,
];
/// The resource that a resource belongs to, copied from its facts for [`GSI2`].
pub const PARENT: &str = "parent";
/// A resource's monthly list price, copied from its facts for [`GSI2`].
pub const PRICE_MONTHLY: &str = "price_monthly";
/// The tenant of a resource's current claim, copied from its claims for [`GSI2`].
pub const CLAIMED_TENANT: &str = "claimed_tenant";

/// The key of an item or of an index entry.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The value of the partition key.
    pub pk: String,
    /// The value of the sort key.
    pub sk: String,
}

impl Key {
    pub(super) fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} / {}", self.pk, self.sk)
    }
}

/// Formats a time for use in keys: UTC with milliseconds, so that text order equals time order.
#[must_use]
pub fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Formats a version for use in keys: ten digits, so that text order equals numeric order.
#[must_use]
pub fn version(version: u64) -> String {
    format!("{version:010}")
}
