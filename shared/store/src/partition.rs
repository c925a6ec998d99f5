//! The partitions that hold resources, and where to go on in them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{AccountId, Kind, Project};

use crate::keys;
use crate::rows::text;

/// A partition that holds resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Partition {
    /// All of one kind.
    Kind(AccountId, Kind),
    /// All in one project; of one kind only where given.
    Project(Box<Project>, Option<Kind>),
}

impl Partition {
    /// Its key, by which partitions are ordered.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Kind(account, kind) => keys::kind_partition(account, kind),
            Self::Project(project, _) => keys::project_partition(&project.account, &project.id),
        }
    }

    /// The start key of a query that goes on after `after`.
    pub(crate) fn start(&self, after: &str) -> Option<HashMap<String, AttributeValue>> {
        let mut start = HashMap::new();
        let mut add = |names: [&str; 2], pk: String, sk: &str| {
            start.insert(names[0].to_owned(), text(pk));
            start.insert(names[1].to_owned(), text(sk));
        };
        match self {
            Self::Kind(..) => add([keys::PK, keys::SK], self.key(), after),
            Self::Project(project, _) => {
                let (kind, id) = keys::parse_project_member(after)?;
                add([keys::GSI1_PK, keys::GSI1_SK], self.key(), after);
                add([keys::PK, keys::SK], keys::kind_partition(&project.account, &kind), id.as_str());
            }
        }
        Some(start)
    }
}
