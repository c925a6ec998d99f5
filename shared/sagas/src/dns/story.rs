//! What a step knows of its records: what it found, what it wrote, what is there now.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Identity, RecordSet, Stash, Tries};
use crate::record::{Fate, Try};
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

    /// What became of its writes.
    #[must_use]
    pub fn tries(&self) -> Tries<'_> {
        Tries { tries: &self.tries, base: &self.base, identity: self.identity }
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
