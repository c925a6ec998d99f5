//! Values of a resource's facts, in the form in which equal things are equal.

use domain::{InvalidId, Parent, ProviderId};
use serde_json::{Map, Value};

use crate::kind::PROJECT;

/// Returns the fields of an object that have a value. Null fields are left out, so that a field
/// that DigitalOcean adds as null is not a change.
pub(crate) fn attrs(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(fields) => fields.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Map::new(),
    }
}

/// Returns the region of a resource that is in exactly one; a resource in several regions has none.
pub(crate) fn single_region(regions: &[String]) -> Option<String> {
    match regions {
        [region] => Some(region.clone()),
        _ => None,
    }
}

/// Sorts a list whose order means nothing at DigitalOcean, so that another order is not a change.
pub(crate) fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort();
    items
}

/// Sorts objects, which have no natural order, by their JSON text.
pub(crate) fn sorted_objects(objects: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let mut objects: Vec<Value> = objects.into_iter().collect();
    objects.sort_by_cached_key(Value::to_string);
    objects
}

/// Returns the list unless it is empty. DigitalOcean leaves out some lists if they are empty, and
/// might also write them.
pub(crate) fn non_empty<T>(items: Vec<T>) -> Option<Vec<T>> {
    Some(items).filter(|items| !items.is_empty())
}

/// Returns the text unless it is empty, because DigitalOcean writes some absent values as an empty
/// text.
pub(crate) fn given(text: impl Into<Option<String>>) -> Option<String> {
    text.into().filter(|text| !text.is_empty())
}

/// Returns the project that a resource names as its parent; an empty id is none.
pub(crate) fn named_project(id: Option<String>) -> Result<Option<Parent>, InvalidId> {
    let id = given(id).map(ProviderId::new).transpose()?;
    Ok(id.map(|provider_id| Parent { kind: PROJECT, provider_id }))
}
