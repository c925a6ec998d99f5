//! The objects of one kind in one account, in the order in which they were added.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;

/// The objects of a kind. They are reference-counted, so that the snapshot behind a stale list
/// needs no copy.
#[derive(Debug, Clone, Default)]
pub(crate) struct Collection {
    items: BTreeMap<u64, Arc<Value>>,
    positions: HashMap<String, u64>,
    next: u64,
    /// Objects that lists do not show before a time.
    unlisted: HashMap<u64, DateTime<Utc>>,
    /// Deleted objects that lists show until a time.
    still_listed: BTreeMap<u64, (Arc<Value>, DateTime<Utc>)>,
}

impl Collection {
    /// Adds an object, or replaces the object with the same id at its position.
    pub(crate) fn put(&mut self, id: &str, object: impl Into<Arc<Value>>) {
        let position = *self.positions.entry(id.to_owned()).or_insert_with(|| {
            self.next += 1;
            self.next
        });
        self.items.insert(position, object.into());
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Arc<Value>> {
        self.items.get(self.positions.get(id)?)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Value> {
        self.items.get_mut(self.positions.get(id)?).map(Arc::make_mut)
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Arc<Value>> {
        let position = self.positions.remove(id)?;
        self.unlisted.remove(&position);
        self.items.remove(&position)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Value>> {
        self.items.values()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.items.values_mut().map(Arc::make_mut)
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// Hides an object from lists until a time.
    pub(crate) fn hide_from_lists(&mut self, id: &str, until: DateTime<Utc>) {
        if let Some(position) = self.positions.get(id) {
            self.unlisted.insert(*position, until);
        }
    }

    /// Keeps an object that is about to be removed in lists until a time. An object that no list
    /// has shown yet is not kept.
    pub(crate) fn keep_listed(&mut self, id: &str, until: DateTime<Utc>) {
        let Some(position) = self.positions.get(id) else { return };
        if let Some(object) = self.items.get(position).filter(|_| !self.unlisted.contains_key(position)) {
            self.still_listed.insert(*position, (Arc::clone(object), until));
        }
    }

    /// The objects as lists show them, which may be out of date.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &Arc<Value>> {
        let existing = self.items.iter().filter(|(position, _)| !self.unlisted.contains_key(*position));
        let deleted = self.still_listed.iter().map(|(position, (object, _))| (position, object));
        let mut listed: Vec<_> = existing.chain(deleted).collect();
        if !self.still_listed.is_empty() {
            listed.sort_by_key(|(position, _)| **position);
        }
        listed.into_iter().map(|(_, object)| object)
    }

    /// Ends the list delays that are over by `now`.
    pub(crate) fn expire_list_lags(&mut self, now: DateTime<Utc>) {
        self.unlisted.retain(|_, until| *until > now);
        self.still_listed.retain(|_, (_, until)| *until > now);
    }
}
