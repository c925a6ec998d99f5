//! What became of a step's writes, as far as records go.

use std::collections::BTreeSet;

use super::{Identity, RecordSet, Value};
use crate::ports::{RecordFields, WriteRequest, WriteResult};
use crate::record::{WriteAttempt, WriteOutcome};

/// A step's writes so far, over what it found.
#[derive(Debug, Clone, Copy)]
pub struct RecordAttempts<'a> {
    /// The writes.
    pub attempts: &'a [WriteAttempt],
    /// What the step found.
    pub base: &'a RecordSet,
    /// Of which records.
    pub identity: &'a Identity,
}

impl<'a> RecordAttempts<'a> {
    /// All but what was refused: that changed nothing, while one before it whose answer was lost still may.
    fn heard(self) -> impl DoubleEndedIterator<Item = &'a WriteAttempt> {
        self.attempts.iter().filter(|attempt| !matches!(attempt.outcome, WriteOutcome::Refused(_)))
    }

    fn applied(self) -> impl Iterator<Item = &'a WriteAttempt> {
        self.attempts.iter().filter(|attempt| attempt.result().is_some())
    }

    /// The records that were made, by writes that undid or did not: id and what was sent.
    pub fn created(self, undo: bool) -> impl Iterator<Item = (u64, &'a RecordFields)> {
        self.applied().filter(move |attempt| attempt.undo == undo).filter_map(|attempt| {
            match (&attempt.write, attempt.result()?) {
                (WriteRequest::CreateRecord { record, .. }, WriteResult::Record(made)) => Some((made.id, record)),
                _ => None,
            }
        })
    }

    /// The ids of what was made again under another.
    pub fn recreated(self) -> impl Iterator<Item = u64> {
        self.applied().filter_map(|attempt| match attempt.write {
            WriteRequest::CreateRecord { instead_of, .. } => instead_of,
            _ => None,
        })
    }

    /// The ids that were deleted.
    #[must_use]
    pub fn deleted(self) -> BTreeSet<u64> {
        self.applied()
            .filter_map(|attempt| match attempt.write {
                WriteRequest::DeleteRecord { id, .. } => Some(id),
                _ => None,
            })
            .collect()
    }

    /// The last change made to a record that was not refused, and what became of it: carried out, lost, or the record was gone.
    #[must_use]
    pub fn updated(self, id: u64, undo: bool) -> Option<(&'a RecordFields, &'a WriteAttempt)> {
        let mut heard = self.heard().rev().filter(|attempt| attempt.undo == undo);
        heard.find_map(|attempt| match &attempt.write {
            WriteRequest::UpdateRecord { id: updated, record, .. } if *updated == id => Some((record, attempt)),
            _ => None,
        })
    }

    /// Whether the answer to a change of a record, other than to undo, was lost for good.
    #[must_use]
    pub fn lost_update(self, id: u64) -> bool {
        let changes = |attempt: &&WriteAttempt| matches!(attempt.write, WriteRequest::UpdateRecord { id: updated, .. } if updated == id);
        self.attempts.iter().filter(changes).any(|attempt| !attempt.undo && attempt.is_lost())
    }

    /// The last deletion of a record that was not refused.
    #[must_use]
    pub fn delete_of(self, id: u64) -> Option<&'a WriteAttempt> {
        let deletes = |attempt: &&WriteAttempt| matches!(attempt.write, WriteRequest::DeleteRecord { id: deleted, .. } if deleted == id);
        self.heard().rev().find(deletes)
    }

    /// Ids that were there before, were made by us or were deleted by us: all others came from somewhere else, or from a lost write.
    #[must_use]
    pub fn known(self) -> BTreeSet<u64> {
        let mut ids: BTreeSet<u64> = self.base.entries().iter().map(|entry| entry.id).collect();
        ids.extend(self.created(false).chain(self.created(true)).map(|(id, _)| id));
        ids.extend(self.deleted());
        ids
    }

    /// Records that are there now, stand for this and are not known.
    pub fn unattributed(self, now: &'a RecordSet, value: &'a Value) -> impl Iterator<Item = u64> {
        let known = self.known();
        now.with_value(value).map(|entry| entry.id).filter(move |id| !known.contains(id))
    }

    /// How many lost makings of a record that stands for this may still have arrived: those not accounted for by a deletion of a record
    /// that nobody knew.
    #[must_use]
    pub fn orphaned(self, value: &Value, undo: bool) -> usize {
        let lost = self.attempts.iter().filter(|attempt| attempt.undo == undo && attempt.is_lost());
        let lost = lost.filter(
            |attempt| matches!(&attempt.write, WriteRequest::CreateRecord { record, .. } if self.identity.value(record) == *value),
        );
        let made: BTreeSet<u64> = self.created(false).chain(self.created(true)).map(|(id, _)| id).collect();
        let cleared = self.applied().filter(|attempt| match &attempt.write {
            WriteRequest::DeleteRecord { id, record, .. } => {
                !made.contains(id) && self.base.get(*id).is_none() && self.identity.value(record) == *value
            }
            _ => false,
        });
        lost.count().saturating_sub(cleared.count())
    }

    /// The time to live that the last write carried out gave the whole set.
    #[must_use]
    pub fn ttl_left(self) -> Option<u32> {
        self.applied()
            .filter_map(|attempt| match &attempt.write {
                WriteRequest::CreateRecord { record, .. } | WriteRequest::UpdateRecord { record, .. } => record.ttl,
                _ => None,
            })
            .last()
    }

    /// Whether a lost write would have given the set this time to live.
    #[must_use]
    pub fn ttl_lost(self, ttl: u32) -> bool {
        self.attempts.iter().filter(|attempt| attempt.outcome == WriteOutcome::Lost).any(|attempt| {
            match &attempt.write {
                WriteRequest::CreateRecord { record, .. } | WriteRequest::UpdateRecord { record, .. } => {
                    record.ttl == Some(ttl)
                }
                _ => false,
            }
        })
    }
}
