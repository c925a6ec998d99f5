//! The partitions that hold resources, and their start keys for paging.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{AccountId, Kind, Project, ProjectId, TenantId};

use crate::item::text;
use crate::{Table, keys};

/// A partition of the table or of an index that holds resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Partition {
    /// All resources of one kind in an account.
    Kind(AccountId, Kind),
    /// The resources in one project, restricted to a kind if given.
    Project(Box<Project>, Option<Kind>),
    /// The resources that operators assigned to a tenant.
    Claims(TenantId),
}

/// The number of items requested from DynamoDB at a time.
const READ_SIZE: i32 = 200;
/// The number of claims requested from DynamoDB at a time: as many as their resources can be read
/// with one `BatchGetItem`.
const CLAIMS_READ_SIZE: i32 = 100;

impl Partition {
    /// Returns the partition key, by which partitions are ordered.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Kind(account, kind) => keys::kind_partition(account, kind),
            Self::Project(project, _) => keys::project_partition(&project.account, &project.id),
            Self::Claims(tenant) => keys::tenant_partition(tenant),
        }
    }

    /// Returns the query that reads the partition from its beginning.
    pub(crate) fn query(&self, table: &Table) -> QueryFluentBuilder {
        match self {
            Self::Kind(..) => table.query(None, &self.key(), ""),
            Self::Claims(_) => table.query(None, &self.key(), keys::CLAIM_PREFIX),
            Self::Project(_, kind) => {
                let prefix = kind.as_ref().map(|kind| keys::project_sort_key(kind, "")).unwrap_or_default();
                table.query(Some(keys::GSI1), &self.key(), &prefix)
            }
        }
    }

    /// Returns the name of the sort key attribute of the table or index that holds the partition.
    pub(crate) fn sort_key(&self) -> &'static str {
        match self {
            Self::Kind(..) | Self::Claims(_) => keys::SK,
            Self::Project(..) => keys::GSI1_SK,
        }
    }

    /// Returns the project, if this is the partition of a project.
    pub(crate) fn project(&self) -> Option<&ProjectId> {
        match self {
            Self::Project(project, _) => Some(&project.id),
            Self::Kind(..) | Self::Claims(_) => None,
        }
    }

    /// Returns how many items to request at a time.
    pub(crate) fn read_size(&self) -> i32 {
        match self {
            Self::Kind(..) | Self::Project(..) => READ_SIZE,
            Self::Claims(_) => CLAIMS_READ_SIZE,
        }
    }

    /// Returns the exclusive start key of a query that continues after the sort key `after`; `None`
    /// if it cannot be parsed.
    pub(crate) fn start(&self, after: &str) -> Option<HashMap<String, AttributeValue>> {
        let mut start = HashMap::new();
        let mut add = |names: [&str; 2], pk: String, sk: &str| {
            start.insert(names[0].to_owned(), text(pk));
            start.insert(names[1].to_owned(), text(sk));
        };
        match self {
            Self::Kind(..) | Self::Claims(_) => add([keys::PK, keys::SK], self.key(), after),
            Self::Project(project, _) => {
                let (kind, id) = keys::parse_project_sort_key(after)?;
                add([keys::GSI1_PK, keys::GSI1_SK], self.key(), after);
                add([keys::PK, keys::SK], keys::kind_partition(&project.account, &kind), id.as_str());
            }
        }
        Some(start)
    }
}
