//! What a step knows of its records: what it found, what it wrote, what is there now.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{Entry, Identity, RecordSet, Stash, Tries};
use crate::record::{Fate, StepState, StepStatus, Try};
use crate::rim::{Made, Record, RecordFields, Seen, Write};
use crate::steps::At;

/// What a step knows of its records.
#[derive(Debug)]
pub struct Story<'a> {
    /// Whose records.
    pub identity: &'a Identity,
    /// What it found; what is there now, if it has written nothing.
    pub base: RecordSet,
    /// What is there now; `None` where there is no such zone.
    pub now: Option<RecordSet>,
    tries: Cow<'a, [Try]>,
}

impl<'a> Story<'a> {
    /// A step's.
    #[must_use]
    pub fn of<I>(identity: &'a Identity, at: &'a At<'_, I, Stash>, seen: &Seen) -> Self {
        let now = seen.records(identity.zone.as_str()).map(|zone| RecordSet::of(zone, identity));
        let (base, tries) = match at.stash {
            None => (now.clone().unwrap_or_default(), Cow::Borrowed(at.state.tries.as_slice())),
            Some(stash) if at.made_again.is_empty() => {
                (RecordSet::of(&stash.records, identity), Cow::Borrowed(at.state.tries.as_slice()))
            }
            Some(stash) => {
                let mut records = stash.records.clone();
                records.iter_mut().for_each(|record| follow(&mut record.id, at.made_again));
                let mut tries = at.state.tries.clone();
                tries.iter_mut().for_each(|tried| follow_try(tried, at.made_again));
                (RecordSet::of(&records, identity), Cow::Owned(tries))
            }
        };
        Self { identity, base, now, tries }
    }

    /// A step's, after all of the saga was undone: of what it found, what the saga itself had made before is not to be there again.
    #[must_use]
    pub fn of_undone<I>(identity: &'a Identity, at: &'a At<'_, I, Stash>, seen: &Seen) -> Self {
        let mut story = Self::of(identity, at, seen);
        let Doing { made, put_back } = Doing::of(at.earlier);
        let left = story.base.entries().iter().filter(|entry| !made.contains(&entry.id));
        let as_it_was =
            |entry: &Entry| put_back.get(&entry.id).map_or_else(|| entry.clone(), |record| Entry::of(record, identity));
        story.base = left.map(as_it_was).collect();
        // Its own deletion of such a record has no counterpart any more.
        let is_about = |tried: &Try| matches!(&tried.write, Write::DeleteRecord { id, .. } if made.contains(id));
        story.tries.to_mut().retain(|tried| !is_about(tried));
        story
    }

    /// What became of its writes.
    #[must_use]
    pub fn tries(&self) -> Tries<'_> {
        Tries { tries: &self.tries, base: &self.base, identity: self.identity }
    }
}

/// What steps did to records and undid since.
struct Doing<'a> {
    /// The ids of what they made.
    made: BTreeSet<u64>,
    /// What they changed, as they put it back.
    put_back: BTreeMap<u64, &'a Record>,
}

impl<'a> Doing<'a> {
    fn of(steps: &'a [StepState]) -> Self {
        let (mut made, mut put_back) = (BTreeSet::new(), BTreeMap::new());
        let undone = steps.iter().filter(|step| step.status == StepStatus::Compensated);
        for tried in undone.flat_map(|step| &step.tries) {
            match (&tried.write, tried.made(), tried.undo) {
                (Write::CreateRecord { .. }, Some(Made::Record(record)), false) => _ = made.insert(record.id),
                (Write::UpdateRecord { .. }, Some(Made::Record(record)), true) => {
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
pub fn is_behind<I, S>(at: &At<'_, I, S>, zone: &str, records: &[Record]) -> bool {
    let writes = at.earlier.iter().flat_map(|step| &step.tries).filter(|tried| at.now < tried.at + at.timing.read_lag);
    // The last write to a record is the one that shows.
    let mut written: BTreeMap<u64, Option<&RecordFields>> = BTreeMap::new();
    for tried in writes {
        match (&tried.write, tried.made()) {
            (Write::DeleteRecord { zone: its, id, .. }, Some(_)) if its == zone => written.insert(*id, None),
            (
                Write::CreateRecord { zone: its, .. } | Write::UpdateRecord { zone: its, .. },
                Some(Made::Record(made)),
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
fn follow(id: &mut u64, made_again: &BTreeMap<u64, u64>) {
    while let Some(new) = made_again.get(id) {
        *id = *new;
    }
}

fn follow_try(tried: &mut Try, made_again: &BTreeMap<u64, u64>) {
    if let Write::UpdateRecord { id, .. } | Write::DeleteRecord { id, .. } = &mut tried.write {
        follow(id, made_again);
    }
    if let Fate::Applied(Made::Record(record)) = &mut tried.fate {
        follow(&mut record.id, made_again);
    }
}
