//! The projects. Sweeps mirror them from DigitalOcean, and operators assign them to tenants.

use aws_sdk_dynamodb::types::Put;
use domain::{AccountId, Project, ProjectId, TenantId};

use crate::accounts::UpdateOutcome;
use crate::audit::AuditEntry;
use crate::item::{put_key, to_item};
use crate::writes::{CommitOutcome, part};
use crate::{Error, Table, keys};

/// A project to write, computed from the project at the version `before`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectWrite {
    /// The version that the write was computed from; `None` if the project is new.
    pub before: Option<u64>,
    /// The new project, including its new version.
    pub project: Project,
}

/// The outcome of writing a project.
pub type ProjectCommitOutcome = CommitOutcome<Project>;

impl Table {
    /// Reads all projects of an account, strongly consistent, including tombstones.
    ///
    /// # Errors
    /// Fails when the table cannot be read; a partial list is never returned.
    pub async fn projects(&self, account: &AccountId) -> Result<Vec<Project>, Error> {
        let query = self.query(None, &keys::account_partition(account), keys::PROJECT_PREFIX).consistent_read(true);
        self.query_records("project", query).await
    }

    /// Reads one project, strongly consistent; it may be a tombstone.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn project(&self, account: &AccountId, id: &ProjectId) -> Result<Option<Project>, Error> {
        self.record("project", &keys::project(account, id)).await
    }

    /// Reads the projects that belong to a tenant now, including tombstones, because the tenant may
    /// still see the resources they held.
    pub(crate) async fn projects_of(&self, tenant: &TenantId) -> Result<Vec<Project>, Error> {
        let query = self.query(Some(keys::GSI1), &keys::tenant_partition(tenant), keys::PROJECT_PREFIX);
        self.query_records("project", query).await
    }

    /// Writes a project as a sweep decided, if the stored version is still the one that the write
    /// was computed from.
    ///
    /// # Errors
    /// Fails when the table cannot be written. Reading the project again and repeating the decision
    /// is safe.
    pub async fn commit_project(&self, write: &ProjectWrite) -> Result<ProjectCommitOutcome, Error> {
        let Project { account, id, .. } = &write.project;
        let put = self.project_put(write)?;
        self.commit("project", &write.project, &keys::project(account, id), put, Vec::new()).await
    }

    /// Writes a project as an operator decided, and the audit entry in the same transaction.
    ///
    /// # Errors
    /// Fails when the table cannot be written.
    pub async fn update_project(&self, write: &ProjectWrite, audit: &AuditEntry) -> Result<UpdateOutcome, Error> {
        let written = self.write_audited(part(self.project_put(write)?), audit).await?;
        Ok(if written { UpdateOutcome::Written } else { UpdateOutcome::Stale })
    }

    fn project_put(&self, write: &ProjectWrite) -> Result<Put, Error> {
        let Project { account, id, tenant_id, .. } = &write.project;
        let mut item = to_item("project", &write.project, &keys::project(account, id))?;
        if let Some(tenant) = tenant_id {
            put_key(&mut item, [keys::GSI1_PK, keys::GSI1_SK], &keys::project_gsi1(tenant, account, id));
        }
        self.put_at(item, write.before)
    }
}
