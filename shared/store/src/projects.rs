//! The projects. Sweeps mirror them from DigitalOcean, and operators assign them to tenants.

use aws_sdk_dynamodb::types::Put;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use domain::{AccountId, Project, ProjectId, TenantId};

use crate::accounts::UpdateOutcome;
use crate::audit::AuditEntry;
use crate::item::{from_item, number, put_key, to_item};
use crate::writes::ConditionalWrite;
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectCommitOutcome {
    /// The project is written, by this call or by an earlier attempt whose response was lost.
    Written,
    /// The project has changed since it was read; its current state, if it exists.
    Conflict(Option<Box<Project>>),
}

impl Table {
    /// Reads all projects of an account, strongly consistent, including tombstones.
    ///
    /// # Errors
    /// Fails when the table cannot be read; a partial list is never returned.
    pub async fn projects(&self, account: &AccountId) -> Result<Vec<Project>, Error> {
        let query = self.query(None, &keys::account_partition(account), keys::PROJECT_PREFIX).consistent_read(true);
        self.query_all(query).await?.into_iter().map(|item| from_item("project", item)).collect()
    }

    /// Reads one project, strongly consistent; it may be a tombstone.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn project(&self, account: &AccountId, id: &ProjectId) -> Result<Option<Project>, Error> {
        self.get(&keys::project(account, id), true).await?.map(|item| from_item("project", item)).transpose()
    }

    /// Reads the projects that belong to a tenant now, including tombstones, because the tenant may
    /// still see the resources they held.
    pub(crate) async fn projects_of(&self, tenant: &TenantId) -> Result<Vec<Project>, Error> {
        let query = self.query(Some(keys::GSI1), &keys::tenant_partition(tenant), keys::PROJECT_PREFIX);
        self.query_all(query).await?.into_iter().map(|item| from_item("project", item)).collect()
    }

    /// Writes a project as a sweep decided, if the stored version is still the one that the write
    /// was computed from.
    ///
    /// # Errors
    /// Fails when the table cannot be written. Reading the project again and repeating the decision
    /// is safe.
    pub async fn commit_project(&self, write: &ProjectWrite) -> Result<ProjectCommitOutcome, Error> {
        let Project { account, id, .. } = &write.project;
        let current = match self.put(self.project_put(write)?.build()?, &keys::project(account, id)).await? {
            ConditionalWrite::Applied => return Ok(ProjectCommitOutcome::Written),
            ConditionalWrite::ConditionFailed(Some(item)) => Some(from_item("project", item)?),
            ConditionalWrite::ConditionFailed(None) => self.project(account, id).await?,
        };
        Ok(match current {
            Some(current) if current == write.project => ProjectCommitOutcome::Written,
            other => ProjectCommitOutcome::Conflict(other.map(Box::new)),
        })
    }

    /// Writes a project as an operator decided, and the audit entry in the same transaction.
    ///
    /// # Errors
    /// Fails when the table cannot be written.
    pub async fn update_project(&self, write: &ProjectWrite, audit: &AuditEntry) -> Result<UpdateOutcome, Error> {
        let written = self.write_audited(self.project_put(write)?, audit).await?;
        Ok(if written { UpdateOutcome::Written } else { UpdateOutcome::Stale })
    }

    fn project_put(&self, write: &ProjectWrite) -> Result<PutBuilder, Error> {
        let Project { account, id, tenant_id, .. } = &write.project;
        let mut item = to_item("project", &write.project, &keys::project(account, id))?;
        if let Some(tenant) = tenant_id {
            put_key(&mut item, [keys::GSI1_PK, keys::GSI1_SK], &keys::project_gsi1(tenant, account, id));
        }
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(item))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(match write.before {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(before) => {
                put.condition_expression("version = :before").expression_attribute_values(":before", number(before))
            }
        })
    }
}
