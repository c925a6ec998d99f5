//! Previews of the two DNS steps.

use serde_json::{Value as Json, json};

use crate::dns::{Identity, RecordSet};
use crate::ports::{RecordFields, WriteRequest};
use crate::step::{PlannedChange, PlannedEffect, Preview, SiblingTtl, Undo};

/// The reason for which a step on a missing zone fails.
pub(super) const NO_ZONE: &str = "the account has no such zone";

/// The reason for which a step waits for a zone.
pub(super) const STALE: &str = "the zone does not show yet what an earlier step wrote";

/// The plan of a DNS step.
pub(super) enum Planned {
    /// The records are already as requested.
    Nothing,
    /// The step would fail, for this reason.
    Refused(String),
    /// The step would send these writes, at least one.
    Writes(Vec<WriteRequest>),
}

/// Returns the preview of a plan on the present records.
pub(super) fn preview(identity: &Identity, now: &RecordSet, planned: Planned) -> Preview {
    let basis = json!(now.entries().iter().map(|entry| json!([entry.id, entry.shown])).collect::<Vec<_>>());
    let full = format!("{} {}", identity.record_type, identity.name.full(&identity.zone));
    let writes = match planned {
        Planned::Nothing => {
            return Preview::without_change(PlannedEffect::None, format!("{full} is already as requested"))
                .with_basis(basis);
        }
        Planned::Refused(why) => return Preview::without_change(PlannedEffect::Fail, why).with_basis(basis),
        Planned::Writes(writes) => writes,
    };
    let effect = match writes.first() {
        Some(WriteRequest::CreateRecord { .. }) => PlannedEffect::Create,
        Some(WriteRequest::UpdateRecord { .. }) => PlannedEffect::Update,
        _ => PlannedEffect::Delete,
    };
    let deletes = writes.iter().filter(|write| write.deletes()).count();
    let changes: Vec<PlannedChange> = writes.iter().map(|write| change(&full, write, now)).collect();
    Preview {
        effect,
        summary: format!("{full}: {} write(s), {deletes} of them a deletion", writes.len()),
        changes,
        sibling_ttls: siblings(&writes, now),
        undo: if deletes > 0 { Undo::NewIds } else { Undo::Exact },
        price_monthly_up_to: None,
        basis,
        writes,
    }
}

fn change(full: &str, write: &WriteRequest, now: &RecordSet) -> PlannedChange {
    let shown = |id: &u64| now.get(*id).map_or(Json::Null, |entry| json!(entry.shown));
    let (before, after) = match write {
        WriteRequest::UpdateRecord { id, record, .. } => (shown(id), json!(record)),
        WriteRequest::DeleteRecord { id, .. } => (shown(id), Json::Null),
        WriteRequest::CreateRecord { record, .. } => (Json::Null, json!(record)),
        WriteRequest::SnapshotDroplet { .. } | WriteRequest::DeleteSnapshot { .. } => (Json::Null, Json::Null),
    };
    PlannedChange { what: full.to_owned(), before, after }
}

/// Returns the records that keep their value but not their time to live.
fn siblings(writes: &[WriteRequest], now: &RecordSet) -> Vec<SiblingTtl> {
    let written = |record: &RecordFields| record.ttl;
    let ttl = writes.iter().rev().find_map(|write| match write {
        WriteRequest::CreateRecord { record, .. } | WriteRequest::UpdateRecord { record, .. } => written(record),
        _ => None,
    });
    let Some(ttl) = ttl else { return Vec::new() };
    let is_written = |id: u64| {
        writes.iter().any(|write| {
            matches!(write, WriteRequest::UpdateRecord { id: written, .. } | WriteRequest::DeleteRecord { id: written, .. } if *written == id)
        })
    };
    let changed = now.entries().iter().filter(|entry| entry.ttl != ttl && !is_written(entry.id));
    changed
        .map(|entry| SiblingTtl {
            id: entry.id.to_string(),
            data: entry.shown.data.clone(),
            before: entry.ttl,
            after: ttl,
        })
        .collect()
}
