//! Undoing what a step did to records: what to write next so that the set is as it was found.
//!
//! Three things are compared: what was found, what we wrote, what is there now. Where what is there is neither of the other two, somebody
//! worked on it after us, and their work is never overwritten. What our own writes became is trusted more than a list, which may be old.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Entry, Identity, RecordSet, Story, Tries, Value, announce, sent_again};
use crate::rim::{Read, RecordFields, Seen, Write};
use crate::steps::{At, Next};

/// What to write next so that a step's records are as its story begins.
#[must_use]
pub fn restored<I, S>(story: &Story<'_>, at: &At<'_, I, S>, seen: &Seen) -> Next {
    let Some(now) = &story.now else { return Next::done("the zone is gone") };
    restore(story.tries(), now, seen, at.now, at.timing.read_lag)
}

fn restore(tries: Tries<'_>, now: &RecordSet, seen: &Seen, at: DateTime<Utc>, read_lag: TimeDelta) -> Next {
    let restore = Restore { tries, now, seen, deleted: tries.deleted(), at, read_lag };
    let next = restore.remove_created().or_else(|| restore.remove_strays(false));
    let next = next.or_else(|| restore.put_back_updated()).or_else(|| restore.make_again_deleted());
    let next = next.or_else(|| restore.remove_strays(true)).or_else(|| restore.put_back_ttl());
    next.unwrap_or_else(|| Next::done("restored"))
}

struct Restore<'a> {
    tries: Tries<'a>,
    now: &'a RecordSet,
    seen: &'a Seen,
    deleted: BTreeSet<u64>,
    at: DateTime<Utc>,
    read_lag: TimeDelta,
}

/// A record, as far as it is known.
enum Current {
    There(Box<Entry>),
    Gone,
    /// The list does not show it, and it was not asked for alone.
    NotAsked,
}

impl Restore<'_> {
    fn identity(&self) -> &Identity {
        self.tries.identity
    }

    fn zone(&self) -> String {
        self.identity().zone.as_str().to_owned()
    }

    fn send(&self, write: Write) -> Next {
        let announce = announce(&write, self.identity(), self.now);
        Next::Send { write, announce }
    }

    fn delete(&self, id: u64, record: &RecordFields) -> Next {
        self.send(Write::DeleteRecord { zone: self.zone(), id, record: record.clone() })
    }

    fn put_back(&self, found: &Entry, ttl: u32) -> Next {
        let record = sent_again(self.identity().record_type, &found.shown, self.identity().zone.as_str(), ttl);
        self.send(Write::UpdateRecord { zone: self.zone(), id: found.id, record })
    }

    /// A record as it is: by the list, else by asking for it alone.
    fn current(&self, id: u64) -> Current {
        if let Some(entry) = self.now.get(id) {
            return Current::There(Box::new(entry.clone()));
        }
        match self.seen.record(&self.zone(), id) {
            Some(Some(record)) => Current::There(Box::new(Entry::of(record, self.identity()))),
            Some(None) => Current::Gone,
            None => Current::NotAsked,
        }
    }

    fn ask(&self, id: u64) -> Next {
        Next::Look(vec![Read::Record { zone: self.zone(), id }])
    }

    /// Deletes what we made. What neither the list nor its id shows is deleted as well: only then is it certain that it is gone.
    fn remove_created(&self) -> Option<Next> {
        let (id, sent) = self.tries.created(false).find(|(id, _)| !self.deleted.contains(id))?;
        Some(match self.current(id) {
            Current::NotAsked => self.ask(id),
            Current::There(entry) if entry.value != self.identity().value(sent) => {
                Next::Conflict(format!("record {id}, which this saga made, was changed since"))
            }
            Current::There(entry) => self.delete(id, &entry.shown),
            Current::Gone => self.delete(id, sent),
        })
    }

    /// Deletes what arrived of makings that counted as lost; of makings again, what is more than there was.
    fn remove_strays(&self, undo: bool) -> Option<Next> {
        let lost = self.tries.tries.iter().filter(|tried| tried.undo == undo && tried.is_lost());
        let values = lost.filter_map(|tried| match &tried.write {
            Write::CreateRecord { record, .. } => Some(self.identity().value(record)),
            _ => None,
        });
        let stray = values.into_iter().find_map(|value| {
            let strays = self.tries.strays(&value, undo);
            let surplus = if undo { self.surplus(&value) } else { strays };
            self.tries.strangers(self.now, &value).take(strays.min(surplus)).next()
        });
        stray.and_then(|id| self.now.get(id)).map(|entry| self.delete(entry.id, &entry.shown))
    }

    /// How many records more stand for this, made again by us or by somebody, than we deleted.
    fn surplus(&self, value: &Value) -> usize {
        let made = self.tries.created(true).filter(|(_, sent)| self.identity().value(sent) == *value).count();
        (made + self.tries.strangers(self.now, value).count()).saturating_sub(self.deleted_with(value))
    }

    fn deleted_with(&self, value: &Value) -> usize {
        self.tries.base.with_value(value).filter(|found| self.is_gone(found.id)).count()
    }

    fn put_back_updated(&self) -> Option<Next> {
        self.tries.base.entries().iter().find_map(|found| self.put_back_one(found))
    }

    fn put_back_one(&self, found: &Entry) -> Option<Next> {
        let (ours, tried) = self.tries.updated(found.id, false)?;
        let applied = tried.made().is_some();
        if !applied && !tried.is_lost() {
            return None;
        }
        let current = match self.current(found.id) {
            Current::NotAsked => return Some(self.ask(found.id)),
            Current::There(current) => current,
            Current::Gone => {
                // Somebody put it back by hand, or deleted it before we were done and we made another instead: that one is gone again, and
                // that is how they left it.
                let is_back = self.tries.strangers(self.now, &found.value).next().is_some();
                let replaced = self.tries.created(false).next().is_some();
                let note = format!("record {}, which this saga changed, was deleted since", found.id);
                return (applied && !replaced && !is_back).then_some(Next::Conflict(note));
            }
        };
        let is_ours = current.value == self.identity().value(ours);
        if !is_ours && current.value != found.value {
            let note = format!("record {}, which this saga changed, was changed again since", found.id);
            return applied.then_some(Next::Conflict(note));
        }
        let ttl = if Some(current.ttl) == ours.ttl { found.ttl } else { current.ttl };
        let is_back = current.value == found.value && (current.ttl == found.ttl || Some(current.ttl) != ours.ttl);
        match self.tries.updated(found.id, true).filter(|(_, undone)| undone.made().is_some()) {
            Some((_, undone)) => {
                (!is_back && self.tries.lost_update(found.id)).then(|| self.again(undone.at, found, ttl))
            }
            None if applied || !is_back => Some(self.put_back(found, ttl)),
            None => None,
        }
    }

    /// Puts back what was put back before, unless the list may just be old.
    fn again(&self, put_back_at: DateTime<Utc>, found: &Entry, ttl: u32) -> Next {
        if self.at < put_back_at + self.read_lag {
            return Next::Wait("the zone does not show yet what was put back".to_owned());
        }
        self.put_back(found, ttl)
    }

    fn make_again_deleted(&self) -> Option<Next> {
        let gone: Vec<&Entry> = self.tries.base.entries().iter().filter(|found| self.is_gone(found.id)).collect();
        let again: Vec<u64> = self.tries.made_again().collect();
        let lacking = gone.iter().filter(|found| !again.contains(&found.id)).find(|found| {
            let made = self.tries.created(true).filter(|(_, sent)| self.identity().value(sent) == found.value).count();
            self.deleted_with(&found.value) > made + self.tries.strangers(self.now, &found.value).count()
        })?;
        let known = self.tries.known();
        let is_theirs =
            |entry: &&Entry| !known.contains(&entry.id) && self.tries.base.with_value(&entry.value).next().is_none();
        let newcomer = self.now.entries().iter().find(is_theirs);
        if let Some(newcomer) = newcomer.filter(|_| gone.len() == self.tries.base.entries().len()) {
            return Some(Next::Conflict(format!(
                "record {} took the place of one that this saga deleted",
                newcomer.id
            )));
        }
        let record = self.fields_again(lacking);
        Some(self.send(Write::CreateRecord { zone: self.zone(), record, instead_of: Some(lacking.id) }))
    }

    /// Whether a record that was found is gone by our doing.
    fn is_gone(&self, id: u64) -> bool {
        let deletion = self.tries.delete_of(id).filter(|tried| !tried.undo);
        deletion.is_some_and(|tried| tried.made().is_some() || (tried.is_lost() && self.now.get(id).is_none()))
    }

    /// With the time to live that its siblings have now, if somebody gave them another one since.
    fn fields_again(&self, found: &Entry) -> RecordFields {
        let sibling = self.now.entries().iter().find(|entry| !self.deleted.contains(&entry.id));
        let theirs = sibling.map(|entry| entry.ttl).filter(|ttl| Some(*ttl) != self.tries.ttl_left());
        let ttl = theirs.unwrap_or(found.ttl);
        sent_again(self.identity().record_type, &found.shown, self.identity().zone.as_str(), ttl)
    }

    /// Gives the siblings their time to live back, if it is still the one that we gave them. One write does for all.
    fn put_back_ttl(&self) -> Option<Next> {
        let as_found = |entry: &&Entry| {
            !self.deleted.contains(&entry.id) && self.now.get(entry.id).is_some_and(|now| now.value == entry.value)
        };
        let found = self.tries.base.entries().iter().find(as_found)?;
        let current = self.now.get(found.id)?.ttl;
        let left = self.tries.ttl_left();
        if left.is_some_and(|left| left != found.ttl && (current == left || current == found.ttl)) {
            return Some(self.put_back(found, found.ttl));
        }
        if current == found.ttl || !self.tries.ttl_lost(current) {
            return None;
        }
        let put_back_at = self.tries.tries.iter().rev().find(|tried| tried.undo && tried.made().is_some());
        Some(match put_back_at {
            Some(tried) => self.again(tried.at, found, found.ttl),
            None => self.put_back(found, found.ttl),
        })
    }
}
