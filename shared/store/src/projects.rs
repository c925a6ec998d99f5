//! Projects: mirrored by sweeps, given to tenants by people.

use aws_sdk_dynamodb::types::Put;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use domain::{AccountId, Project, ProjectId, TenantId};

use crate::accounts::UpdateOutcome;
use crate::audit::AuditEntry;
use crate::item::{from_item, number, put_key, to_item};
use crate::writes::ConditionalWrite;
use crate::{Error, Table, keys};

/// A project to write, decided on the version before (`None` where there was none).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectWrite {
    /// The version it was decided on.
    pub before: Option<u64>,
    /// The project.
    pub project: Project,
}

/// How the write of a project ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectCommitOutcome {
    /// It is written, now or by an earlier try whose answer was lost.
    Written,
    /// The project is not as it was when the write was decided; here it is as it is.
    Conflict(Option<Box<Project>>),
}

impl Table {
    /// All projects of an account, tombstones too.
    ///
    /// # Errors
    /// When the table cannot be read; never a part.
    pub async fn projects(&self, account: &AccountId) -> Result<Vec<Project>, Error> {
        let query = self.query(None, &keys::account_partition(account), keys::PROJECT_PREFIX).consistent_read(true);
        self.query_all(query).await?.into_iter().map(|item| from_item("project", item)).collect()
    }

    /// One project, tombstone or not.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn project(&self, account: &AccountId, id: &ProjectId) -> Result<Option<Project>, Error> {
        self.get(&keys::project(account, id), true).await?.map(|item| from_item("project", item)).transpose()
    }

    /// The projects that belong to a tenant now, tombstones too: what they held is still the tenant's to see.
    pub(crate) async fn projects_of(&self, tenant: &TenantId) -> Result<Vec<Project>, Error> {
        let query = self.query(Some(keys::GSI1), &keys::tenant_partition(tenant), keys::PROJECT_PREFIX);
        self.query_all(query).await?.into_iter().map(|item| from_item("project", item)).collect()
    }

    /// Writes a project as a sweep decided, only on the version it was decided on.
    ///
    /// # Errors
    /// When the table cannot be written; deciding again from the project as it is makes it right.
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

    /// Writes a project as a person decided, with the audit of who did.
    ///
    /// # Errors
    /// When the table cannot be written.
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
