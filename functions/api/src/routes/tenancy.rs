//! When a tenant's time in a project begins.

use chrono::{DateTime, Utc};
use domain::{Interval, Project, TenantId, begin_interval};

use crate::problem::ApiProblem;

/// Gives the project to a tenant, or to nobody, from this time on.
pub(super) fn assign_tenant(project: &mut Project, tenant: Option<TenantId>, from: DateTime<Utc>) {
    begin_interval(&mut project.tenant_history, tenant.clone(), from);
    project.tenant_id = tenant;
}

/// Moves the beginning of the present owner's time. Time that was nobody's makes way; time that was another's does not, because
/// it may have been accounted for: what is left between the two is nobody's.
///
/// # Errors
/// 409 where the new beginning would lie in another's time, or before the project was first seen.
pub(super) fn move_tenancy_start(project: &mut Project, from: DateTime<Utc>) -> Result<(), ApiProblem> {
    let Some((present, earlier)) = project.tenant_history.split_last_mut() else { return Ok(()) };
    let earliest = match earlier.last() {
        None => present.from.min(project.first_seen_at),
        Some(Interval { value: None, from, .. }) => *from,
        Some(Interval { until, .. }) => until.unwrap_or(present.from),
    };
    if from < earliest {
        let detail =
            "The tenant's time cannot begin in another's, or before the project was first seen; see tenant_history.";
        return Err(ApiProblem::conflict("tenant-history", detail));
    }
    if let Some(nobodys) = earlier.last_mut().filter(|before| before.value.is_none()) {
        nobodys.until = Some(from);
    }
    present.from = from;
    Ok(())
}
