//! The outcome of a write to a record whose response is not known.

use super::{RecordAttempts, RecordEntry, RecordSet};
use crate::calls::{Record, WriteRequest, WriteResult};
use crate::record::Intent;
use crate::step::Recovered;

/// Determines the outcome of a write from what the zone shows now (`None`: the zone does not
/// exist).
#[must_use]
pub fn recover(intent: &Intent, attempts: RecordAttempts<'_>, now: Option<&RecordSet>) -> Recovered {
    let identity = attempts.identity;
    match (&intent.write, now) {
        (WriteRequest::CreateRecord { record, .. }, Some(now)) => {
            let value = identity.value(record);
            let found = attempts.unattributed(now, &value).next().and_then(|id| now.get(id));
            found.map_or(Recovered::Unseen, |entry| Recovered::Applied(result(entry)))
        }
        // An update that restores the pre-image cannot be proven: a stale list shows the same.
        (WriteRequest::UpdateRecord { id, record, .. }, Some(now)) if !intent.undo => match now.get(*id) {
            Some(entry) if entry.value == identity.value(record) && Some(entry.ttl) == record.ttl => {
                Recovered::Applied(result(entry))
            }
            _ => Recovered::Unseen,
        },
        // A list that does not show a record may be older than the record. The record is deleted
        // once more: an id is never assigned twice, and only the response, 204 or 404, is proof.
        _ => Recovered::Unseen,
    }
}

fn result(entry: &RecordEntry) -> WriteResult {
    WriteResult::Record(Record { id: entry.id, fields: entry.shown.clone() })
}
