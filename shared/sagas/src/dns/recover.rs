//! What became of a write to a record whose answer is not known.

use super::{RecordAttempts, RecordEntry, RecordSet};
use crate::ports::{Record, WriteRequest, WriteResult};
use crate::record::Intent;
use crate::steps::Recovered;

/// What became of it, by what the zone shows now (`None`: there is no such zone).
#[must_use]
pub fn recover(intent: &Intent, attempts: RecordAttempts<'_>, now: Option<&RecordSet>) -> Recovered {
    let identity = attempts.identity;
    match (&intent.write, now) {
        (WriteRequest::CreateRecord { record, .. }, Some(now)) => {
            let value = identity.value(record);
            let found = attempts.unattributed(now, &value).next().and_then(|id| now.get(id));
            found.map_or(Recovered::Unseen, |entry| Recovered::Applied(made(entry)))
        }
        // What puts back what was there is no proof: an old list shows the same.
        (WriteRequest::UpdateRecord { id, record, .. }, Some(now)) if !intent.undo => match now.get(*id) {
            Some(entry) if entry.value == identity.value(record) && Some(entry.ttl) == record.ttl => {
                Recovered::Applied(made(entry))
            }
            _ => Recovered::Unseen,
        },
        // A list that does not show a record may be older than the record. It is deleted once more: an id is never given twice, and only
        // the answer, 204 or 404, is certain.
        _ => Recovered::Unseen,
    }
}

fn made(entry: &RecordEntry) -> WriteResult {
    WriteResult::Record(Record { id: entry.id, fields: entry.shown.clone() })
}
