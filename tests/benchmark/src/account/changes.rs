//! What somebody changes in an account between two passes.

use serde_json::{Value, json};

use super::part::parts;
use super::scale::Scale;

/// One change in so many resources.
const ONE_IN: usize = 100;

/// One changed resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// The simulator's list.
    pub(crate) list: &'static str,
    /// The object.
    pub(crate) id: String,
    /// Its fields that change.
    pub(crate) fields: Value,
}

/// Evenly spread over all resources that somebody may change, each once.
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
    // Several records of a zone stand for the one of them that is changed.
    open.dedup_by(|one, other| one.id == other.id && one.list == other.list);
    let wanted = (scale.resources / ONE_IN).clamp(1, open.len());
    let every = open.len() / wanted;
    open.into_iter().step_by(every).take(wanted).collect()
}
