//! The writes of a step to records, with their outcomes.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{Identity, RecordSet, Value};
use crate::calls::{Record, RecordFields, WriteRequest, WriteResult};
use crate::record::{WriteAttempt, WriteOutcome};

/// The writes of a step so far, and the records that it found.
#[derive(Debug, Clone, Copy)]
pub struct RecordAttempts<'a> {
    /// The writes in order, with their outcomes.
    pub attempts: &'a [WriteAttempt],
    /// The records as the step found them.
    pub base: &'a RecordSet,
    /// The zone, name and type of the records.
    pub identity: &'a Identity,
}

impl<'a> RecordAttempts<'a> {
    fn applied(self) -> impl Iterator<Item = &'a WriteAttempt> {
        self.attempts.iter().filter(|attempt| attempt.result().is_some())
    }

    fn lost(self) -> impl Iterator<Item = &'a WriteAttempt> {
        self.attempts.iter().filter(|attempt| attempt.is_lost())
    }

    /// Returns the records that were created, by the step or by its compensation (`undo`): the id
    /// and the fields that were sent.
    pub fn created(self, undo: bool) -> impl Iterator<Item = (u64, &'a RecordFields)> {
        self.applied().filter(move |attempt| attempt.undo == undo).filter_map(|attempt| {
            match (&attempt.write, attempt.result()?) {
                (WriteRequest::CreateRecord { record, .. }, WriteResult::Record(made)) => Some((made.id, record)),
                _ => None,
            }
        })
    }

    /// Returns the old ids of the records that were recreated under another id.
    pub fn recreated(self) -> impl Iterator<Item = u64> {
        self.applied().filter_map(|attempt| match attempt.write {
            WriteRequest::CreateRecord { instead_of, .. } => instead_of,
            _ => None,
        })
    }

    /// Returns the ids of the records that were deleted.
    #[must_use]
    pub fn deleted(self) -> BTreeSet<u64> {
        self.applied()
            .filter_map(|attempt| match attempt.write {
                WriteRequest::DeleteRecord { id, .. } => Some(id),
                _ => None,
            })
            .collect()
    }

    /// Returns the last write of a sort that was not refused, with its outcome: carried out, lost,
    /// or the record was gone. A refused write changed nothing, while a lost one before it may
    /// still be carried out.
    fn last(self, is_meant: impl Fn(&WriteAttempt) -> bool) -> Option<&'a WriteAttempt> {
        let is_refused = |attempt: &WriteAttempt| matches!(attempt.outcome, WriteOutcome::Refused(_));
        self.attempts.iter().rev().find(|attempt| is_meant(attempt) && !is_refused(attempt))
    }

    /// Returns the last update of a record that was not refused, by the step or by its compensation
    /// (`undo`).
    #[must_use]
    pub fn updated(self, id: u64, undo: bool) -> Option<&'a WriteAttempt> {
        self.last(|attempt| attempt.undo == undo && updates(&attempt.write, id))
    }

    /// Returns whether an update of a record, other than in compensation, counts as lost.
    #[must_use]
    pub fn lost_update(self, id: u64) -> bool {
        self.lost().any(|attempt| !attempt.undo && updates(&attempt.write, id))
    }

    /// Returns the last deletion of a record that was not refused.
    #[must_use]
    pub fn last_deletion(self, id: u64) -> Option<&'a WriteAttempt> {
        self.last(|attempt| matches!(attempt.write, WriteRequest::DeleteRecord { id: deleted, .. } if deleted == id))
    }

    fn created_ids(self) -> impl Iterator<Item = u64> {
        self.created(false).chain(self.created(true)).map(|(id, _)| id)
    }

    /// Returns the ids that existed before, or were created or deleted by the step. All others come
    /// from another client or from a lost write.
    #[must_use]
    pub fn known(self) -> BTreeSet<u64> {
        let mut ids: BTreeSet<u64> = self.base.entries().iter().map(|entry| entry.id).collect();
        ids.extend(self.created_ids().chain(self.deleted()));
        ids
    }

    /// Returns the ids of present records with this value that are not known.
    pub fn unattributed(self, now: &'a RecordSet, value: &'a Value) -> impl Iterator<Item = u64> {
        let known = self.known();
        now.with_value(value).map(|entry| entry.id).filter(move |id| !known.contains(id))
    }

    /// Returns how many lost creations of a record with this value may still have been carried out.
    /// Each deletion of an unattributed record accounts for one of them.
    #[must_use]
    pub fn orphaned(self, value: &Value, undo: bool) -> usize {
        let lost = self.lost_creations(undo).filter(|record| self.identity.value(record) == *value);
        let made: BTreeSet<u64> = self.created_ids().collect();
        let cleared = self.applied().filter(|attempt| match &attempt.write {
            WriteRequest::DeleteRecord { id, record, .. } => {
                !made.contains(id) && self.base.get(*id).is_none() && self.identity.value(record) == *value
            }
            _ => false,
        });
        lost.count().saturating_sub(cleared.count())
    }

    /// Returns the fields of the records whose creation counts as lost.
    pub fn lost_creations(self, undo: bool) -> impl Iterator<Item = &'a RecordFields> {
        self.lost().filter(move |attempt| attempt.undo == undo).filter_map(|attempt| match &attempt.write {
            WriteRequest::CreateRecord { record, .. } => Some(record),
            _ => None,
        })
    }

    /// Returns the record as the last creation or update of the step left it, compensation aside,
    /// and the time of the decision to write it.
    #[must_use]
    pub fn last_written(self) -> Option<(&'a Record, DateTime<Utc>)> {
        let forward = self.applied().filter(|attempt| !attempt.undo);
        let written = forward.filter_map(|attempt| match attempt.result()? {
            WriteResult::Record(record) => Some((record, attempt.at)),
            _ => None,
        });
        written.last()
    }

    /// Returns the time to live that the last successful write gave to the whole set.
    #[must_use]
    pub fn last_written_ttl(self) -> Option<u32> {
        self.applied().filter_map(|attempt| attempt.write.written_record()?.ttl).last()
    }

    /// Returns whether a lost write would have given the set this time to live.
    #[must_use]
    pub fn lost_write_sets_ttl(self, ttl: u32) -> bool {
        self.lost().filter_map(|attempt| attempt.write.written_record()).any(|record| record.ttl == Some(ttl))
    }
}

fn updates(write: &WriteRequest, id: u64) -> bool {
    matches!(write, WriteRequest::UpdateRecord { id: updated, .. } if *updated == id)
}
