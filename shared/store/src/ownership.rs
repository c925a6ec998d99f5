//! Whose a resource is and was: an operator's claim first, else the tenant of its project.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{AccountId, Project, ProjectId, Resource, TenantId};

use crate::{Error, Table};

/// Whose a resource is now, given the project it is in.
pub(crate) fn owner<'a>(resource: &'a Resource, project: Option<&'a Project>) -> Option<&'a TenantId> {
    resource.claimed_tenant().or_else(|| project?.tenant_id.as_ref())
}

/// Whether a resource in this project is the tenant's. What was found gone is the tenant's if it also was when it went: a project that
/// changed hands does not show its new owner what the former one had deleted.
pub(crate) fn belongs_to_tenant(tenant: &TenantId, resource: &Resource, project: Option<&Project>) -> bool {
    let now = owner(resource, project) == Some(tenant);
    let then = |at| {
        let by_claim = resource.claimed_tenant_at(at);
        by_claim.or_else(|| project?.tenant_at(at)) == Some(tenant)
    };
    now && resource.deleted_at.is_none_or(then)
}

/// Looks up whose resources were at a time; each project is read once.
pub(crate) struct OwnerLookup<'a> {
    table: &'a Table,
    projects: HashMap<(AccountId, ProjectId), Option<Project>>,
}

impl<'a> OwnerLookup<'a> {
    pub(crate) fn new(table: &'a Table) -> Self {
        Self { table, projects: HashMap::new() }
    }

    /// Whose this incarnation of the resource was at `time`.
    pub(crate) async fn at(&mut self, resource: &Resource, time: DateTime<Utc>) -> Result<Option<TenantId>, Error> {
        if let Some(tenant) = resource.claimed_tenant_at(time) {
            return Ok(Some(tenant.clone()));
        }
        let Some(id) = resource.project_at(time) else { return Ok(None) };
        let key = (resource.key.account.clone(), id.clone());
        if !self.projects.contains_key(&key) {
            let project = self.table.project(&key.0, &key.1).await?;
            self.projects.insert(key.clone(), project);
        }
        let project = self.projects.get(&key).and_then(Option::as_ref);
        Ok(project.and_then(|project| project.tenant_at(time)).cloned())
    }
}
