//! The keys of sagas and of the items that belong to them.

use chrono::{DateTime, Utc};
use domain::TenantId;
use sagas::record::{LockTarget, SagaId};

use super::inventory::tenant_partition;
use super::key::{Key, time, version};

/// The partition of [`super::GSI1`] that lists the stuck sagas, which wait for an operator.
pub const STUCK: &str = "STUCK";
/// The partition of [`super::GSI2`] that lists all sagas.
pub const SAGAS: &str = "SAGAS";
/// The prefix of a ledger entry's sort key.
pub const LEDGER_PREFIX: &str = "LEDGER#";
/// The prefix of a saga's sort key in its tenant's partition of [`super::GSI1`].
pub const TENANT_SAGA_PREFIX: &str = "SAGA#";
/// The number of partitions of [`super::GSI1`] over which the due sagas are spread.
pub const DUE_SHARDS: u64 = 4;

/// The partition of a saga: its record, its ledger, its pre-images and its terminal marker.
#[must_use]
pub fn saga_partition(saga: &SagaId) -> String {
    format!("SAGA#{saga}")
}

/// The key of a saga's record.
pub fn saga_record(saga: &SagaId) -> Key {
    Key::new(saga_partition(saga), "HEAD")
}

/// The key of an entry of a saga's ledger; `rev` is its number.
pub fn saga_ledger_entry(saga: &SagaId, rev: u64) -> Key {
    Key::new(saga_partition(saga), format!("{LEDGER_PREFIX}{}", version(rev)))
}

/// The key of a step's pre-image: the state that the step found before it changed anything.
pub fn saga_pre_image(saga: &SagaId, step: usize) -> Key {
    Key::new(saga_partition(saga), format!("PRE#{step}"))
}

/// The key of the marker that a saga has ended.
pub fn saga_terminal(saga: &SagaId) -> Key {
    Key::new(saga_partition(saga), "TERMINAL")
}

/// The key of the item that lists a saga for its tenant. The item consists of its entry in
/// [`super::GSI1`] only; the entry of the saga's record says when the saga is due.
pub fn saga_tenant(saga: &SagaId) -> Key {
    Key::new(saga_partition(saga), "TENANT")
}

/// The entry in [`super::GSI1`] of a saga that is due.
pub fn saga_due_gsi1(saga: &SagaId, next_due: DateTime<Utc>) -> Key {
    Key::new(due_partition(saga.part(DUE_SHARDS)), format!("{}#{saga}", time(next_due)))
}

/// One of the [`DUE_SHARDS`] partitions of [`super::GSI1`] that list the due sagas, ordered by due
/// time.
#[must_use]
pub fn due_partition(shard: u64) -> String {
    format!("DUE#{shard}")
}

/// The entry in [`super::GSI1`] of a stuck saga, ordered by the time since when it waits for an
/// operator. A stuck saga is never due.
pub fn saga_stuck_gsi1(saga: &SagaId, since: DateTime<Utc>) -> Key {
    Key::new(STUCK, format!("{}#{saga}", time(since)))
}

/// The last sort key in a [`due_partition`] of the sagas that are due at a time or before it.
#[must_use]
pub fn due_sort_key_end(by: DateTime<Utc>) -> String {
    // `~` sorts after every id.
    format!("{}#~", time(by))
}

/// The entry in [`super::GSI2`] that lists a saga.
pub fn saga_gsi2(saga: &SagaId, created_at: DateTime<Utc>) -> Key {
    Key::new(SAGAS, saga_sort_key(saga, created_at))
}

/// The entry in [`super::GSI1`] of a tenant's saga.
pub fn saga_tenant_gsi1(tenant: &TenantId, saga: &SagaId, created_at: DateTime<Utc>) -> Key {
    Key::new(tenant_partition(tenant), format!("{TENANT_SAGA_PREFIX}{}", saga_sort_key(saga, created_at)))
}

/// The sort key of a saga in a list, ordered by creation time.
#[must_use]
pub fn saga_sort_key(saga: &SagaId, created_at: DateTime<Utc>) -> String {
    format!("{}#{saga}", time(created_at))
}

/// Returns the saga in a [`saga_sort_key`].
#[must_use]
pub fn parse_saga_sort_key(sort_key: &str) -> Option<SagaId> {
    sort_key.split_once('#')?.1.parse().ok()
}

/// The key of an idempotency record. The scope comes from a token issuer and the key from the
/// caller's `Idempotency-Key` header. A `#` in the scope is written as `%23`, so that no two pairs
/// share a key.
pub fn idempotency(scope: &str, key: &str) -> Key {
    Key::new(format!("IDEM#{}#{key}", scope.replace('%', "%25").replace('#', "%23")), "IDEM")
}

/// The key of the lock on a target, which names the saga that holds it.
pub fn lock(target: &LockTarget) -> Key {
    Key::new(format!("LOCK#{target}"), "LOCK")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_sagas_have_the_documented_format() {
        let saga: SagaId = "0d9f86a2-3c44-4b0e-9d3a-5a4c8f6f9a11".parse().unwrap();
        let at = DateTime::parse_from_rfc3339("2026-04-12T08:00:00.5Z").unwrap().to_utc();
        let account = domain::AccountId::new("demo").unwrap();
        let shown = [
            saga_record(&saga),
            saga_ledger_entry(&saga, 12),
            saga_pre_image(&saga, 3),
            saga_terminal(&saga),
            saga_tenant(&saga),
            saga_due_gsi1(&saga, at),
            saga_gsi2(&saga, at),
            saga_tenant_gsi1(&TenantId::new("acme").unwrap(), &saga, at),
            idempotency("auth0|7#a%", "k#1"),
            lock(&LockTarget::dns(&account, "shop.example", "www")),
            lock(&LockTarget::droplet(&account, 3_164_444)),
        ]
        .map(|key| key.to_string());
        let expected = [
            "SAGA#0d9f86a2-3c44-4b0e-9d3a-5a4c8f6f9a11 / HEAD",
            "SAGA#0d9f86a2-3c44-4b0e-9d3a-5a4c8f6f9a11 / LEDGER#0000000012",
            "SAGA#0d9f86a2-3c44-4b0e-9d3a-5a4c8f6f9a11 / PRE#3",
            "SAGA#0d9f86a2-3c44-4b0e-9d3a-5a4c8f6f9a11 / TERMINAL",
            "SAGA#0d9f86a2-3c44-4b0e-9d3a-5a4c8f6f9a11 / TENANT",
            "DUE#1 / 2026-04-12T08:00:00.500Z#0d9f86a2-3c44-4b0e-9d3a-5a4c8f6f9a11",
            "SAGAS / 2026-04-12T08:00:00.500Z#0d9f86a2-3c44-4b0e-9d3a-5a4c8f6f9a11",
            "TENANT#acme / SAGA#2026-04-12T08:00:00.500Z#0d9f86a2-3c44-4b0e-9d3a-5a4c8f6f9a11",
            "IDEM#auth0|7%23a%25#k#1 / IDEM",
            "LOCK#dns#demo#shop.example#www / LOCK",
            "LOCK#droplet#demo#3164444 / LOCK",
        ];
        assert_eq!(shown, expected);
        assert_eq!(parse_saga_sort_key(&saga_sort_key(&saga, at)), Some(saga));
        assert_eq!(parse_saga_sort_key("2026-04-12T08:00:00.500Z#x"), None);
        assert!(saga_due_gsi1(&saga, at).sk <= due_sort_key_end(at));
    }
}
