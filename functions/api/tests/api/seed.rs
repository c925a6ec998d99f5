//! Test data, written to the table as the workers write it.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Account, AccountId, AccountStatus, Attribution, Cause, CauseType, Change, ChangeCounts, EventType, Hold, Interval,
    Kind, Money, Project, ProjectFacts, ProjectId, ProviderId, Receipt, Resource, ResourceEvent, ResourceFacts,
    ResourceKey, RunId, SweepStatus, TenantId,
};
use serde_json::{Value, json};
use store::{AuditEntry, ProjectWrite, ResourceWrite, SyncCompletion, SyncLeaseOutcome, Table};

use crate::app::time;

pub(crate) fn account_id(account: &str) -> AccountId {
    AccountId::new(account).unwrap()
}

/// The time when the seeded data was first seen.
pub(crate) fn long_ago() -> DateTime<Utc> {
    time("2026-01-01T00:00:00Z")
}

pub(crate) async fn account(table: &Table, account: &str, status: AccountStatus) {
    let record = Account {
        account: account_id(account),
        name: format!("{account} team"),
        secret: format!("arcadia/dev/do/{account}"),
        status,
        created_at: long_ago(),
        updated_at: long_ago(),
        version: 1,
    };
    let audit = AuditEntry {
        id: account.to_owned(),
        at: long_ago(),
        actor: "seed".to_owned(),
        action: "seed".to_owned(),
        target: account.to_owned(),
        values: json!({}),
    };
    table.register_account(&record, &audit).await.unwrap();
}

pub(crate) async fn project(table: &Table, account: &str, id: &str, tenant: Option<&str>) -> Project {
    let tenant = tenant.map(|tenant| TenantId::new(tenant).unwrap());
    let project = Project {
        account: account_id(account),
        id: ProjectId::new(id).unwrap(),
        facts: ProjectFacts {
            name: format!("name-of-{id}"),
            description: String::new(),
            digitalocean_purpose: "Web Application".to_owned(),
            environment: Some("Production".to_owned()),
            is_default: false,
            created_at: Some(long_ago()),
        },
        fingerprint: "f".to_owned(),
        tenant_id: tenant.clone(),
        purpose: None,
        tenant_history: vec![Interval { value: tenant, from: long_ago(), until: None }],
        name_history: Vec::new(),
        first_seen_at: long_ago(),
        last_seen_at: long_ago(),
        strikes: None,
        deleted_at: None,
        version: 1,
    };
    table.commit_project(&ProjectWrite { before: None, project: project.clone() }).await.unwrap();
    project
}

/// Builds a resource in a project without writing it.
pub(crate) fn row(account: &str, kind: &str, id: &str, project: Option<&str>) -> Resource {
    let facts = ResourceFacts {
        name: format!("name-of-{id}"),
        region: Some("fra1".to_owned()),
        status: Some("active".to_owned()),
        tags: vec![format!("tag-of-{id}")],
        price_monthly: Some(Money::usd(6.into())),
        created_at: Some(long_ago()),
        parent: None,
        attrs: serde_json::Map::from_iter([("vcpus".to_owned(), json!(1))]),
    };
    let project_id = project.map(|project| ProjectId::new(project).unwrap());
    let key = ResourceKey {
        account: account_id(account),
        kind: Kind::new(kind).unwrap(),
        provider_id: ProviderId::new(id).unwrap(),
    };
    Resource {
        key,
        fingerprint: facts.fingerprint(),
        facts,
        version: 1,
        incarnation: 1,
        attribution: project.map(|_| Attribution::Member),
        project_history: project_id
            .iter()
            .map(|id| Interval { value: id.clone(), from: long_ago(), until: None })
            .collect(),
        project_id,
        tenant_claims: Vec::new(),
        first_seen_at: long_ago(),
        last_seen_at: long_ago(),
        strikes: None,
        deleted_at: None,
    }
}

/// Writes a resource together with the event of its discovery.
pub(crate) async fn insert(table: &Table, row: Resource) -> Resource {
    let events = vec![event(&row, EventType::Discovered, Vec::new())];
    table.commit_resource(&ResourceWrite { before: None, row: row.clone(), events }).await.unwrap();
    row
}

/// Writes a resource in a project together with the event of its discovery.
pub(crate) async fn resource(table: &Table, account: &str, kind: &str, id: &str, project: Option<&str>) -> Resource {
    insert(table, row(account, kind, id, project)).await
}

pub(crate) fn event(row: &Resource, event_type: EventType, changes: Vec<Change>) -> ResourceEvent {
    ResourceEvent {
        key: row.key.clone(),
        version: row.version,
        incarnation: row.incarnation,
        at: row.first_seen_at + TimeDelta::seconds(i64::try_from(row.version).unwrap()),
        event_type,
        name: row.facts.name.clone(),
        changes,
        cause: Cause { kind: CauseType::Sync, id: Some("run-1".to_owned()) },
    }
}

/// Builds a change of one field.
pub(crate) fn change(field: &str, before: Value, after: Value) -> Change {
    Change { field: field.to_owned(), before, after }
}

/// Writes the next version of a resource together with an event.
pub(crate) async fn update(table: &Table, row: &Resource, event_type: EventType, changes: Vec<Change>) -> Resource {
    let next = Resource { version: row.version + 1, ..row.clone() };
    let events = vec![event(&next, event_type, changes)];
    table.commit_resource(&ResourceWrite { before: Some(row.version), row: next.clone(), events }).await.unwrap();
    next
}

/// Writes the receipt of a sweep that ended at `finished_at`.
pub(crate) async fn sweep(table: &Table, account: &str, kind: &str, status: SweepStatus, finished_at: DateTime<Utc>) {
    sweep_leaving(table, account, kind, status, finished_at, |_| ()).await;
}

/// Writes the receipt of a sweep; `more` changes further values of its result.
pub(crate) async fn sweep_leaving(
    table: &Table,
    account: &str,
    kind: &str,
    status: SweepStatus,
    finished_at: DateTime<Utc>,
    more: impl FnOnce(&mut SyncCompletion),
) {
    let run_id = RunId::new(format!("run-{account}-{kind}")).unwrap();
    let kind = Kind::new(kind).unwrap();
    let started_at = finished_at - TimeDelta::seconds(2);
    let granted = table
        .acquire_sync_lease(&account_id(account), &kind, "owner", started_at, TimeDelta::minutes(5))
        .await
        .unwrap();
    let SyncLeaseOutcome::Granted(lease, _) = granted else { panic!("the lease is held") };
    let receipt = Receipt {
        run_id,
        status,
        started_at,
        finished_at,
        pages: 1,
        items: 5,
        requests: 1,
        changes: ChangeCounts { discovered: 5, ..ChangeCounts::default() },
        rate_limit_remaining: Some(4_987),
        token_id: Some("token-1".to_owned()),
        duration_ms: 2_000,
        error: (!status.is_complete()).then(|| "DigitalOcean answered 503".to_owned()),
        notes: Vec::new(),
    };
    let hold =
        (status == SweepStatus::Held).then(|| Hold { id: RunId::new("hold-1").unwrap(), since: started_at, count: 7 });
    let mut finish =
        SyncCompletion { listed: status.is_complete(), receipt, hold, scan_progress: None, urn_kinds: None };
    more(&mut finish);
    assert!(table.complete_sync(&lease, &finish).await.unwrap());
}

/// Writes a complete run of every worker of an account for each of its kinds.
pub(crate) async fn sweep_all(table: &Table, account: &str, finished_at: DateTime<Utc>) {
    for kind in api::workers::all().flat_map(api::workers::AnyWorker::sync_kinds) {
        sweep(table, account, kind.as_str(), SweepStatus::Complete, finished_at).await;
    }
}

/// Creates two tenants, `acme` and `beta`, in two accounts. The ids and names of `beta`'s items all
/// contain `beta`.
pub(crate) async fn two_tenants(table: &Table) {
    account(table, "main", AccountStatus::Enabled).await;
    account(table, "beta-account", AccountStatus::Enabled).await;
    project(table, "main", "acme-project", Some("acme")).await;
    project(table, "main", "beta-project", Some("beta")).await;
    project(table, "beta-account", "beta-project-2", Some("beta")).await;
    project(table, "main", "unowned-project", None).await;
    resource(table, "main", "droplet", "1001", Some("acme-project")).await;
    resource(table, "main", "dns_zone", "acme.example", Some("acme-project")).await;
    let beta = resource(table, "main", "droplet", "beta-2001", Some("beta-project")).await;
    update(table, &beta, EventType::Updated, vec![change("status", json!("active"), json!("off"))]).await;
    resource(table, "main", "dns_zone", "beta.example", Some("beta-project")).await;
    resource(table, "beta-account", "droplet", "beta-2002", Some("beta-project-2")).await;
    resource(table, "main", "droplet", "3001", None).await;
    for account in ["main", "beta-account"] {
        sweep_all(table, account, time("2026-04-12T11:50:00Z")).await;
    }
}
