//! The changes that another client makes in an account between two passes.

use serde_json::{Value, json};

use super::part::parts;
use super::scale::Scale;

/// The number of resources for each change.
const ONE_IN: usize = 100;

/// A change of one resource, to be sent to the simulator's admin API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// The simulator's list that holds the object, such as `droplets`.
    pub(crate) list: &'static str,
    /// The id of the object in that list.
    pub(crate) id: String,
    /// A JSON object with the changed fields and their new values.
    pub(crate) fields: Value,
}

/// Returns changes that are spread evenly over all changeable resources, at most one for each.
pub(super) fn of(scale: &Scale) -> Vec<Change> {
    let mut open: Vec<Change> = Vec::new();
    for part in parts(scale) {
        let Some((id, field)) = part.change else { continue };
        open.extend((0..part.count(scale)).map(|n| Change {
            list: part.list,
            id: id(n),
            fields: json!({ field: format!("changed-{n:05}") }),
        }));
    }
    // All records of a zone have the id of its one changeable record, so that id occurs several
    // times in a row.
    open.dedup_by(|one, other| one.id == other.id && one.list == other.list);
    let wanted = (scale.resources / ONE_IN).clamp(1, open.len());
    let every = open.len() / wanted;
    open.into_iter().step_by(every).take(wanted).collect()
}
