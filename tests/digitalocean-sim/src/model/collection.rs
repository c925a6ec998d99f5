//! The objects of one kind in one account, in the order in which they came.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;

/// Objects are shared, so that the snapshot behind a stale list costs no copy.
#[derive(Debug, Clone, Default)]
pub(crate) struct Collection {
    items: BTreeMap<u64, Arc<Value>>,
    places: HashMap<String, u64>,
    next: u64,
    /// Those that no list shows before a time.
    unlisted: HashMap<u64, DateTime<Utc>>,
    /// Those that are gone and that lists show until a time.
    lingering: BTreeMap<u64, (Arc<Value>, DateTime<Utc>)>,
}

impl Collection {
    /// Adds an object, or replaces the one of that id in its place.
    pub(crate) fn put(&mut self, id: &str, object: impl Into<Arc<Value>>) {
        let place = *self.places.entry(id.to_owned()).or_insert_with(|| {
            self.next += 1;
            self.next
        });
        self.items.insert(place, object.into());
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Arc<Value>> {
        self.items.get(self.places.get(id)?)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Value> {
        self.items.get_mut(self.places.get(id)?).map(Arc::make_mut)
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Arc<Value>> {
        let place = self.places.remove(id)?;
        self.unlisted.remove(&place);
        self.items.remove(&place)
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

    /// Keeps an object out of lists until a time.
    pub(crate) fn hide_from_lists(&mut self, id: &str, until: DateTime<Utc>) {
        if let Some(place) = self.places.get(id) {
            self.unlisted.insert(*place, until);
        }
    }

    /// Leaves an object that is about to be removed in lists until a time, unless none has shown it yet.
    pub(crate) fn keep_listed(&mut self, id: &str, until: DateTime<Utc>) {
        let Some(place) = self.places.get(id) else { return };
        if let Some(object) = self.items.get(place).filter(|_| !self.unlisted.contains_key(place)) {
            self.lingering.insert(*place, (Arc::clone(object), until));
        }
    }

    /// The objects as lists show them, which may be behind.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &Arc<Value>> {
        let there = self.items.iter().filter(|(place, _)| !self.unlisted.contains_key(*place));
        let gone = self.lingering.iter().map(|(place, (object, _))| (place, object));
        let mut listed: Vec<_> = there.chain(gone).collect();
        if !self.lingering.is_empty() {
            listed.sort_by_key(|(place, _)| **place);
        }
        listed.into_iter().map(|(_, object)| object)
    }

    /// Lists catch up.
    pub(crate) fn expire_list_lags(&mut self, now: DateTime<Utc>) {
        self.unlisted.retain(|_, until| *until > now);
        self.lingering.retain(|_, (_, until)| *until > now);
    }
}
