//! Compensation of a step's changes to records: the next write towards the set as it was found.
//!
//! Three versions of a record are compared: as it was found, as this step wrote it, and as it is
//! now. A record that is now neither as found nor as written was changed by another client
//! afterwards, and that client's work is never overwritten. The outcomes of the step's own writes
//! are trusted more than a list, which may be stale.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Identity, RecordAttempts, RecordEntry, RecordHistory, RecordSet, Value, fields_to_restore, send};
use crate::calls::{RecordFields, WriteRequest};
use crate::ports::Observations;
use crate::step::{StepContext, StepDecision};

/// Decides on the next write that restores a step's records to the set with which its history
/// begins.
#[must_use]
pub fn restored(history: &RecordHistory<'_>, at: &StepContext<'_>, seen: &Observations) -> StepDecision {
    let Some(now) = &history.now else { return StepDecision::done("the zone is gone") };
    let attempts = history.attempts();
    let (deleted, read_lag) = (attempts.deleted(), at.timing.read_lag);
    let restore = Restore { attempts, now, seen, deleted, at: at.now, read_lag };
    let next = restore.remove_created().or_else(|| restore.remove_orphaned(false));
    let next = next.or_else(|| restore.restore_updated()).or_else(|| restore.recreate_deleted());
    let next = next.or_else(|| restore.remove_orphaned(true)).or_else(|| restore.restore_ttl());
    next.unwrap_or_else(|| StepDecision::done("restored"))
}

struct Restore<'a> {
    attempts: RecordAttempts<'a>,
    now: &'a RecordSet,
    seen: &'a Observations,
    deleted: BTreeSet<u64>,
    at: DateTime<Utc>,
    read_lag: TimeDelta,
}

/// The current state of a record, as far as it is known.
enum Current {
    Present(Box<RecordEntry>),
    Gone,
    /// The list does not show the record, and it was not read by its id.
    NotRead,
}

impl Restore<'_> {
    fn identity(&self) -> &Identity {
        self.attempts.identity
    }

    fn send(&self, write: WriteRequest) -> StepDecision {
        send(write, self.identity(), self.now)
    }

    fn delete(&self, id: u64, record: &RecordFields) -> StepDecision {
        self.send(self.identity().delete(id, record.clone()))
    }

    fn restore_one(&self, found: &RecordEntry, ttl: u32) -> StepDecision {
        let record = fields_to_restore(self.identity().record_type, &found.shown, self.identity().zone.as_str(), ttl);
        self.send(self.identity().update(found.id, record))
    }

    /// Returns the current state of a record, from the list or else from a read by its id.
    fn current(&self, id: u64) -> Current {
        if let Some(entry) = self.now.get(id) {
            return Current::Present(Box::new(entry.clone()));
        }
        match self.seen.record(self.identity().zone.as_str(), id) {
            Some(Some(record)) => Current::Present(Box::new(RecordEntry::of(record, self.identity()))),
            Some(None) => Current::Gone,
            None => Current::NotRead,
        }
    }

    fn read_by_id(&self, id: u64) -> StepDecision {
        StepDecision::Read(vec![self.identity().read_one(id)])
    }

    /// Deletes the records that the step created. One that neither the list nor a read by its id
    /// shows is deleted as well: only the response proves that it is gone.
    fn remove_created(&self) -> Option<StepDecision> {
        let (id, sent) = self.attempts.created(false).find(|(id, _)| !self.deleted.contains(id))?;
        Some(match self.current(id) {
            Current::NotRead => self.read_by_id(id),
            Current::Present(entry) if entry.value != self.identity().value(sent) => {
                StepDecision::Conflict(format!("another client changed record {id}, which this saga created"))
            }
            Current::Present(entry) => self.delete(id, &entry.shown),
            Current::Gone => self.delete(id, sent),
        })
    }

    /// Deletes the results of creations that counted as lost. Of lost recreations, only those in
    /// excess of the deleted records are removed.
    fn remove_orphaned(&self, undo: bool) -> Option<StepDecision> {
        let orphan = self.attempts.lost_creations(undo).find_map(|record| {
            let value = self.identity().value(record);
            let orphaned = self.attempts.orphaned(&value, undo);
            let surplus = if undo { self.surplus(&value) } else { orphaned };
            self.attempts.unattributed(self.now, &value).take(orphaned.min(surplus)).next()
        });
        orphan.and_then(|id| self.now.get(id)).map(|entry| self.delete(entry.id, &entry.shown))
    }

    /// Returns how many more records with this value were recreated, by the step or another client,
    /// than the step deleted.
    fn surplus(&self, value: &Value) -> usize {
        let made = self.attempts.created(true).filter(|(_, sent)| self.identity().value(sent) == *value).count();
        (made + self.attempts.unattributed(self.now, value).count()).saturating_sub(self.deleted_with(value))
    }

    fn deleted_with(&self, value: &Value) -> usize {
        self.attempts.base.with_value(value).filter(|found| self.is_gone(found.id)).count()
    }

    fn restore_updated(&self) -> Option<StepDecision> {
        self.attempts.base.entries().iter().find_map(|found| self.restore_updated_one(found))
    }

    fn restore_updated_one(&self, found: &RecordEntry) -> Option<StepDecision> {
        let attempt = self.attempts.updated(found.id, false)?;
        let written = attempt.write.written_record()?;
        let applied = attempt.result().is_some();
        if !applied && !attempt.is_lost() {
            return None;
        }
        let current = match self.current(found.id) {
            Current::NotRead => return Some(self.read_by_id(found.id)),
            Current::Present(current) => current,
            Current::Gone => {
                // Two cases need no decision. Another client may have restored the record by hand.
                // Or it deleted the record before the step was done, and the step created another
                // one: that one is deleted again, which is how the client left it.
                let is_back = self.attempts.unattributed(self.now, &found.value).next().is_some();
                let replaced = self.attempts.created(false).next().is_some();
                let note = format!("another client deleted record {}, which this saga changed", found.id);
                return (applied && !replaced && !is_back).then_some(StepDecision::Conflict(note));
            }
        };
        let is_as_written = current.value == self.identity().value(written);
        if !is_as_written && current.value != found.value {
            let note = format!("another client changed record {} after this saga", found.id);
            return applied.then_some(StepDecision::Conflict(note));
        }
        let ttl = if Some(current.ttl) == written.ttl { found.ttl } else { current.ttl };
        let is_back = current.value == found.value && (current.ttl == found.ttl || Some(current.ttl) != written.ttl);
        match self.attempts.updated(found.id, true).filter(|undone| undone.result().is_some()) {
            Some(undone) => {
                (!is_back && self.attempts.lost_update(found.id)).then(|| self.restore_again(undone.at, found, ttl))
            }
            None if applied || !is_back => Some(self.restore_one(found, ttl)),
            None => None,
        }
    }

    /// Restores a record once more, unless the list may only be stale.
    fn restore_again(&self, restored_at: DateTime<Utc>, found: &RecordEntry, ttl: u32) -> StepDecision {
        if self.at < restored_at + self.read_lag {
            return StepDecision::Wait("the zone does not show the restored record yet".to_owned());
        }
        self.restore_one(found, ttl)
    }

    fn recreate_deleted(&self) -> Option<StepDecision> {
        let gone: Vec<&RecordEntry> =
            self.attempts.base.entries().iter().filter(|found| self.is_gone(found.id)).collect();
        let recreated: Vec<u64> = self.attempts.recreated().collect();
        let lacking = gone.iter().filter(|found| !recreated.contains(&found.id)).find(|found| {
            let made =
                self.attempts.created(true).filter(|(_, sent)| self.identity().value(sent) == found.value).count();
            self.deleted_with(&found.value) > made + self.attempts.unattributed(self.now, &found.value).count()
        })?;
        let known = self.attempts.known();
        let is_foreign = |entry: &&RecordEntry| {
            !known.contains(&entry.id) && self.attempts.base.with_value(&entry.value).next().is_none()
        };
        let foreign_record = self.now.entries().iter().find(is_foreign);
        if let Some(foreign_record) = foreign_record.filter(|_| gone.len() == self.attempts.base.entries().len()) {
            return Some(StepDecision::Conflict(format!(
                "another client created record {} in the place of one that this saga deleted",
                foreign_record.id
            )));
        }
        let record = self.fields_to_recreate(lacking);
        Some(self.send(self.identity().create(record, Some(lacking.id))))
    }

    /// Returns whether a record that was found is gone because the step deleted it.
    fn is_gone(&self, id: u64) -> bool {
        let deletion = self.attempts.last_deletion(id).filter(|attempt| !attempt.undo);
        deletion.is_some_and(|attempt| attempt.result().is_some() || (attempt.is_lost() && self.now.get(id).is_none()))
    }

    /// Returns the fields to recreate a record with. If another client gave its siblings a new time
    /// to live since, the record gets that one.
    fn fields_to_recreate(&self, found: &RecordEntry) -> RecordFields {
        let sibling = self.now.entries().iter().find(|entry| !self.deleted.contains(&entry.id));
        let foreign_ttl = sibling.map(|entry| entry.ttl).filter(|ttl| Some(*ttl) != self.attempts.last_written_ttl());
        let ttl = foreign_ttl.unwrap_or(found.ttl);
        fields_to_restore(self.identity().record_type, &found.shown, self.identity().zone.as_str(), ttl)
    }

    /// Restores the time to live of the siblings, if it is still the one that the step set. One
    /// write changes all of them.
    fn restore_ttl(&self) -> Option<StepDecision> {
        let as_found = |entry: &&RecordEntry| {
            !self.deleted.contains(&entry.id) && self.now.get(entry.id).is_some_and(|now| now.value == entry.value)
        };
        let found = self.attempts.base.entries().iter().find(as_found)?;
        let current = self.now.get(found.id)?.ttl;
        let left = self.attempts.last_written_ttl();
        if left.is_some_and(|left| left != found.ttl && (current == left || current == found.ttl)) {
            return Some(self.restore_one(found, found.ttl));
        }
        if current == found.ttl || !self.attempts.lost_write_sets_ttl(current) {
            return None;
        }
        let restored_at =
            self.attempts.attempts.iter().rev().find(|attempt| attempt.undo && attempt.result().is_some());
        Some(match restored_at {
            Some(attempt) => self.restore_again(attempt.at, found, found.ttl),
            None => self.restore_one(found, found.ttl),
        })
    }
}
