//! The scope of a caller's reads.

use crate::TenantId;

/// The set of records that a caller may see. Every read on behalf of a caller takes a scope, so
/// that a query without one does not compile.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everything: the caller is a platform admin.
    Platform,
    /// Records that belong to this tenant, through the projects assigned to it.
    Tenant(TenantId),
}

impl Scope {
    /// Returns the tenant that this scope is limited to, if any.
    #[must_use]
    pub fn tenant(&self) -> Option<&TenantId> {
        match self {
            Self::Platform => None,
            Self::Tenant(tenant) => Some(tenant),
        }
    }
}
