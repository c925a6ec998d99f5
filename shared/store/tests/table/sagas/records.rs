//! Sagas to write, and the two stores that are compared.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::TenantId;
use embedded_table::EmbeddedTable;
use saga_simulation::InMemorySagaStore;
use sagas::Timing;
use sagas::definition::{StepRequest, validate};
use sagas::ports::{LeaseRequest, Precondition, SagaStore, ScheduleChange, Terminal, Transition};
use sagas::record::{
    Actor, EntryKind, Idempotency, LedgerEntry, LockTarget, NewSaga, Phase, SagaId, SagaRecord, SagaState, SagaStatus,
    Start,
};
use sagas::steps::STEPS;
use serde_json::json;
use uuid::Uuid;

use crate::fixtures::{at, demo};

/// Runs a test on the in-memory store and on the table.
pub(super) async fn on_both<F: Future<Output = ()>>(test: impl Fn(Arc<dyn SagaStore>) -> F) {
    test(Arc::new(InMemorySagaStore::default())).await;
    let embedded = EmbeddedTable::start().await;
    test(Arc::new(embedded.table.clone())).await;
}

/// A saga's id. Four consecutive ids are in four different due shards.
pub(crate) fn id(number: u32) -> SagaId {
    SagaId::from(Uuid::from_u128(0x5a6a_0000_0000_4000_8000_0000_0000_0000 + u128::from(number)))
}

/// A saga of three steps that is due at once.
pub(crate) fn saga(number: u32, tenant: Option<&str>, now: DateTime<Utc>) -> Start {
    let step = |name: &str| StepRequest {
        step: "upsert_dns_record".to_owned(),
        inputs: json!({ "dns_domain": "shop.example", "dns_record_type": "A", "dns_record_name": name,
            "dns_record_data": "192.0.2.7", "dns_record_ttl": null })
        .as_object()
        .cloned()
        .unwrap(),
    };
    let definition = validate(&STEPS, &demo(), &["one", "two", "three"].map(step), &serde_json::Map::new()).unwrap();
    let request = NewSaga {
        saga_type: if number.is_multiple_of(2) { "custom" } else { "ensure-dns" }.to_owned(),
        account: demo(),
        tenant_id: tenant.map(|tenant| TenantId::new(tenant).unwrap()),
        definition,
        by: "admin".to_owned(),
        start_at: None,
        deadline: None,
    };
    Start::new(id(number), request, &format!("start {number}"), now, Timing::default().time_budget_margin)
}

pub(super) fn key(body: &str, expires_at: DateTime<Utc>) -> Idempotency {
    Idempotency { scope: "admin".to_owned(), key: "k".to_owned(), body_hash: body.to_owned(), expires_at }
}

pub(super) fn lease(number: u32, owner: &str, now: DateTime<Utc>) -> LeaseRequest {
    let (until, skew) = (now + TimeDelta::minutes(1), TimeDelta::seconds(5));
    LeaseRequest { saga: id(number), owner: owner.to_owned(), phase: Phase::Forward, now, until, skew }
}

pub(super) fn lock(name: &str) -> LockTarget {
    LockTarget::dns(&demo(), "shop.example", name)
}

/// A change of a record to a status, by the worker that holds the record's fencing token.
pub(crate) fn change(record: &SagaRecord, tx: &str, status: SagaStatus, schedule: ScheduleChange) -> Transition {
    let mut progress = record.state.progress.clone();
    progress.status = status;
    progress.error = status.is_terminal().then(|| "the saga ended".to_owned());
    let mut steps = record.state.steps.clone();
    steps[1].outputs.insert("rev".to_owned(), json!({ "was": record.state.rev, "none": null, "list": [1, "2"] }));
    let fence = record.scheduling.fence;
    let entry = LedgerEntry {
        rev: record.state.rev + 1,
        at: at(7),
        kind: EntryKind::Waiting,
        actor: Actor::Worker { fence, owner: "w".to_owned() },
        step: Some(1),
        op_hash: None,
        note: String::new(),
        progress,
        steps: [(1, steps[1].clone())].into(),
        prev: record.state.ledger_hash.clone(),
        hash: String::new(),
    }
    .sealed();
    let state = SagaState {
        progress: entry.progress.clone(),
        rev: entry.rev,
        updated_at: entry.at,
        ledger_hash: entry.hash.clone(),
        steps,
    };
    let ends = status.is_terminal() && !record.status().is_terminal();
    let terminal = ends.then(|| Terminal { status, at: entry.at, ledger_hash: entry.hash.clone() });
    Transition {
        saga: record.metadata.id,
        precondition: Precondition { rev: record.state.rev, fence: Some(fence), status: record.status() },
        tx: tx.to_owned(),
        state,
        schedule,
        entry,
        pre_image: None,
        take: Vec::new(),
        release: Vec::new(),
        terminal,
    }
}
