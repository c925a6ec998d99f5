//! The changes that the inventory will find after a write to a record.

use std::collections::BTreeMap;

use domain::Expected;
use serde_json::{Value as Json, json};

use super::name::APEX;
use super::{Identity, RecordSet};
use crate::calls::{RecordFields, WriteRequest};
use crate::ports::{Announcement, DNS_RECORD};
use crate::step::StepDecision;

/// Returns the decision to send a write to a record, with its announcements. `now` are the present
/// records of the name and type.
#[must_use]
pub fn send(write: WriteRequest, identity: &Identity, now: &RecordSet) -> StepDecision {
    let announce = announce(&write, identity, now);
    StepDecision::Send { write, announce }
}

/// Returns the announcements of a write: the record that it changes or deletes, and new times to
/// live of its siblings.
fn announce(write: &WriteRequest, identity: &Identity, now: &RecordSet) -> Vec<Announcement> {
    match write {
        WriteRequest::CreateRecord { record, .. } => siblings(now, None, record.ttl),
        WriteRequest::UpdateRecord { id, record, .. } => {
            let changed = Announcement {
                kind: DNS_RECORD,
                provider_id: id.to_string(),
                expected: Expected::Fields(fields(record, identity)),
            };
            std::iter::once(changed).chain(siblings(now, Some(*id), record.ttl)).collect()
        }
        WriteRequest::DeleteRecord { id, .. } => {
            vec![Announcement { kind: DNS_RECORD, provider_id: id.to_string(), expected: Expected::Disappearance }]
        }
        WriteRequest::SnapshotDroplet { .. } | WriteRequest::DeleteSnapshot { .. } => Vec::new(),
    }
}

/// Returns the fields with which a record will be shown, as the inventory names them.
fn fields(sent: &RecordFields, identity: &Identity) -> BTreeMap<String, Json> {
    let data = match sent.data.strip_suffix('.') {
        Some(host) if host == identity.zone.as_str() => APEX,
        Some("") | None => &sent.data,
        Some(host) => host,
    };
    let shown = json!(RecordFields { data: data.to_owned(), ..sent.clone() });
    let attrs = shown.as_object().into_iter().flatten().filter(|(name, _)| !["type", "name"].contains(&name.as_str()));
    attrs.map(|(name, value)| (format!("attrs.{name}"), value.clone())).collect()
}

fn siblings(now: &RecordSet, of: Option<u64>, ttl: Option<u32>) -> Vec<Announcement> {
    let Some(ttl) = ttl else { return Vec::new() };
    let changed = now.entries().iter().filter(|entry| Some(entry.id) != of && entry.ttl != ttl);
    changed
        .map(|entry| Announcement {
            kind: DNS_RECORD,
            provider_id: entry.id.to_string(),
            expected: Expected::Fields(BTreeMap::from([("attrs.ttl".to_owned(), json!(ttl))])),
        })
        .collect()
}
