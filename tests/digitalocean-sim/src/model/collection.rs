//! The objects of one kind in one account, in the order in which they came.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::Value;

/// Objects are shared, so that the snapshot behind a stale list costs no copy.
#[derive(Debug, Clone, Default)]
pub(crate) struct Collection {
    items: BTreeMap<u64, Arc<Value>>,
    places: HashMap<String, u64>,
    next: u64,
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
        self.items.remove(&self.places.remove(id)?)
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
}
