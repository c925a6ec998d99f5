//! What a step knows of its records: what it found, what it wrote, what is there now.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{Identity, RecordAttempts, RecordEntry, RecordSet, RecordSetPreImage};
use crate::ports::{Observations, Record, RecordFields, WriteRequest, WriteResult};
use crate::record::{StepState, StepStatus, WriteAttempt, WriteOutcome};
use crate::steps::StepContext;

/// What a step knows of its records.
#[derive(Debug)]
pub struct RecordHistory<'a> {
    /// Whose records.
    pub identity: &'a Identity,
    /// What it found; what is there now, if it has written nothing.
    pub base: RecordSet,
    /// What is there now; `None` where there is no such zone.
    pub now: Option<RecordSet>,
    attempts: Cow<'a, [WriteAttempt]>,
}

impl<'a> RecordHistory<'a> {
    /// A step's.
    #[must_use]
    pub fn of<I>(identity: &'a Identity, at: &'a StepContext<'_, I, RecordSetPreImage>, seen: &Observations) -> Self {
        let now = seen.records(identity.zone.as_str()).map(|zone| RecordSet::of(zone, identity));
        let (base, attempts) = match at.pre_image {
            None => (now.clone().unwrap_or_default(), Cow::Borrowed(at.state.attempts.as_slice())),
            Some(pre_image) if at.recreated.is_empty() => {
                (RecordSet::of(&pre_image.records, identity), Cow::Borrowed(at.state.attempts.as_slice()))
            }
            Some(pre_image) => {
                let mut records = pre_image.records.clone();
                records.iter_mut().for_each(|record| follow(&mut record.id, at.recreated));
                let mut attempts = at.state.attempts.clone();
                attempts.iter_mut().for_each(|attempt| follow_attempt(attempt, at.recreated));
                (RecordSet::of(&records, identity), Cow::Owned(attempts))
            }
        };
        Self { identity, base, now, attempts }
    }

    /// A step's, after all of the saga was undone: of what it found, what the saga itself had made before is not to be there again.
    #[must_use]
    pub fn of_undone<I>(
        identity: &'a Identity,
        at: &'a StepContext<'_, I, RecordSetPreImage>,
        seen: &Observations,
    ) -> Self {
        let mut history = Self::of(identity, at, seen);
        let UndoneWrites { made, put_back } = UndoneWrites::of(at.earlier);
        let left = history.base.entries().iter().filter(|entry| !made.contains(&entry.id));
        let as_it_was = |entry: &RecordEntry| {
            put_back.get(&entry.id).map_or_else(|| entry.clone(), |record| RecordEntry::of(record, identity))
        };
        history.base = left.map(as_it_was).collect();
        // Its own deletion of such a record has no counterpart any more.
        let is_about = |attempt: &WriteAttempt| matches!(&attempt.write, WriteRequest::DeleteRecord { id, .. } if made.contains(id));
        history.attempts.to_mut().retain(|attempt| !is_about(attempt));
        history
    }

    /// What became of its writes.
    #[must_use]
    pub fn attempts(&self) -> RecordAttempts<'_> {
        RecordAttempts { attempts: &self.attempts, base: &self.base, identity: self.identity }
    }
}

/// What steps did to records and undid since.
struct UndoneWrites<'a> {
    /// The ids of what they made.
    made: BTreeSet<u64>,
    /// What they changed, as they put it back.
    put_back: BTreeMap<u64, &'a Record>,
}

impl<'a> UndoneWrites<'a> {
    fn of(steps: &'a [StepState]) -> Self {
        let (mut made, mut put_back) = (BTreeSet::new(), BTreeMap::new());
        let undone = steps.iter().filter(|step| step.status == StepStatus::Compensated);
        for attempt in undone.flat_map(|step| &step.attempts) {
            match (&attempt.write, attempt.result(), attempt.undo) {
                (WriteRequest::CreateRecord { .. }, Some(WriteResult::Record(record)), false) => {
                    _ = made.insert(record.id)
                }
                (WriteRequest::UpdateRecord { .. }, Some(WriteResult::Record(record)), true) => {
                    put_back.insert(record.id, record);
                }
                _ => {}
            }
        }
        Self { made, put_back }
    }
}

/// Whether a zone does not show yet what the steps before this one wrote to it a short while ago.
#[must_use]
pub fn is_stale<I, S>(at: &StepContext<'_, I, S>, zone: &str, records: &[Record]) -> bool {
    let writes =
        at.earlier.iter().flat_map(|step| &step.attempts).filter(|attempt| at.now < attempt.at + at.timing.read_lag);
    // The last write to a record is the one that shows.
    let mut written: BTreeMap<u64, Option<&RecordFields>> = BTreeMap::new();
    for attempt in writes {
        match (&attempt.write, attempt.result()) {
            (WriteRequest::DeleteRecord { zone: its, id, .. }, Some(_)) if its == zone => written.insert(*id, None),
            (
                WriteRequest::CreateRecord { zone: its, .. } | WriteRequest::UpdateRecord { zone: its, .. },
                Some(WriteResult::Record(made)),
            ) if its == zone => written.insert(made.id, Some(&made.fields)),
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

/// A record that a later step deleted, and made again when it was undone, has another id since.
fn follow(id: &mut u64, recreated: &BTreeMap<u64, u64>) {
    while let Some(new) = recreated.get(id) {
        *id = *new;
    }
}

fn follow_attempt(attempt: &mut WriteAttempt, recreated: &BTreeMap<u64, u64>) {
    if let WriteRequest::UpdateRecord { id, .. } | WriteRequest::DeleteRecord { id, .. } = &mut attempt.write {
        follow(id, recreated);
    }
    if let WriteOutcome::Applied(WriteResult::Record(record)) = &mut attempt.outcome {
        follow(&mut record.id, recreated);
    }
}
