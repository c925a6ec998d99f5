//! Records to write, and helpers that inspect the table.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Account, AccountId, AccountStatus, Cause, CauseType, EventType, Interval, Kind, Project, ProjectFacts, ProjectId,
    ProviderId, Receipt, Resource, ResourceEvent, ResourceFacts, ResourceKey, RunId, SweepStatus, TenantId,
};
use embedded_table::EmbeddedTable;
use store::{AuditEntry, ProjectWrite, ResourceWrite, Table};

/// Returns the time that is so many minutes after the start time of all tests.
pub(crate) fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-01T00:00:00Z").unwrap().to_utc() + TimeDelta::minutes(minutes)
}

/// The account that nearly all fixtures belong to.
pub(crate) fn demo() -> AccountId {
    AccountId::new("demo").unwrap()
}

pub(crate) fn tenant(slug: &str) -> TenantId {
    TenantId::new(slug).unwrap()
}

pub(crate) fn project_id(id: &str) -> ProjectId {
    ProjectId::new(id).unwrap()
}

pub(crate) fn run(id: &str) -> RunId {
    RunId::new(id).unwrap()
}

pub(crate) fn account(slug: &str) -> Account {
    Account {
        account: AccountId::new(slug).unwrap(),
        name: format!("The account {slug}"),
        secret: format!("arcadia/test/do/{slug}"),
        status: AccountStatus::Enabled,
        created_at: at(0),
        updated_at: at(0),
        version: 1,
    }
}

pub(crate) fn audit(id: &str) -> AuditEntry {
    AuditEntry {
        id: id.to_owned(),
        at: at(1),
        actor: "operator".to_owned(),
        action: "test".to_owned(),
        target: "demo".to_owned(),
        values: serde_json::json!({ "name": "x" }),
    }
}

pub(crate) fn key(kind: &str, id: &str) -> ResourceKey {
    ResourceKey { account: demo(), kind: Kind::new(kind).unwrap(), provider_id: ProviderId::new(id).unwrap() }
}

/// A live resource at version 1 that is in no project.
pub(crate) fn resource(kind: &str, id: &str) -> Resource {
    let facts = ResourceFacts {
        name: format!("{kind}-{id}"),
        region: None,
        status: Some("active".to_owned()),
        tags: Vec::new(),
        price_monthly: None,
        created_at: None,
        parent: None,
        attrs: serde_json::Map::new(),
    };
    Resource {
        key: key(kind, id),
        fingerprint: facts.fingerprint(),
        facts,
        version: 1,
        incarnation: 1,
        project_id: None,
        attribution: None,
        tenant_claims: Vec::new(),
        project_history: Vec::new(),
        first_seen_at: at(0),
        last_seen_at: at(0),
        strikes: None,
        deleted_at: None,
    }
}

/// Puts the resource into a project, since the start time.
pub(crate) fn in_project(resource: Resource, project: &str) -> Resource {
    let history = vec![Interval { value: project_id(project), from: at(0), until: None }];
    Resource { project_id: Some(project_id(project)), project_history: history, ..resource }
}

/// The next version of the resource, with another name.
pub(crate) fn renamed(row: &Resource, name: &str) -> Resource {
    let facts = ResourceFacts { name: name.to_owned(), ..row.facts.clone() };
    Resource { version: row.version + 1, fingerprint: facts.fingerprint(), facts, ..row.clone() }
}

/// An event of the resource at its current version.
pub(crate) fn event(row: &Resource, event_type: EventType, time: DateTime<Utc>) -> ResourceEvent {
    ResourceEvent {
        key: row.key.clone(),
        version: row.version,
        incarnation: row.incarnation,
        at: time,
        event_type,
        name: row.facts.name.clone(),
        changes: Vec::new(),
        cause: Cause { kind: CauseType::Sync, id: Some("run-1".to_owned()) },
    }
}

/// A write of the resource with one event, computed from the version `before`.
pub(crate) fn write(before: Option<u64>, row: &Resource) -> ResourceWrite {
    let event_type = if before.is_none() { EventType::Discovered } else { EventType::Updated };
    ResourceWrite { before, row: row.clone(), events: vec![event(row, event_type, at(0))] }
}

/// A write of the resource without an event.
pub(crate) fn silent(before: Option<u64>, row: &Resource) -> ResourceWrite {
    ResourceWrite { before, row: row.clone(), events: Vec::new() }
}

/// A project at version 1 that belongs to a tenant, or to none, since the start time.
pub(crate) fn project(id: &str, owner: Option<&str>) -> Project {
    let facts = ProjectFacts {
        name: format!("Project {id}"),
        description: String::new(),
        digitalocean_purpose: String::new(),
        environment: None,
        is_default: false,
        created_at: None,
    };
    let tenant_id = owner.map(tenant);
    Project {
        account: demo(),
        id: project_id(id),
        fingerprint: facts.name.clone(),
        facts,
        tenant_history: vec![Interval { value: tenant_id.clone(), from: at(0), until: None }],
        tenant_id,
        purpose: None,
        name_history: Vec::new(),
        first_seen_at: at(0),
        last_seen_at: at(0),
        strikes: None,
        deleted_at: None,
        version: 1,
    }
}

/// The next version of a project, which belongs to a tenant, or to none, from a time on.
pub(crate) fn given_to(project: &Project, owner: Option<&str>, from: DateTime<Utc>) -> Project {
    let mut project = Project { tenant_id: owner.map(tenant), version: project.version + 1, ..project.clone() };
    domain::begin_interval(&mut project.tenant_history, project.tenant_id.clone(), from);
    project
}

pub(crate) fn receipt(id: &str, status: SweepStatus, finished_at: DateTime<Utc>) -> Receipt {
    Receipt {
        run_id: run(id),
        status,
        started_at: finished_at - TimeDelta::seconds(3),
        finished_at,
        pages: 1,
        items: 5,
        requests: 1,
        changes: domain::ChangeCounts::default(),
        rate_limit_remaining: None,
        token_id: None,
        duration_ms: 3000,
        error: None,
        notes: Vec::new(),
    }
}

pub(crate) async fn register(table: &Table, slug: &str) {
    let registered = table.register_account(&account(slug), &audit(slug)).await.unwrap();
    assert_eq!(registered, store::RegisterOutcome::New);
}

/// Writes resources that do not exist yet.
pub(crate) async fn insert(table: &Table, rows: &[Resource]) {
    for row in rows {
        assert_eq!(table.commit_resource(&write(None, row)).await.unwrap(), store::ResourceCommitOutcome::Written);
    }
}

/// Writes projects that do not exist yet.
pub(crate) async fn insert_projects(table: &Table, projects: &[Project]) {
    for project in projects {
        let write = ProjectWrite { before: None, project: project.clone() };
        assert_eq!(table.commit_project(&write).await.unwrap(), store::ProjectCommitOutcome::Written);
    }
}

/// Returns the keys of all items, in order.
pub(crate) async fn keys_of(embedded: &EmbeddedTable) -> Vec<String> {
    let dumped = embedded.dump().await;
    dumped.iter().map(|item| item.split_once(" {").unwrap().0.to_owned()).collect()
}

/// Returns an item's expiry time in Unix seconds.
pub(crate) async fn ttl_of(embedded: &EmbeddedTable, key: &store::keys::Key) -> i64 {
    use aws_sdk_dynamodb::types::AttributeValue;
    let get = embedded.client.get_item().table_name(embedded_table::TABLE_NAME);
    let get = get.key("pk", AttributeValue::S(key.pk.clone())).key("sk", AttributeValue::S(key.sk.clone()));
    let item = get.send().await.unwrap().item.expect("the item exists");
    item[store::keys::TTL].as_n().unwrap().parse().unwrap()
}
