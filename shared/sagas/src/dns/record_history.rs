//! The history of a step's records: as the step found them, its writes, and as they are now.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{Identity, RecordAttempts, RecordEntry, RecordSet, RecordSetPreImage};
use crate::calls::{Record, RecordFields, WriteRequest, WriteResult};
use crate::ports::Observations;
use crate::record::{StepState, StepStatus, WriteAttempt, WriteOutcome};
use crate::step::{StepContext, StepDecision};

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

    /// Returns the history after the whole saga was undone. Records that `earlier` steps of the
    /// saga created are not part of the state to restore.
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

/// Returns what to do about a zone's list that does not show what the steps before this one wrote:
/// wait, or read the record by its id. `None` if the list shows all of it, or if another client
/// changed the rest.
#[must_use]
pub fn await_earlier_writes(at: &StepContext<'_>, identity: &Identity, seen: &Observations) -> Option<StepDecision> {
    let zone = identity.zone.as_str();
    let records = seen.records(zone)?;
    // Of several writes to a record, only the last one shows.
    let mut written: BTreeMap<u64, (Option<&RecordFields>, DateTime<Utc>)> = BTreeMap::new();
    for attempt in at.earlier.iter().flat_map(|step| &step.attempts) {
        match (&attempt.write, attempt.result()) {
            (WriteRequest::DeleteRecord { zone: its, id, .. }, Some(_)) if its == zone => {
                written.insert(*id, (None, attempt.at));
            }
            (
                WriteRequest::CreateRecord { zone: its, .. } | WriteRequest::UpdateRecord { zone: its, .. },
                Some(WriteResult::Record(record)),
            ) if its == zone => {
                written.insert(record.id, (Some(&record.fields), attempt.at));
            }
            _ => {}
        }
    }
    let is_as = |shown: Option<&Record>, fields: Option<&RecordFields>| {
        shown.map(|record| &record.fields.data) == fields.map(|fields| &fields.data)
    };
    let wait = || Some(StepDecision::Wait("the zone does not show yet what an earlier step wrote".to_owned()));
    written.into_iter().find_map(|(id, (fields, written_at))| match seen.record(zone, id) {
        _ if is_as(records.iter().find(|record| record.id == id), fields) => None,
        _ if at.now < written_at + at.timing.read_lag => wait(),
        None => Some(StepDecision::Read(vec![identity.read_one(id)])),
        Some(shown) if is_as(shown, fields) => wait(),
        Some(_) => None,
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
    if let WriteOutcome::Applied(WriteResult::Record(record)) | WriteOutcome::Found(WriteResult::Record(record)) =
        &mut attempt.outcome
    {
        replace_id(&mut record.id, recreated);
    }
}
