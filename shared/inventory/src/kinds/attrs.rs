//! How a normaliser writes `attrs`.

use serde_json::{Map, Value};

/// The fields of an object that have a value: what is null is left out, so that a field which DigitalOcean adds as null is no change.
pub(crate) fn attrs(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(fields) => fields.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Map::new(),
    }
}

/// The region of what is in one alone; what is in several has none of its own.
pub(crate) fn single_region(regions: &[String]) -> Option<String> {
    match regions {
        [region] => Some(region.clone()),
        _ => None,
    }
}

/// DigitalOcean's order of such lists means nothing; sorted, a shuffle is no change.
pub(crate) fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort();
    items
}

/// The same for objects, which have no order of their own: by their text.
pub(crate) fn sorted_objects(objects: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let mut objects: Vec<Value> = objects.into_iter().collect();
    objects.sort_by_cached_key(Value::to_string);
    objects
}

/// A list that has something in it: of some lists DigitalOcean leaves out an empty one, and may write it as well.
pub(crate) fn non_empty<T>(items: Vec<T>) -> Option<Vec<T>> {
    Some(items).filter(|items| !items.is_empty())
}
