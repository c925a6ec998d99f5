//! The keys of sagas, and of what they and the API keep beside them.

use chrono::{DateTime, Utc};
use domain::TenantId;
use sagas::record::{LockTarget, SagaId};

use super::{Key, tenant_partition, time, version};

/// The partition of [`super::GSI1`] that lists the sagas that wait for people.
pub const STUCK: &str = "STUCK";
/// The partition of [`super::GSI2`] that lists all sagas.
pub const SAGAS: &str = "SAGAS";
/// How the sort key of a ledger entry begins.
pub const LEDGER_PREFIX: &str = "LEDGER#";
/// How the place of a saga in its tenant's partition of [`super::GSI1`] begins.
pub const TENANT_SAGA_PREFIX: &str = "SAGA#";
/// Over how many partitions of [`super::GSI1`] what is due is spread.
pub const DUE_SHARDS: u64 = 4;

/// The partition of a saga: its head, its ledger, what its steps found, how it ended.
#[must_use]
pub fn saga_partition(saga: &SagaId) -> String {
    format!("SAGA#{saga}")
}

/// The head of a saga.
#[must_use]
pub fn saga_record(saga: &SagaId) -> Key {
    Key::new(saga_partition(saga), "HEAD")
}

/// An entry of a saga's ledger.
#[must_use]
pub fn saga_ledger_entry(saga: &SagaId, rev: u64) -> Key {
    Key::new(saga_partition(saga), format!("{LEDGER_PREFIX}{}", version(rev)))
}

/// What a step of a saga found before it changed anything.
#[must_use]
pub fn saga_pre_image(saga: &SagaId, step: usize) -> Key {
    Key::new(saga_partition(saga), format!("PRE#{step}"))
}

/// That a saga ended.
#[must_use]
pub fn saga_terminal(saga: &SagaId) -> Key {
    Key::new(saga_partition(saga), "TERMINAL")
}

/// That a saga is a tenant's: an item that is nothing but its entry in [`super::GSI1`], where the head's own tells when it is due.
#[must_use]
pub fn saga_tenant(saga: &SagaId) -> Key {
    Key::new(saga_partition(saga), "TENANT")
}

/// The entry in [`super::GSI1`] of a saga that is due.
#[must_use]
pub fn saga_due_gsi1(saga: &SagaId, next_due: DateTime<Utc>) -> Key {
    Key::new(due_partition(saga.part(DUE_SHARDS)), format!("{}#{saga}", time(next_due)))
}

/// One of the [`DUE_SHARDS`] partitions of [`super::GSI1`] that list what is due, by when.
#[must_use]
pub fn due_partition(shard: u64) -> String {
    format!("DUE#{shard}")
}

/// The entry in [`super::GSI1`] of a saga that waits for people, since when: it is never due.
#[must_use]
pub fn saga_stuck_gsi1(saga: &SagaId, since: DateTime<Utc>) -> Key {
    Key::new(STUCK, format!("{}#{saga}", time(since)))
}

/// The place in a [`due_partition`] up to which everything is that is due by a time.
#[must_use]
pub fn due_sort_key_end(by: DateTime<Utc>) -> String {
    // `~` sorts after every id.
    format!("{}#~", time(by))
}

/// The entry in [`super::GSI2`] of a saga.
#[must_use]
pub fn saga_gsi2(saga: &SagaId, created_at: DateTime<Utc>) -> Key {
    Key::new(SAGAS, saga_sort_key(saga, created_at))
}

/// The entry in [`super::GSI1`] of a tenant's saga.
#[must_use]
pub fn saga_tenant_gsi1(tenant: &TenantId, saga: &SagaId, created_at: DateTime<Utc>) -> Key {
    Key::new(tenant_partition(tenant), format!("{TENANT_SAGA_PREFIX}{}", saga_sort_key(saga, created_at)))
}

/// The place of a saga among those of its list, by when they were started.
#[must_use]
pub fn saga_sort_key(saga: &SagaId, created_at: DateTime<Utc>) -> String {
    format!("{}#{saga}", time(created_at))
}

/// The saga at a [`saga_sort_key`].
#[must_use]
pub fn parse_saga_sort_key(sort_key: &str) -> Option<SagaId> {
    sort_key.split_once('#')?.1.parse().ok()
}

/// What was asked for with an `Idempotency-Key`. The scope is an issuer's text and the key a caller's: `#` is written as `%23` in the
/// first, so that no two pairs share a key.
#[must_use]
pub fn idempotency(scope: &str, key: &str) -> Key {
    Key::new(format!("IDEM#{}#{key}", scope.replace('%', "%25").replace('#', "%23")), "IDEM")
}

/// Which saga holds what it changes.
#[must_use]
pub fn lock(target: &LockTarget) -> Key {
    Key::new(format!("LOCK#{target}"), "LOCK")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_sagas_read_as_designed() {
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
