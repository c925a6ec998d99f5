//! The inventory for the invoice of April 2026, written by hand and shared with the tests of
//! matching in the billing crate.

use std::path::Path;

use chrono::{DateTime, Utc};
use domain::{Kind, Parent, ProviderId, Resource, ResourceFacts, ResourceKey};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use store::{ResourceCommitOutcome, ResourceWrite, Table};

use crate::environment::demo;

fn written<T: DeserializeOwned>(name: &str) -> T {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/billing/tests/april_2026");
    serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

/// The expected kind of a line, and in `is` its resource with the match method, or the reason why
/// it has none.
#[derive(Deserialize)]
pub(crate) struct Expected {
    pub(crate) line: u32,
    pub(crate) kind: String,
    pub(crate) is: String,
}

pub(crate) fn expected() -> Vec<Expected> {
    written("expected.json")
}

#[derive(Deserialize)]
struct KnownResource {
    kind: Kind,
    provider_id: ProviderId,
    name: String,
    created_at: Option<DateTime<Utc>>,
    deleted_at: Option<DateTime<Utc>>,
    parent_kind: Option<Kind>,
}

#[derive(Deserialize)]
struct Inventory {
    live: Vec<KnownResource>,
    gone: Vec<KnownResource>,
}

/// Writes the live resources to the table.
pub(crate) async fn put_live(table: &Table) {
    put(table, written::<Inventory>("inventory.json").live).await;
}

/// Writes the deleted resources to the table, as tombstones.
pub(crate) async fn put_gone(table: &Table) {
    put(table, written::<Inventory>("inventory.json").gone).await;
}

async fn put(table: &Table, known: Vec<KnownResource>) {
    for known in known {
        let write = ResourceWrite { before: None, row: item(known), events: Vec::new() };
        assert_eq!(table.commit_resource(&write).await.unwrap(), ResourceCommitOutcome::Written);
    }
}

fn item(known: KnownResource) -> Resource {
    let KnownResource { kind, provider_id, name, created_at, deleted_at, parent_kind } = known;
    let parent = parent_kind.map(|kind| Parent { kind, provider_id: ProviderId::from_static("1") });
    let facts = ResourceFacts { name, created_at, parent, ..ResourceFacts::default() };
    let seen = "2026-04-10T00:00:00Z".parse().unwrap();
    Resource {
        key: ResourceKey { account: demo(), kind, provider_id },
        fingerprint: facts.fingerprint(),
        facts,
        version: 1,
        incarnation: 1,
        project_id: None,
        attribution: None,
        project_history: Vec::new(),
        tenant_claims: Vec::new(),
        first_seen_at: seen,
        last_seen_at: seen,
        strikes: None,
        deleted_at,
    }
}
