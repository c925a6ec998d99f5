//! Changes of a project's tenancy: which tenant owns it from when.

use chrono::{DateTime, Utc};
use domain::{Interval, Project, TenantId, begin_interval};

use crate::problem::ApiProblem;

/// Assigns the project to a tenant, or to none, from this time on.
pub(super) fn assign_tenant(project: &mut Project, tenant: Option<TenantId>, from: DateTime<Utc>) {
    begin_interval(&mut project.tenant_history, tenant.clone(), from);
    project.tenant_id = tenant;
}

/// Moves the beginning of the present owner's interval. The interval may extend into time without a
/// tenant, but not into another tenant's time, which may have been billed already. Time between the
/// other tenant and the new beginning belongs to no tenant.
///
/// # Errors
/// 409 if the new beginning would be in another tenant's time or before the project was first seen.
pub(super) fn move_tenancy_start(project: &mut Project, from: DateTime<Utc>) -> Result<(), ApiProblem> {
    let Some((present, earlier)) = project.tenant_history.split_last_mut() else { return Ok(()) };
    let earliest = match earlier.last() {
        None => present.from.min(project.first_seen_at),
        Some(Interval { value: None, from, .. }) => *from,
        Some(Interval { until, .. }) => until.unwrap_or(present.from),
    };
    if from < earliest {
        let detail = "The tenancy cannot begin in another tenant's time or before the project was first seen; see tenant_history.";
        return Err(ApiProblem::conflict("tenant-history", detail));
    }
    if let Some(unassigned) = earlier.last_mut().filter(|before| before.value.is_none()) {
        unassigned.until = Some(from);
    }
    present.from = from;
    Ok(())
}
