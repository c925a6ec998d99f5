//! Which resources a caller wants.

use domain::{AccountId, Kind, ProjectId, Resource, TenantId};
use serde::{Deserialize, Serialize};

/// Which resources are wanted. Absent fields want all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ResourceFilter {
    /// Of this account.
    pub account: Option<AccountId>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// With this status.
    pub status: Option<String>,
    /// In this project.
    pub project: Option<ProjectId>,
    /// Of this tenant.
    pub tenant: Option<TenantId>,
    /// Whose name, id or tag contains this text, whatever its case.
    pub q: Option<String>,
    /// Those found gone instead of those that live.
    pub deleted: bool,
}

impl ResourceFilter {
    /// Whether a resource is wanted, as far as it tells itself: project and tenant choose what is read instead.
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
