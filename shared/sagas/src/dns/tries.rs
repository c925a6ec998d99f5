//! What became of a step's writes, as far as records go.

use std::collections::BTreeSet;

use super::{Identity, RecordSet, Value};
use crate::record::{Fate, Try};
use crate::rim::{Made, RecordFields, Write};

/// A step's writes so far, over what it found.
#[derive(Debug, Clone, Copy)]
pub struct Tries<'a> {
    /// The writes.
    pub tries: &'a [Try],
    /// What the step found.
    pub base: &'a RecordSet,
    /// Of which records.
    pub identity: &'a Identity,
}

impl<'a> Tries<'a> {
    /// All but what was refused: that changed nothing, while one before it whose answer was lost still may.
    fn heard(self) -> impl DoubleEndedIterator<Item = &'a Try> {
        self.tries.iter().filter(|tried| !matches!(tried.fate, Fate::Refused(_)))
    }

    fn applied(self) -> impl Iterator<Item = &'a Try> {
        self.tries.iter().filter(|tried| tried.made().is_some())
    }

    /// The records that were made, by writes that undid or did not: id and what was sent.
    pub fn created(self, undo: bool) -> impl Iterator<Item = (u64, &'a RecordFields)> {
        self.applied().filter(move |tried| tried.undo == undo).filter_map(|tried| match (&tried.write, tried.made()?) {
            (Write::CreateRecord { record, .. }, Made::Record(made)) => Some((made.id, record)),
            _ => None,
        })
    }

    /// The ids of what was made again under another.
    pub fn made_again(self) -> impl Iterator<Item = u64> {
        self.applied().filter_map(|tried| match tried.write {
            Write::CreateRecord { instead_of, .. } => instead_of,
            _ => None,
        })
    }

    /// The ids that were deleted.
    #[must_use]
    pub fn deleted(self) -> BTreeSet<u64> {
        self.applied()
            .filter_map(|tried| match tried.write {
                Write::DeleteRecord { id, .. } => Some(id),
                _ => None,
            })
            .collect()
    }

    /// The last change made to a record that was not refused, and what became of it: carried out, lost, or the record was gone.
    #[must_use]
    pub fn updated(self, id: u64, undo: bool) -> Option<(&'a RecordFields, &'a Try)> {
        let mut heard = self.heard().rev().filter(|tried| tried.undo == undo);
        heard.find_map(|tried| match &tried.write {
            Write::UpdateRecord { id: updated, record, .. } if *updated == id => Some((record, tried)),
            _ => None,
        })
    }

    /// Whether the answer to a change of a record, other than to undo, was lost for good.
    #[must_use]
    pub fn lost_update(self, id: u64) -> bool {
        let changes = |tried: &&Try| matches!(tried.write, Write::UpdateRecord { id: updated, .. } if updated == id);
        self.tries.iter().filter(changes).any(|tried| !tried.undo && tried.is_lost())
    }

    /// The last deletion of a record that was not refused.
    #[must_use]
    pub fn delete_of(self, id: u64) -> Option<&'a Try> {
        let deletes = |tried: &&Try| matches!(tried.write, Write::DeleteRecord { id: deleted, .. } if deleted == id);
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
    pub fn strangers(self, now: &'a RecordSet, value: &'a Value) -> impl Iterator<Item = u64> {
        let known = self.known();
        now.with_value(value).map(|entry| entry.id).filter(move |id| !known.contains(id))
    }

    /// How many lost makings of a record that stands for this may still have arrived: those not accounted for by a deletion of a record
    /// that nobody knew.
    #[must_use]
    pub fn strays(self, value: &Value, undo: bool) -> usize {
        let lost = self.tries.iter().filter(|tried| tried.undo == undo && tried.is_lost());
        let lost = lost.filter(
            |tried| matches!(&tried.write, Write::CreateRecord { record, .. } if self.identity.value(record) == *value),
        );
        let made: BTreeSet<u64> = self.created(false).chain(self.created(true)).map(|(id, _)| id).collect();
        let cleared = self.applied().filter(|tried| match &tried.write {
            Write::DeleteRecord { id, record, .. } => {
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
            .filter_map(|tried| match &tried.write {
                Write::CreateRecord { record, .. } | Write::UpdateRecord { record, .. } => record.ttl,
                _ => None,
            })
            .last()
    }

    /// Whether a lost write would have given the set this time to live.
    #[must_use]
    pub fn ttl_lost(self, ttl: u32) -> bool {
        self.tries.iter().filter(|tried| tried.fate == Fate::Lost).any(|tried| match &tried.write {
            Write::CreateRecord { record, .. } | Write::UpdateRecord { record, .. } => record.ttl == Some(ttl),
            _ => false,
        })
    }
}
