//! What became of a write to a record whose answer is not known.

use super::{Entry, RecordSet, Tries};
use crate::record::Intent;
use crate::rim::{Made, Record, Write};
use crate::steps::Recovered;

/// What became of it, by what the zone shows now (`None`: there is no such zone).
#[must_use]
pub fn recover(intent: &Intent, tries: Tries<'_>, now: Option<&RecordSet>) -> Recovered {
    let identity = tries.identity;
    match (&intent.write, now) {
        (Write::CreateRecord { record, .. }, Some(now)) => {
            let value = identity.value(record);
            let found = tries.strangers(now, &value).next().and_then(|id| now.get(id));
            found.map_or(Recovered::Unseen, |entry| Recovered::Applied(made(entry)))
        }
        // What puts back what was there is no proof: an old list shows the same.
        (Write::UpdateRecord { id, record, .. }, Some(now)) if !intent.undo => match now.get(*id) {
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

fn made(entry: &Entry) -> Made {
    Made::Record(Record { id: entry.id, fields: entry.shown.clone() })
}
