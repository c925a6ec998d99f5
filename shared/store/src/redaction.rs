//! What a tenant may not see of the resources and events that it sees.

use std::collections::BTreeSet;

use domain::{ProjectId, Resource, ResourceEvent};
use serde_json::Value;

/// Removes the project from a resource that is claimed for a tenant: the tenant may not know it
/// unless it owns the project, too.
pub(crate) fn redact_project(resource: &mut Resource) {
    resource.project_id = None;
    resource.attribution = None;
    resource.project_history.clear();
}

/// Removes from an event the projects that a resource came from or went to, except those of the
/// tenant.
pub(crate) fn redact_foreign_projects(event: &mut ResourceEvent, own: &BTreeSet<ProjectId>) {
    let is_own = |value: &Value| value.as_str().is_some_and(|id| own.iter().any(|project| project.as_str() == id));
    for change in event.changes.iter_mut().filter(|change| change.field == "project_id") {
        for value in [&mut change.before, &mut change.after] {
            if !is_own(value) {
                *value = Value::Null;
            }
        }
    }
}
