//! What a caller may see.

use crate::TenantId;

/// What a caller may see. Every read on behalf of a caller takes one, so that a query without a scope does not compile.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everything: a platform admin.
    Platform,
    /// What belongs to this tenant, through the projects assigned to it.
    Tenant(TenantId),
}

impl Scope {
    /// The tenant this scope is confined to, if any.
    #[must_use]
    pub fn tenant(&self) -> Option<&TenantId> {
        match self {
            Self::Platform => None,
            Self::Tenant(tenant) => Some(tenant),
        }
    }
}
