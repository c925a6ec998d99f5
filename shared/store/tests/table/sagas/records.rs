//! Sagas to write, and the two journals that are held against each other.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::TenantId;
use embedded_table::EmbeddedTable;
use sagas::Timing;
use sagas::definition::{StepRequest, validate};
use sagas::record::{
    Actor, Entry, EntryKind, Head, Idempotency, LockTarget, Request, SagaId, SagaStatus, Start, State,
};
use sagas::rim::{DriveChange, Expect, Journal, Lane, Lease, Terminal, Transition};
use sagas::steps::STEPS;
use sagas::testkit::Twin;
use serde_json::json;
use uuid::Uuid;

use crate::fixtures::{at, demo};

/// Runs a story on the twin and on the table.
pub(super) async fn on_both<F: Future<Output = ()>>(story: impl Fn(Arc<dyn Journal>) -> F) {
    story(Arc::new(Twin::default())).await;
    let embedded = EmbeddedTable::start().await;
    story(Arc::new(embedded.table.clone())).await;
}

/// A saga's id; four in a row are due in four shards.
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
    let request = Request {
        saga_type: if number.is_multiple_of(2) { "custom" } else { "ensure-dns" }.to_owned(),
        account: demo(),
        tenant_id: tenant.map(|tenant| TenantId::new(tenant).unwrap()),
        definition,
        by: "admin".to_owned(),
        start_at: None,
        deadline: None,
    };
    Start::new(id(number), request, &format!("start {number}"), now, &Timing::default())
}

pub(super) fn key(body: &str, expires_at: DateTime<Utc>) -> Idempotency {
    Idempotency { scope: "admin".to_owned(), key: "k".to_owned(), body_hash: body.to_owned(), expires_at }
}

pub(super) fn lease(number: u32, owner: &str, now: DateTime<Utc>) -> Lease {
    let (until, skew) = (now + TimeDelta::minutes(1), TimeDelta::seconds(5));
    Lease { saga: id(number), owner: owner.to_owned(), lane: Lane::Execute, now, until, skew }
}

pub(super) fn lock(name: &str) -> LockTarget {
    LockTarget::dns(&demo(), "shop.example", name)
}

/// A change of a head to a status: by the worker with the head's fence.
pub(crate) fn change(head: &Head, tx: &str, status: SagaStatus, drive: DriveChange) -> Transition {
    let mut core = head.state.core.clone();
    core.status = status;
    core.error = status.is_terminal().then(|| "it ended".to_owned());
    let mut steps = head.state.steps.clone();
    steps[1].outputs.insert("rev".to_owned(), json!({ "was": head.state.rev, "none": null, "list": [1, "2"] }));
    let fence = head.drive.fence;
    let entry = Entry {
        rev: head.state.rev + 1,
        at: at(7),
        kind: EntryKind::Waiting,
        actor: Actor::Worker { fence, owner: "w".to_owned() },
        step: Some(1),
        op_hash: None,
        note: String::new(),
        core,
        steps: [(1, steps[1].clone())].into(),
        prev: head.state.ledger_hash.clone(),
        hash: String::new(),
    }
    .sealed();
    let state = State {
        core: entry.core.clone(),
        rev: entry.rev,
        updated_at: entry.at,
        ledger_hash: entry.hash.clone(),
        steps,
    };
    let ends = status.is_terminal() && !head.status().is_terminal();
    let terminal = ends.then(|| Terminal { status, at: entry.at, ledger_hash: entry.hash.clone() });
    Transition {
        saga: head.about.id,
        expect: Expect { rev: head.state.rev, fence: Some(fence), status: head.status() },
        tx: tx.to_owned(),
        state,
        drive,
        entry,
        pre: None,
        take: Vec::new(),
        release: Vec::new(),
        terminal,
    }
}
