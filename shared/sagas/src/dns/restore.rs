//! Undoing what a step did to records: what to write next so that the set is as it was found.
//!
//! Three things are compared: what was found, what we wrote, what is there now. Where what is there is neither of the other two, somebody
//! worked on it after us, and their work is never overwritten. What our own writes became is trusted more than a list, which may be old.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Identity, RecordAttempts, RecordEntry, RecordHistory, RecordSet, Value, announce, sent_again};
use crate::ports::{Observations, ReadRequest, RecordFields, WriteRequest};
use crate::steps::{StepContext, StepDecision};

/// What to write next so that a step's records are as its story begins.
#[must_use]
pub fn restored<I, S>(history: &RecordHistory<'_>, at: &StepContext<'_, I, S>, seen: &Observations) -> StepDecision {
    let Some(now) = &history.now else { return StepDecision::done("the zone is gone") };
    restore(history.attempts(), now, seen, at.now, at.timing.read_lag)
}

fn restore(
    attempts: RecordAttempts<'_>,
    now: &RecordSet,
    seen: &Observations,
    at: DateTime<Utc>,
    read_lag: TimeDelta,
) -> StepDecision {
    let restore = Restore { attempts, now, seen, deleted: attempts.deleted(), at, read_lag };
    let next = restore.remove_created().or_else(|| restore.remove_orphaned(false));
    let next = next.or_else(|| restore.put_back_updated()).or_else(|| restore.recreate_deleted());
    let next = next.or_else(|| restore.remove_orphaned(true)).or_else(|| restore.put_back_ttl());
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

/// A record, as far as it is known.
enum Current {
    There(Box<RecordEntry>),
    Gone,
    /// The list does not show it, and it was not asked for alone.
    NotAsked,
}

impl Restore<'_> {
    fn identity(&self) -> &Identity {
        self.attempts.identity
    }

    fn zone(&self) -> String {
        self.identity().zone.as_str().to_owned()
    }

    fn send(&self, write: WriteRequest) -> StepDecision {
        let announce = announce(&write, self.identity(), self.now);
        StepDecision::Send { write, announce }
    }

    fn delete(&self, id: u64, record: &RecordFields) -> StepDecision {
        self.send(WriteRequest::DeleteRecord { zone: self.zone(), id, record: record.clone() })
    }

    fn put_back(&self, found: &RecordEntry, ttl: u32) -> StepDecision {
        let record = sent_again(self.identity().record_type, &found.shown, self.identity().zone.as_str(), ttl);
        self.send(WriteRequest::UpdateRecord { zone: self.zone(), id: found.id, record })
    }

    /// A record as it is: by the list, else by asking for it alone.
    fn current(&self, id: u64) -> Current {
        if let Some(entry) = self.now.get(id) {
            return Current::There(Box::new(entry.clone()));
        }
        match self.seen.record(&self.zone(), id) {
            Some(Some(record)) => Current::There(Box::new(RecordEntry::of(record, self.identity()))),
            Some(None) => Current::Gone,
            None => Current::NotAsked,
        }
    }

    fn ask(&self, id: u64) -> StepDecision {
        StepDecision::Read(vec![ReadRequest::Record { zone: self.zone(), id }])
    }

    /// Deletes what we made. What neither the list nor its id shows is deleted as well: only then is it certain that it is gone.
    fn remove_created(&self) -> Option<StepDecision> {
        let (id, sent) = self.attempts.created(false).find(|(id, _)| !self.deleted.contains(id))?;
        Some(match self.current(id) {
            Current::NotAsked => self.ask(id),
            Current::There(entry) if entry.value != self.identity().value(sent) => {
                StepDecision::Conflict(format!("record {id}, which this saga made, was changed since"))
            }
            Current::There(entry) => self.delete(id, &entry.shown),
            Current::Gone => self.delete(id, sent),
        })
    }

    /// Deletes what arrived of makings that counted as lost; of makings again, what is more than there was.
    fn remove_orphaned(&self, undo: bool) -> Option<StepDecision> {
        let lost = self.attempts.attempts.iter().filter(|attempt| attempt.undo == undo && attempt.is_lost());
        let values = lost.filter_map(|attempt| match &attempt.write {
            WriteRequest::CreateRecord { record, .. } => Some(self.identity().value(record)),
            _ => None,
        });
        let orphan = values.into_iter().find_map(|value| {
            let orphaned = self.attempts.orphaned(&value, undo);
            let surplus = if undo { self.surplus(&value) } else { orphaned };
            self.attempts.unattributed(self.now, &value).take(orphaned.min(surplus)).next()
        });
        orphan.and_then(|id| self.now.get(id)).map(|entry| self.delete(entry.id, &entry.shown))
    }

    /// How many records more stand for this, made again by us or by somebody, than we deleted.
    fn surplus(&self, value: &Value) -> usize {
        let made = self.attempts.created(true).filter(|(_, sent)| self.identity().value(sent) == *value).count();
        (made + self.attempts.unattributed(self.now, value).count()).saturating_sub(self.deleted_with(value))
    }

    fn deleted_with(&self, value: &Value) -> usize {
        self.attempts.base.with_value(value).filter(|found| self.is_gone(found.id)).count()
    }

    fn put_back_updated(&self) -> Option<StepDecision> {
        self.attempts.base.entries().iter().find_map(|found| self.put_back_one(found))
    }

    fn put_back_one(&self, found: &RecordEntry) -> Option<StepDecision> {
        let (ours, attempt) = self.attempts.updated(found.id, false)?;
        let applied = attempt.result().is_some();
        if !applied && !attempt.is_lost() {
            return None;
        }
        let current = match self.current(found.id) {
            Current::NotAsked => return Some(self.ask(found.id)),
            Current::There(current) => current,
            Current::Gone => {
                // Somebody put it back by hand, or deleted it before we were done and we made another instead: that one is gone again, and
                // that is how they left it.
                let is_back = self.attempts.unattributed(self.now, &found.value).next().is_some();
                let replaced = self.attempts.created(false).next().is_some();
                let note = format!("record {}, which this saga changed, was deleted since", found.id);
                return (applied && !replaced && !is_back).then_some(StepDecision::Conflict(note));
            }
        };
        let is_ours = current.value == self.identity().value(ours);
        if !is_ours && current.value != found.value {
            let note = format!("record {}, which this saga changed, was changed again since", found.id);
            return applied.then_some(StepDecision::Conflict(note));
        }
        let ttl = if Some(current.ttl) == ours.ttl { found.ttl } else { current.ttl };
        let is_back = current.value == found.value && (current.ttl == found.ttl || Some(current.ttl) != ours.ttl);
        match self.attempts.updated(found.id, true).filter(|(_, undone)| undone.result().is_some()) {
            Some((_, undone)) => {
                (!is_back && self.attempts.lost_update(found.id)).then(|| self.again(undone.at, found, ttl))
            }
            None if applied || !is_back => Some(self.put_back(found, ttl)),
            None => None,
        }
    }

    /// Puts back what was put back before, unless the list may just be old.
    fn again(&self, put_back_at: DateTime<Utc>, found: &RecordEntry, ttl: u32) -> StepDecision {
        if self.at < put_back_at + self.read_lag {
            return StepDecision::Wait("the zone does not show yet what was put back".to_owned());
        }
        self.put_back(found, ttl)
    }

    fn recreate_deleted(&self) -> Option<StepDecision> {
        let gone: Vec<&RecordEntry> =
            self.attempts.base.entries().iter().filter(|found| self.is_gone(found.id)).collect();
        let again: Vec<u64> = self.attempts.recreated().collect();
        let lacking = gone.iter().filter(|found| !again.contains(&found.id)).find(|found| {
            let made =
                self.attempts.created(true).filter(|(_, sent)| self.identity().value(sent) == found.value).count();
            self.deleted_with(&found.value) > made + self.attempts.unattributed(self.now, &found.value).count()
        })?;
        let known = self.attempts.known();
        let is_theirs = |entry: &&RecordEntry| {
            !known.contains(&entry.id) && self.attempts.base.with_value(&entry.value).next().is_none()
        };
        let newcomer = self.now.entries().iter().find(is_theirs);
        if let Some(newcomer) = newcomer.filter(|_| gone.len() == self.attempts.base.entries().len()) {
            return Some(StepDecision::Conflict(format!(
                "record {} took the place of one that this saga deleted",
                newcomer.id
            )));
        }
        let record = self.fields_again(lacking);
        Some(self.send(WriteRequest::CreateRecord { zone: self.zone(), record, instead_of: Some(lacking.id) }))
    }

    /// Whether a record that was found is gone by our doing.
    fn is_gone(&self, id: u64) -> bool {
        let deletion = self.attempts.delete_of(id).filter(|attempt| !attempt.undo);
        deletion.is_some_and(|attempt| attempt.result().is_some() || (attempt.is_lost() && self.now.get(id).is_none()))
    }

    /// With the time to live that its siblings have now, if somebody gave them another one since.
    fn fields_again(&self, found: &RecordEntry) -> RecordFields {
        let sibling = self.now.entries().iter().find(|entry| !self.deleted.contains(&entry.id));
        let theirs = sibling.map(|entry| entry.ttl).filter(|ttl| Some(*ttl) != self.attempts.ttl_left());
        let ttl = theirs.unwrap_or(found.ttl);
        sent_again(self.identity().record_type, &found.shown, self.identity().zone.as_str(), ttl)
    }

    /// Gives the siblings their time to live back, if it is still the one that we gave them. One write does for all.
    fn put_back_ttl(&self) -> Option<StepDecision> {
        let as_found = |entry: &&RecordEntry| {
            !self.deleted.contains(&entry.id) && self.now.get(entry.id).is_some_and(|now| now.value == entry.value)
        };
        let found = self.attempts.base.entries().iter().find(as_found)?;
        let current = self.now.get(found.id)?.ttl;
        let left = self.attempts.ttl_left();
        if left.is_some_and(|left| left != found.ttl && (current == left || current == found.ttl)) {
            return Some(self.put_back(found, found.ttl));
        }
        if current == found.ttl || !self.attempts.ttl_lost(current) {
            return None;
        }
        let put_back_at =
            self.attempts.attempts.iter().rev().find(|attempt| attempt.undo && attempt.result().is_some());
        Some(match put_back_at {
            Some(attempt) => self.again(attempt.at, found, found.ttl),
            None => self.put_back(found, found.ttl),
        })
    }
}
