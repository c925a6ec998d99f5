//! The caller of a request, as API Gateway's JWT authorizer verified it.

use std::collections::HashMap;

use axum::extract::FromRequestParts;
use domain::{Scope, TenantId};
use http::request::Parts;
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;

use super::problem::ApiProblem;

/// The claims of the ID token that say who the caller is.
#[derive(Debug, Clone)]
pub struct ClaimNames {
    /// `GROUPS_CLAIM`: the claim with the caller's groups. API Gateway joins a list with spaces, so
    /// the issuer must not allow spaces in group names: `x platform_admin` would read as two
    /// groups. Cognito allows none.
    pub groups: String,
    /// `TENANT_CLAIM`: the claim with the caller's tenant.
    pub tenant: String,
    /// `ADMIN_GROUP`: the group whose members see everything.
    pub admin_group: String,
}

/// A caller who is signed in. A handler that takes one refuses requests without a valid token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// A member of the admin group, who sees everything.
    Admin(Admin),
    /// A member of a tenant, who sees only the tenant's own data.
    Tenant {
        /// The tenant, from the claim that `TENANT_CLAIM` names.
        tenant: TenantId,
    },
}

/// A platform admin. A handler that takes one answers 403 to tenants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin {
    subject: String,
}

impl Admin {
    /// The subject (`sub`) of the admin's token, for the audit log.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

impl Caller {
    /// Reads the caller from the claims in the request's context.
    ///
    /// # Errors
    /// 401 without an authorizer's context; 403 if the claims contain neither the admin group nor a
    /// tenant.
    pub fn of(parts: &Parts, names: &ClaimNames) -> Result<Self, ApiProblem> {
        let Some(RequestContext::ApiGatewayV2(context)) = parts.request_context_ref() else {
            return Err(ApiProblem::unauthenticated());
        };
        let jwt = context.authorizer.as_ref().and_then(|authorizer| authorizer.jwt.as_ref());
        Self::from_claims(&jwt.ok_or(ApiProblem::unauthenticated())?.claims, names)
    }

    fn from_claims(claims: &HashMap<String, String>, names: &ClaimNames) -> Result<Self, ApiProblem> {
        let groups = claims.get(&names.groups).map(|claim| groups(claim)).unwrap_or_default();
        if groups.contains(&names.admin_group) {
            let subject = claims.get("sub").cloned().unwrap_or_default();
            return Ok(Self::Admin(Admin { subject }));
        }
        let tenant = claims.get(&names.tenant).and_then(|claim| TenantId::new(claim.trim()).ok());
        tenant.map(|tenant| Self::Tenant { tenant }).ok_or(ApiProblem::no_role())
    }

    /// The scope that limits the caller's reads.
    #[must_use]
    pub fn scope(&self) -> Scope {
        match self {
            Self::Admin(_) => Scope::Platform,
            Self::Tenant { tenant } => Scope::Tenant(tenant.clone()),
        }
    }

    /// The caller's role for logs: `admin` or `tenant`.
    #[must_use]
    pub const fn role(&self) -> &'static str {
        match self {
            Self::Admin(_) => "admin",
            Self::Tenant { .. } => "tenant",
        }
    }
}

/// Parses the groups in a claim. HTTP APIs write a list as `[a b]`, other gateways as JSON. A claim
/// that is not a list is one group, or several separated by spaces. A comma is no separator:
/// `[a,platform_admin]` is one group, because Cognito allows commas in names.
fn groups(claim: &str) -> Vec<String> {
    if let Ok(list) = serde_json::from_str::<Vec<String>>(claim) {
        return list;
    }
    let inner = claim.trim();
    let inner = inner.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(inner);
    inner.split_whitespace().map(str::to_owned).collect()
}

/// Takes the caller that [`super::observe`] read, once for each request.
impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiProblem> {
        parts.extensions.get::<Result<Self, ApiProblem>>().cloned().unwrap_or(Err(ApiProblem::unauthenticated()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Admin {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiProblem> {
        match Caller::from_request_parts(parts, state).await? {
            Caller::Admin(admin) => Ok(admin),
            Caller::Tenant { .. } => Err(ApiProblem::admins_only()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_read_from_lists_json_and_plain_text() {
        let cases: [(&str, &[&str]); 11] = [
            ("[platform_admin other]", &["platform_admin", "other"]),
            ("[platform_admin]", &["platform_admin"]),
            ("platform_admin", &["platform_admin"]),
            (r#"["other","platform_admin"]"#, &["other", "platform_admin"]),
            ("other platform_admin", &["other", "platform_admin"]),
            ("[a,platform_admin]", &["a,platform_admin"]),
            ("[platform_admin,a b]", &["platform_admin,a", "b"]),
            ("a,platform_admin", &["a,platform_admin"]),
            (r#"["a,platform_admin"]"#, &["a,platform_admin"]),
            ("[]", &[]),
            ("", &[]),
        ];
        for (claim, expected) in cases {
            assert_eq!(groups(claim), expected, "{claim}");
        }
        assert!(!groups("[not_platform_admin platform_admins]").contains(&"platform_admin".to_owned()));
    }
}
