//! Changes of a project's tenancy: which tenant owns it from when.

use chrono::{DateTime, Utc};

use crate::{Interval, Project, TenantId, begin_interval};

/// The reason why a tenancy cannot begin at a time: it would be in another tenant's time, or before
/// the project was first seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the tenancy cannot begin in another tenant's time or before the project was first seen")]
pub struct TenancyConflict;

impl Project {
    /// Assigns the project to a tenant, or to none, from this time on.
    pub fn assign_tenant(&mut self, tenant: Option<TenantId>, from: DateTime<Utc>) {
        begin_interval(&mut self.tenant_history, tenant.clone(), from);
        self.tenant_id = tenant;
    }

    /// Moves the beginning of the present owner's interval. The interval may extend into time
    /// without a tenant, but not into another tenant's time, which may have been billed already.
    /// Time between the other tenant and the new beginning belongs to no tenant.
    ///
    /// # Errors
    /// Fails if the new beginning would be in another tenant's time or before the project was first
    /// seen.
    pub fn move_tenancy_start(&mut self, from: DateTime<Utc>) -> Result<(), TenancyConflict> {
        let Some((present, earlier)) = self.tenant_history.split_last_mut() else { return Ok(()) };
        let earliest = match earlier.last() {
            None => present.from.min(self.first_seen_at),
            Some(Interval { value: None, from, .. }) => *from,
            Some(Interval { until, .. }) => until.unwrap_or(present.from),
        };
        if from < earliest {
            return Err(TenancyConflict);
        }
        if let Some(unassigned) = earlier.last_mut().filter(|before| before.value.is_none()) {
            unassigned.until = Some(from);
        }
        present.from = from;
        Ok(())
    }
}
