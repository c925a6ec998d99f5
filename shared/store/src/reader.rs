//! The reads on behalf of a caller. Every call is confined to the scope that the reader was created
//! with.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AccountId, Kind, Project, ProjectId, Resource, ResourceKey, Scope, SyncState, TenantId};

use crate::ownership::belongs_to_tenant;
use crate::redaction::redact_project;
use crate::{Error, Table};

/// Reads the table for one caller.
#[derive(Debug, Clone)]
pub struct Reader {
    table: Table,
    scope: Scope,
}

impl Table {
    /// Returns a reader that is confined to this scope.
    #[must_use]
    pub fn reader(&self, scope: Scope) -> Reader {
        Reader { table: self.clone(), scope }
    }
}

impl Reader {
    /// Returns the scope that all reads are confined to.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    pub(crate) fn table(&self) -> &Table {
        &self.table
    }

    /// Returns the tenant to which a list is restricted that is filtered by the tenant `requested`:
    /// `Some(None)` if by none, and `None` if nothing can match, since a tenant asks for another
    /// tenant's items.
    pub(crate) fn selected_tenant<'a>(&'a self, requested: Option<&'a TenantId>) -> Option<Option<&'a TenantId>> {
        match (&self.scope, requested) {
            (Scope::Tenant(own), Some(requested)) if own != requested => None,
            (Scope::Tenant(own), _) => Some(Some(own)),
            (Scope::Platform, requested) => Some(requested),
        }
    }

    /// Reads the projects that the caller may see, including tombstones, ordered by account and id.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn projects(&self) -> Result<Vec<Project>, Error> {
        let mut projects = match &self.scope {
            Scope::Tenant(tenant) => self.table.projects_of(tenant).await?,
            Scope::Platform => {
                let mut all = Vec::new();
                for account in self.table.accounts().await? {
                    all.extend(self.table.projects(&account.account).await?);
                }
                all
            }
        };
        projects.sort_by(|a, b| (&a.account, &a.id).cmp(&(&b.account, &b.id)));
        Ok(projects)
    }

    /// Returns the accounts that the caller may see: all registered ones, or for a tenant those of
    /// its projects and claimed resources.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn accounts(&self) -> Result<Vec<AccountId>, Error> {
        Ok(match &self.scope {
            Scope::Platform => self.table.accounts().await?.into_iter().map(|account| account.account).collect(),
            Scope::Tenant(tenant) => {
                let projects = self.table.projects_of(tenant).await?;
                let claims = self.table.claims_of(tenant).await?;
                let accounts = projects.into_iter().map(|project| project.account);
                let accounts = accounts.chain(claims.into_iter().map(|key| key.account));
                accounts.collect::<BTreeSet<_>>().into_iter().collect()
            }
        })
    }

    /// Reads the projects that the caller may see in these accounts only.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn projects_in(&self, accounts: &BTreeSet<AccountId>) -> Result<Vec<Project>, Error> {
        match &self.scope {
            Scope::Tenant(tenant) => {
                let projects = self.table.projects_of(tenant).await?;
                Ok(projects.into_iter().filter(|project| accounts.contains(&project.account)).collect())
            }
            Scope::Platform => {
                let mut projects = Vec::new();
                for account in accounts {
                    projects.extend(self.table.projects(account).await?);
                }
                Ok(projects)
            }
        }
    }

    /// Reads the sync states of these accounts, which show how fresh the data is. They reveal
    /// nothing about the resources.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn sync_states(
        &self,
        accounts: &[AccountId],
    ) -> Result<BTreeMap<AccountId, BTreeMap<Kind, SyncState>>, Error> {
        let mut sync_states = BTreeMap::new();
        for account in accounts {
            sync_states.insert(account.clone(), self.table.sync_states(account).await?);
        }
        Ok(sync_states)
    }

    /// Reads one resource, if it exists and the caller may see it. A tenant sees the resources that
    /// are in its projects now or claimed for it.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn resource(&self, key: &ResourceKey) -> Result<Option<Resource>, Error> {
        let Some((mut resource, project)) = self.owned(key).await? else { return Ok(None) };
        if let Scope::Tenant(tenant) = &self.scope
            && project.and_then(|project| project.tenant_id).as_ref() != Some(tenant)
        {
            redact_project(&mut resource);
        }
        Ok(Some(resource))
    }

    /// Reads one project, if it exists and the caller may see it.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn project(&self, account: &AccountId, id: &ProjectId) -> Result<Option<Project>, Error> {
        let project = self.table.project(account, id).await?;
        Ok(project.filter(|p| self.scope.tenant().is_none_or(|tenant| p.tenant_id.as_ref() == Some(tenant))))
    }

    /// Reads a resource that the caller may see, unredacted, and for a tenant the project it is in.
    pub(crate) async fn owned(&self, key: &ResourceKey) -> Result<Option<(Resource, Option<Project>)>, Error> {
        let Some(resource) = self.table.resource(key).await? else { return Ok(None) };
        let project = match (&self.scope, &resource.project_id) {
            (Scope::Tenant(_), Some(id)) => self.table.project(&key.account, id).await?,
            _ => None,
        };
        let is_visible =
            self.scope.tenant().is_none_or(|tenant| belongs_to_tenant(tenant, &resource, project.as_ref()));
        Ok(is_visible.then_some((resource, project)))
    }
}
