//! The owner of a resource, now and in the past: the tenant of an operator's claim, otherwise the
//! tenant of the resource's project.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{AccountId, Project, ProjectId, Resource, TenantId};

use crate::{Error, Table};

/// Returns the tenant that owns a resource now; `project` is the one that the resource is in.
pub(crate) fn owner<'a>(resource: &'a Resource, project: Option<&'a Project>) -> Option<&'a TenantId> {
    resource.claimed_tenant().or_else(|| project?.tenant_id.as_ref())
}

/// Returns whether a resource in this project belongs to the tenant. A tombstone must also have
/// belonged to the tenant when it was deleted: the new owner of a project does not see what the
/// former owner had deleted.
pub(crate) fn belongs_to_tenant(tenant: &TenantId, resource: &Resource, project: Option<&Project>) -> bool {
    let now = owner(resource, project) == Some(tenant);
    let then = |at| {
        let by_claim = resource.claimed_tenant_at(at);
        by_claim.or_else(|| project?.tenant_at(at)) == Some(tenant)
    };
    now && resource.deleted_at.is_none_or(then)
}

/// Finds the owners of resources at a past time. Each project is read once.
pub(crate) struct OwnerLookup<'a> {
    table: &'a Table,
    projects: HashMap<(AccountId, ProjectId), Option<Project>>,
}

impl<'a> OwnerLookup<'a> {
    pub(crate) fn new(table: &'a Table) -> Self {
        Self { table, projects: HashMap::new() }
    }

    /// Returns the owner of this incarnation of the resource at `time`.
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
