//! The partitions that hold resources.

use domain::{AccountId, Kind, Project, ProjectId, Resource, TenantId};

use crate::keys;
use crate::ownership::belongs_to_tenant;
use crate::range::Range;

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

impl Partition {
    /// Returns the partition key, by which partitions are ordered.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Kind(account, kind) => keys::kind_partition(account, kind),
            Self::Project(project, _) => keys::project_partition(&project.account, &project.id),
            Self::Claims(tenant) => keys::tenant_partition(tenant),
        }
    }

    /// Returns the sort keys of the resources, or of the claims.
    pub(crate) fn range(&self) -> Range {
        match self {
            Self::Kind(..) => Range::prefixed(None, self.key(), ""),
            Self::Claims(_) => Range::prefixed(None, self.key(), keys::CLAIM_PREFIX),
            Self::Project(_, kind) => {
                let prefix = kind.as_ref().map(|kind| keys::project_sort_key(kind, "")).unwrap_or_default();
                Range::prefixed(Some(keys::GSI1), self.key(), &prefix)
            }
        }
    }

    /// Returns the project, if this is the partition of a project.
    pub(crate) fn project(&self) -> Option<&ProjectId> {
        match self {
            Self::Project(project, _) => Some(&project.id),
            Self::Kind(..) | Self::Claims(_) => None,
        }
    }

    /// Returns whether a resource that was read from this partition belongs in the list, and to
    /// the tenant if one is selected. Resources claimed for a tenant are taken only from the
    /// tenant's claims, so that they appear once.
    pub(crate) fn holds(&self, resource: &Resource, tenant: Option<&TenantId>, by_project: bool) -> bool {
        match (self, tenant) {
            (Self::Kind(..), tenant) => tenant.is_none(),
            (Self::Project(..), None) => true,
            (Self::Project(project, _), Some(tenant)) => {
                (by_project || resource.claimed_tenant().is_none())
                    && belongs_to_tenant(tenant, resource, Some(project))
            }
            (Self::Claims(claimant), _) => {
                // The id of the claim may have been reused for another resource since.
                resource.claimed_tenant() == Some(claimant) && belongs_to_tenant(claimant, resource, None)
            }
        }
    }
}
