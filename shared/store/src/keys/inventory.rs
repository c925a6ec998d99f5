//! The keys of accounts, projects, tenants, sync states, resources and their events.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{AccountId, Kind, ProjectId, ProviderId, ResourceKey, RunId, TenantId};

use super::key::{Key, time, version};

/// The key of an account's item.
pub fn account(account: &AccountId) -> Key {
    Key::new(account_partition(account), "ACCOUNT")
}

/// The partition of an account with its projects and sync states.
#[must_use]
pub fn account_partition(account: &AccountId) -> String {
    format!("ACCOUNT#{account}")
}

/// The entry in [`super::GSI1`] that lists an account.
pub fn account_gsi1(account: &AccountId) -> Key {
    Key::new(ACCOUNTS, account.as_str())
}

/// The partition of [`super::GSI1`] that lists the accounts.
pub const ACCOUNTS: &str = "ACCOUNTS";

/// The key of a project's item.
pub fn project(account: &AccountId, id: &ProjectId) -> Key {
    Key::new(account_partition(account), format!("{PROJECT_PREFIX}{id}"))
}

/// The prefix of a project's sort key.
pub const PROJECT_PREFIX: &str = "PROJECT#";

/// The entry in [`super::GSI1`] of a project that belongs to a tenant.
pub fn project_gsi1(tenant: &TenantId, account: &AccountId, id: &ProjectId) -> Key {
    Key::new(tenant_partition(tenant), format!("{PROJECT_PREFIX}{account}#{id}"))
}

/// The partition of [`super::GSI1`] that lists a tenant's projects.
#[must_use]
pub fn tenant_partition(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}")
}

/// The key of the sync state of one (account, kind): the sync lease and the last receipt.
pub fn sync_state(account: &AccountId, kind: &Kind) -> Key {
    Key::new(account_partition(account), format!("{SYNC_STATE_PREFIX}{kind}"))
}

/// The prefix of a sync state's sort key.
pub const SYNC_STATE_PREFIX: &str = "SWEEP#";

/// The key of a receipt in the history of its sync state.
pub fn receipt(account: &AccountId, kind: &Kind, finished_at: DateTime<Utc>, run: &RunId) -> Key {
    Key::new(format!("SWEEP#{account}#{kind}"), format!("{}#{run}", time(finished_at)))
}

/// The key of a resource's item.
pub fn resource(key: &ResourceKey) -> Key {
    Key::new(kind_partition(&key.account, &key.kind), key.provider_id.as_str())
}

/// The partition of the resources of one kind, equal in the table and in [`super::GSI2`].
#[must_use]
pub fn kind_partition(account: &AccountId, kind: &Kind) -> String {
    format!("KIND#{account}#{kind}")
}

/// The entry in [`super::GSI1`] of a resource in a project.
pub fn resource_gsi1(key: &ResourceKey, project: &ProjectId) -> Key {
    Key::new(project_partition(&key.account, project), project_sort_key(&key.kind, key.provider_id.as_str()))
}

/// The partition of [`super::GSI1`] that lists a project's resources.
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
pub fn event(key: &ResourceKey, at_version: u64) -> Key {
    Key::new(event_partition(key), format!("{EVENT_PREFIX}{}", version(at_version)))
}

/// The prefix of an event's sort key.
pub const EVENT_PREFIX: &str = "EVENT#";

/// The partition of a resource's events.
#[must_use]
pub fn event_partition(key: &ResourceKey) -> String {
    format!("RESOURCE#{}#{}#{}", key.account, key.kind, key.provider_id)
}

/// The entry in [`super::GSI1`] of an event: the account's feed of one day.
pub fn event_gsi1(key: &ResourceKey, at: DateTime<Utc>, at_version: u64) -> Key {
    Key::new(
        feed_partition(&key.account, at.date_naive()),
        format!("{}#{}#{}#{}", time(at), key.kind, key.provider_id, version(at_version)),
    )
}

/// The partition of the account's feed of one day (UTC) in [`super::GSI1`].
#[must_use]
pub fn feed_partition(account: &AccountId, day: NaiveDate) -> String {
    format!("EVENTS#{account}#{}", day.format("%Y-%m-%d"))
}

/// The key of the pointer from a tenant to a resource that an operator assigned to it, independent
/// of the resource's project.
pub fn claim(tenant: &TenantId, key: &ResourceKey) -> Key {
    let ResourceKey { account, kind, provider_id } = key;
    Key::new(tenant_partition(tenant), format!("{CLAIM_PREFIX}{account}#{kind}#{provider_id}"))
}

/// The prefix of a claim's sort key.
pub const CLAIM_PREFIX: &str = "CLAIM#";

/// The key of an expected change; `id` is that of its cause, such as a saga.
pub fn expected_change(key: &ResourceKey, id: &str) -> Key {
    Key::new(expected_partition(&key.account, &key.kind), format!("{}#{id}", key.provider_id))
}

/// The partition of the expected changes of one kind.
#[must_use]
pub fn expected_partition(account: &AccountId, kind: &Kind) -> String {
    format!("EXPECTED#{account}#{kind}")
}
