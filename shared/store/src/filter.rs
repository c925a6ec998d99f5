//! The filter of resource lists.

use domain::{AccountId, Kind, ProjectId, Resource, TenantId};
use serde::{Deserialize, Serialize};

/// A selection of resources. A field that is `None` does not restrict it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ResourceFilter {
    /// Only resources in this account.
    pub account: Option<AccountId>,
    /// Only resources of this kind.
    pub kind: Option<Kind>,
    /// Only resources with this status, in DigitalOcean's spelling.
    pub status: Option<String>,
    /// Only resources in this project.
    pub project: Option<ProjectId>,
    /// Only resources that belong to this tenant.
    pub tenant: Option<TenantId>,
    /// Only resources whose name, id or one of whose tags contains this text, regardless of case.
    pub q: Option<String>,
    /// Tombstones instead of live resources.
    pub deleted: bool,
}

impl ResourceFilter {
    /// Returns whether a resource matches all fields except project and tenant, which select the
    /// partitions to read.
    pub(crate) fn matches(&self, resource: &Resource) -> bool {
        let contains = |text: &str, q: &str| text.to_lowercase().contains(q);
        resource.is_live() != self.deleted
            && self.status.as_ref().is_none_or(|status| resource.facts.status.as_ref() == Some(status))
            && self.account.as_ref().is_none_or(|account| resource.key.account == *account)
            && self.kind.as_ref().is_none_or(|kind| resource.key.kind == *kind)
            && self.q.as_ref().is_none_or(|q| {
                let q = q.to_lowercase();
                contains(&resource.facts.name, &q)
                    || contains(resource.key.provider_id.as_str(), &q)
                    || resource.facts.tags.iter().any(|tag| contains(tag, &q))
            })
    }
}
