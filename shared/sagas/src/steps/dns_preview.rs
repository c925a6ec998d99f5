//! Previews of the two DNS steps.

use serde_json::{Value as Json, json};

use crate::calls::WriteRequest;
use crate::dns::{Identity, RecordSet};
use crate::step::{PlannedChange, PlannedEffect, Preview, SiblingTtl, Undo};

/// The reason for which a step on a missing zone fails.
pub(super) const NO_ZONE: &str = "the account has no such zone";

/// Returns the preview of the writes that are planned on the present records, or of the reason why
/// the step would fail.
pub(super) fn preview(identity: &Identity, now: &RecordSet, planned: Result<Vec<WriteRequest>, String>) -> Preview {
    let basis = json!(now.entries().iter().map(|entry| json!([entry.id, entry.shown])).collect::<Vec<_>>());
    let full = format!("{} {}", identity.record_type, identity.name.full(&identity.zone));
    let writes = match planned {
        Ok(writes) if writes.is_empty() => {
            return Preview::without_change(PlannedEffect::None, format!("{full} is already as requested"))
                .with_basis(basis);
        }
        Err(why) => return Preview::without_change(PlannedEffect::Fail, why).with_basis(basis),
        Ok(writes) => writes,
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
    let ttl = writes.iter().rev().find_map(|write| write.written_record()?.ttl);
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
