//! The history of a step's records: as the step found them, its writes, and as they are now.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{Identity, RecordAttempts, RecordEntry, RecordSet, RecordSetPreImage};
use crate::ports::{Observations, Record, RecordFields, WriteRequest, WriteResult};
use crate::record::{StepState, StepStatus, WriteAttempt, WriteOutcome};
use crate::step::StepContext;

/// The history of a step's records.
#[derive(Debug)]
pub struct RecordHistory<'a> {
    /// The zone, name and type of the records.
    pub identity: &'a Identity,
    /// The records as the step found them; the present ones if it has written nothing.
    pub base: RecordSet,
    /// The present records; `None` if the zone does not exist.
    pub now: Option<RecordSet>,
    attempts: Cow<'a, [WriteAttempt]>,
}

impl<'a> RecordHistory<'a> {
    /// Returns the history of a step.
    #[must_use]
    pub fn of(
        identity: &'a Identity,
        pre_image: Option<&RecordSetPreImage>,
        at: &StepContext<'a>,
        seen: &Observations,
    ) -> Self {
        let now = seen.records(identity.zone.as_str()).map(|zone| RecordSet::of(zone, identity));
        let mut attempts = Cow::Borrowed(at.state.attempts.as_slice());
        let base = match pre_image {
            None => now.clone().unwrap_or_default(),
            Some(pre_image) => {
                let mut records = pre_image.records.clone();
                if !at.recreated.is_empty() {
                    records.iter_mut().for_each(|record| replace_id(&mut record.id, at.recreated));
                    attempts.to_mut().iter_mut().for_each(|attempt| replace_ids(attempt, at.recreated));
                }
                RecordSet::of(&records, identity)
            }
        };
        Self { identity, base, now, attempts }
    }

    /// Returns the history after the whole saga was undone. Records that `earlier` steps of the saga
    /// created are not part of the state to restore.
    #[must_use]
    pub fn after_undo(mut self, earlier: &[StepState]) -> Self {
        let UndoneWrites { created, restored } = UndoneWrites::of(earlier);
        let left = self.base.entries().iter().filter(|entry| !created.contains(&entry.id));
        let as_it_was = |entry: &RecordEntry| {
            restored.get(&entry.id).map_or_else(|| entry.clone(), |record| RecordEntry::of(record, self.identity))
        };
        self.base = left.map(as_it_was).collect();
        // The step's own deletion of such a record is void, as the record must stay deleted.
        let is_about = |attempt: &WriteAttempt| matches!(&attempt.write, WriteRequest::DeleteRecord { id, .. } if created.contains(id));
        self.attempts.to_mut().retain(|attempt| !is_about(attempt));
        self
    }

    /// Returns the step's writes with their outcomes.
    #[must_use]
    pub fn attempts(&self) -> RecordAttempts<'_> {
        RecordAttempts { attempts: &self.attempts, base: &self.base, identity: self.identity }
    }
}

/// Changes to records that steps have undone since.
struct UndoneWrites<'a> {
    /// The ids of the records that the steps created.
    created: BTreeSet<u64>,
    /// The records that the steps updated, as they were restored.
    restored: BTreeMap<u64, &'a Record>,
}

impl<'a> UndoneWrites<'a> {
    fn of(steps: &'a [StepState]) -> Self {
        let (mut created, mut restored) = (BTreeSet::new(), BTreeMap::new());
        let undone = steps.iter().filter(|step| step.status == StepStatus::Compensated);
        for attempt in undone.flat_map(|step| &step.attempts) {
            match (&attempt.write, attempt.result(), attempt.undo) {
                (WriteRequest::CreateRecord { .. }, Some(WriteResult::Record(record)), false) => {
                    _ = created.insert(record.id);
                }
                (WriteRequest::UpdateRecord { .. }, Some(WriteResult::Record(record)), true) => {
                    restored.insert(record.id, record);
                }
                _ => {}
            }
        }
        Self { created, restored }
    }
}

/// Returns whether a zone does not show yet what the steps before this one wrote to it within the
/// read lag.
#[must_use]
pub fn is_stale(at: &StepContext<'_>, zone: &str, records: &[Record]) -> bool {
    let writes =
        at.earlier.iter().flat_map(|step| &step.attempts).filter(|attempt| at.now < attempt.at + at.timing.read_lag);
    // Of several writes to a record, only the last one shows.
    let mut written: BTreeMap<u64, Option<&RecordFields>> = BTreeMap::new();
    for attempt in writes {
        match (&attempt.write, attempt.result()) {
            (WriteRequest::DeleteRecord { zone: its, id, .. }, Some(_)) if its == zone => written.insert(*id, None),
            (
                WriteRequest::CreateRecord { zone: its, .. } | WriteRequest::UpdateRecord { zone: its, .. },
                Some(WriteResult::Record(created)),
            ) if its == zone => written.insert(created.id, Some(&created.fields)),
            _ => None,
        };
    }
    written.into_iter().any(|(id, fields)| {
        let shown = records.iter().find(|record| record.id == id).map(|record| &record.fields);
        match (shown, fields) {
            (Some(shown), Some(fields)) => shown.data != fields.data,
            (shown, fields) => shown.is_some() != fields.is_some(),
        }
    })
}

/// Replaces the id of a record that a later step deleted and then recreated in its compensation.
fn replace_id(id: &mut u64, recreated: &BTreeMap<u64, u64>) {
    while let Some(new) = recreated.get(id) {
        *id = *new;
    }
}

fn replace_ids(attempt: &mut WriteAttempt, recreated: &BTreeMap<u64, u64>) {
    if let WriteRequest::UpdateRecord { id, .. } | WriteRequest::DeleteRecord { id, .. } = &mut attempt.write {
        replace_id(id, recreated);
    }
    if let WriteOutcome::Applied(WriteResult::Record(record)) = &mut attempt.outcome {
        replace_id(&mut record.id, recreated);
    }
}
