//! All key formats of the table.
//!
//! The separator is `#`. Only the last part of a key, or an id from DigitalOcean, may contain it.
//! The number of parts before such an id is fixed, and the parts after it contain none. Therefore
//! no two records share a key.

mod sagas;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use domain::billing::{HistoryEntry, Period};
use domain::{AccountId, InvoiceUuid, Kind, ProjectId, ProviderId, ResourceKey, RunId, TenantId};

pub use self::sagas::{
    DUE_SHARDS, LEDGER_PREFIX, SAGAS, STUCK, TENANT_SAGA_PREFIX, due_partition, due_sort_key_end, idempotency, lock,
    parse_saga_sort_key, saga_due_gsi1, saga_gsi2, saga_ledger_entry, saga_partition, saga_pre_image, saga_record,
    saga_sort_key, saga_stuck_gsi1, saga_tenant, saga_tenant_gsi1, saga_terminal,
};

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
/// sagas ([`SAGAS`]), with their keys only.
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The value of the partition key.
    pub pk: String,
    /// The value of the sort key.
    pub sk: String,
}

impl Key {
    fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
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

/// The key that is read to open the connection; no item has it.
#[must_use]
pub fn warm_up() -> Key {
    Key::new("WARM-UP", "WARM-UP")
}

/// The key of an account's item.
#[must_use]
pub fn account(account: &AccountId) -> Key {
    Key::new(account_partition(account), "ACCOUNT")
}

/// The partition of an account with its projects and sync states.
#[must_use]
pub fn account_partition(account: &AccountId) -> String {
    format!("ACCOUNT#{account}")
}

/// The entry in [`GSI1`] that lists an account.
#[must_use]
pub fn account_gsi1(account: &AccountId) -> Key {
    Key::new(ACCOUNTS, account.as_str())
}

/// The partition of [`GSI1`] that lists the accounts.
pub const ACCOUNTS: &str = "ACCOUNTS";

/// The key of a project's item.
#[must_use]
pub fn project(account: &AccountId, id: &ProjectId) -> Key {
    Key::new(account_partition(account), format!("{PROJECT_PREFIX}{id}"))
}

/// The prefix of a project's sort key.
pub const PROJECT_PREFIX: &str = "PROJECT#";

/// The entry in [`GSI1`] of a project that belongs to a tenant.
#[must_use]
pub fn project_gsi1(tenant: &TenantId, account: &AccountId, id: &ProjectId) -> Key {
    Key::new(tenant_partition(tenant), format!("{PROJECT_PREFIX}{account}#{id}"))
}

/// The partition of [`GSI1`] that lists a tenant's projects.
#[must_use]
pub fn tenant_partition(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}")
}

/// The key of the sync state of one (account, kind): the sync lease and the last receipt.
#[must_use]
pub fn sync_state(account: &AccountId, kind: &Kind) -> Key {
    Key::new(account_partition(account), format!("{SYNC_STATE_PREFIX}{kind}"))
}

/// The prefix of a sync state's sort key.
pub const SYNC_STATE_PREFIX: &str = "SWEEP#";

/// The key of a receipt in the history of its sync state.
#[must_use]
pub fn receipt(account: &AccountId, kind: &Kind, finished_at: DateTime<Utc>, run: &RunId) -> Key {
    Key::new(format!("SWEEP#{account}#{kind}"), format!("{}#{run}", time(finished_at)))
}

/// The key of a resource's item.
#[must_use]
pub fn resource(key: &ResourceKey) -> Key {
    Key::new(kind_partition(&key.account, &key.kind), key.provider_id.as_str())
}

/// The partition of the resources of one kind, equal in the table and in [`GSI2`].
#[must_use]
pub fn kind_partition(account: &AccountId, kind: &Kind) -> String {
    format!("KIND#{account}#{kind}")
}

/// The entry in [`GSI1`] of a resource in a project.
#[must_use]
pub fn resource_gsi1(key: &ResourceKey, project: &ProjectId) -> Key {
    Key::new(project_partition(&key.account, project), project_sort_key(&key.kind, key.provider_id.as_str()))
}

/// The partition of [`GSI1`] that lists a project's resources.
#[must_use]
pub fn project_partition(account: &AccountId, project: &ProjectId) -> String {
    format!("PROJECT#{account}#{project}")
}

/// The sort key of a resource within its project's partition. With an empty id it is the common
/// prefix of all resources of that kind.
#[must_use]
pub fn project_sort_key(kind: &Kind, provider_id: &str) -> String {
    format!("{kind}#{provider_id}")
}

/// Returns the kind and the id in a [`project_sort_key`].
#[must_use]
pub fn parse_project_sort_key(sk: &str) -> Option<(Kind, ProviderId)> {
    let (kind, id) = sk.split_once('#')?;
    Some((Kind::new(kind).ok()?, ProviderId::new(id).ok()?))
}

/// The key of a resource's event.
#[must_use]
pub fn event(key: &ResourceKey, at_version: u64) -> Key {
    Key::new(event_partition(key), format!("EVENT#{}", version(at_version)))
}

/// The partition of a resource's events.
#[must_use]
pub fn event_partition(key: &ResourceKey) -> String {
    format!("RESOURCE#{}#{}#{}", key.account, key.kind, key.provider_id)
}

/// The entry in [`GSI1`] of an event: the account's feed of one day.
#[must_use]
pub fn event_gsi1(key: &ResourceKey, at: DateTime<Utc>, at_version: u64) -> Key {
    Key::new(
        feed_partition(&key.account, at.date_naive()),
        format!("{}#{}#{}#{}", time(at), key.kind, key.provider_id, version(at_version)),
    )
}

/// The partition of the account's feed of one day (UTC) in [`GSI1`].
#[must_use]
pub fn feed_partition(account: &AccountId, day: NaiveDate) -> String {
    format!("EVENTS#{account}#{}", day.format("%Y-%m-%d"))
}

/// The key of the pointer from a tenant to a resource that an operator assigned to it, independent
/// of the resource's project.
#[must_use]
pub fn claim(tenant: &TenantId, key: &ResourceKey) -> Key {
    let ResourceKey { account, kind, provider_id } = key;
    Key::new(tenant_partition(tenant), format!("{CLAIM_PREFIX}{account}#{kind}#{provider_id}"))
}

/// The prefix of a claim's sort key.
pub const CLAIM_PREFIX: &str = "CLAIM#";

/// The key of an expected change; `id` is that of its cause, such as a saga.
#[must_use]
pub fn expected_change(key: &ResourceKey, id: &str) -> Key {
    Key::new(expected_partition(&key.account, &key.kind), format!("{}#{id}", key.provider_id))
}

/// The partition of the expected changes of one kind.
#[must_use]
pub fn expected_partition(account: &AccountId, kind: &Kind) -> String {
    format!("EXPECTED#{account}#{kind}")
}

/// The key of an account's balance at one moment.
#[must_use]
pub fn balance(account: &AccountId, at: DateTime<Utc>) -> Key {
    Key::new(balance_partition(account), time(at))
}

/// The partition of an account's balances.
#[must_use]
pub fn balance_partition(account: &AccountId) -> String {
    format!("BALANCE#{account}")
}

/// The key of an entry of an account's billing history; `repetition` numbers identical entries,
/// from 0.
#[must_use]
pub fn history(entry: &HistoryEntry, repetition: u32) -> Key {
    Key::new(history_partition(&entry.account), format!("{}#{}", time(entry.date), entry.digest(repetition)))
}

/// The partition of an account's billing history.
#[must_use]
pub fn history_partition(account: &AccountId) -> String {
    format!("HISTORY#{account}")
}

/// The first and the last sort key, both inclusive, of the history entries between two times.
#[must_use]
pub fn history_sort_keys(first: DateTime<Utc>, last: DateTime<Utc>) -> [String; 2] {
    // `~` sorts after every digest.
    [time(first), format!("{}#~", time(last))]
}

/// The key of an invoice header.
#[must_use]
pub fn invoice(account: &AccountId, period: Period, uuid: &InvoiceUuid) -> Key {
    Key::new(invoice_partition(account), format!("{}{uuid}", invoice_month(period)))
}

/// The common prefix of the sort keys of a month's invoice headers.
#[must_use]
pub fn invoice_month(period: Period) -> String {
    format!("{period}#")
}

/// The partition of an account's invoice headers.
#[must_use]
pub fn invoice_partition(account: &AccountId) -> String {
    format!("INVOICES#{account}")
}

/// The entry in [`GSI1`] of an invoice: the invoices of its month in all accounts.
#[must_use]
pub fn invoice_gsi1(account: &AccountId, period: Period, uuid: &InvoiceUuid) -> Key {
    Key::new(period_partition(period), format!("{account}#{uuid}"))
}

/// The partition of [`GSI1`] that lists the invoices of a month.
#[must_use]
pub fn period_partition(period: Period) -> String {
    format!("PERIOD#{period}")
}

/// The key of a page of an invoice's lines; pages count from 0.
#[must_use]
pub fn lines(account: &AccountId, uuid: &InvoiceUuid, revision: u64, page: u32) -> Key {
    Key::new(lines_partition(account, uuid, revision), format!("{page:06}"))
}

/// Returns the page number in the sort key of a page of lines.
pub(crate) fn parse_lines_page(sk: &str) -> Option<u32> {
    sk.parse().ok()
}

/// The partition of one revision of an invoice's lines.
#[must_use]
pub fn lines_partition(account: &AccountId, uuid: &InvoiceUuid, revision: u64) -> String {
    format!("LINES#{account}#{uuid}#{revision}")
}

/// The key of the request quota of one token; `token_id` is the token's digest.
#[must_use]
pub fn budget(token_id: &str) -> Key {
    Key::new(format!("BUDGET#{token_id}"), "BUDGET")
}

/// The key of an audit entry of an action through the API. Entries are partitioned by month.
#[must_use]
pub fn audit(at: DateTime<Utc>, id: &str) -> Key {
    Key::new(format!("AUDIT#{}", at.format("%Y-%m")), format!("{}#{id}", time(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(kind: &str, id: &str) -> ResourceKey {
        ResourceKey {
            account: AccountId::new("demo").unwrap(),
            kind: Kind::new(kind).unwrap(),
            provider_id: ProviderId::new(id).unwrap(),
        }
    }

    #[test]
    fn keys_have_the_documented_format() {
        let droplet = key("droplet", "3164444");
        let project = ProjectId::new("4e1bfbc3").unwrap();
        let at = DateTime::parse_from_rfc3339("2026-04-12T08:00:00.5Z").unwrap().to_utc();
        let (april, uuid) = (Period::containing(at.date_naive()), InvoiceUuid::new("22737513-0ea7").unwrap());
        let shown = [
            account(&droplet.account),
            super::project(&droplet.account, &project),
            sync_state(&droplet.account, &droplet.kind),
            receipt(&droplet.account, &droplet.kind, at, &RunId::new("r1").unwrap()),
            resource(&droplet),
            resource_gsi1(&droplet, &project),
            event(&droplet, 12),
            event_gsi1(&droplet, at, 12),
            project_gsi1(&TenantId::new("acme").unwrap(), &droplet.account, &project),
            claim(&TenantId::new("acme").unwrap(), &droplet),
            expected_change(&droplet, "s1"),
            balance(&droplet.account, at),
            invoice(&droplet.account, april, &uuid),
            invoice_gsi1(&droplet.account, april, &uuid),
            lines(&droplet.account, &uuid, 3, 12),
            budget("8f14e45fceea167a"),
            audit(at, "x"),
        ]
        .map(|key| key.to_string());
        let expected = [
            "ACCOUNT#demo / ACCOUNT",
            "ACCOUNT#demo / PROJECT#4e1bfbc3",
            "ACCOUNT#demo / SWEEP#droplet",
            "SWEEP#demo#droplet / 2026-04-12T08:00:00.500Z#r1",
            "KIND#demo#droplet / 3164444",
            "PROJECT#demo#4e1bfbc3 / droplet#3164444",
            "RESOURCE#demo#droplet#3164444 / EVENT#0000000012",
            "EVENTS#demo#2026-04-12 / 2026-04-12T08:00:00.500Z#droplet#3164444#0000000012",
            "TENANT#acme / PROJECT#demo#4e1bfbc3",
            "TENANT#acme / CLAIM#demo#droplet#3164444",
            "EXPECTED#demo#droplet / 3164444#s1",
            "BALANCE#demo / 2026-04-12T08:00:00.500Z",
            "INVOICES#demo / 2026-04#22737513-0ea7",
            "PERIOD#2026-04 / demo#22737513-0ea7",
            "LINES#demo#22737513-0ea7#3 / 000012",
            "BUDGET#8f14e45fceea167a / BUDGET",
            "AUDIT#2026-04 / 2026-04-12T08:00:00.500Z#x",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_project_sort_key_can_be_parsed_with_any_id() {
        for id in ["3164444", "2a03:b0c0::1", "odd#id"] {
            let sort_key = project_sort_key(&Kind::from_static("floating_ip"), id);
            let (kind, provider_id) = parse_project_sort_key(&sort_key).unwrap();
            assert_eq!((kind.as_str(), provider_id.as_str()), ("floating_ip", id));
        }
    }
}
