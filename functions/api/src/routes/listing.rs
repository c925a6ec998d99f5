//! What lists have in common: the accounts that they cover, and cursors that the table rejects.

use domain::{AccountId, TenantId};

use crate::AppState;
use crate::http::caller::Caller;
use crate::http::problem::ApiProblem;

/// Returns the accounts that a response covers, given the filters by account and tenant.
pub(super) async fn covered_accounts(
    state: &AppState,
    caller: &Caller,
    account: Option<&AccountId>,
    tenant: Option<&TenantId>,
) -> Result<Vec<AccountId>, ApiProblem> {
    // For an admin who filters by a tenant, the response covers the accounts that this tenant has
    // projects or resources in.
    let viewed = match (caller, tenant) {
        (Caller::Admin(_), Some(tenant)) => Caller::Tenant { tenant: tenant.clone() },
        _ => caller.clone(),
    };
    let mut accounts = state.reader(&viewed).accounts().await?;
    accounts.retain(|one| account.is_none_or(|wanted| wanted == one));
    Ok(accounts)
}

/// Maps an error of a list's read. DynamoDB rejects a start key that does not belong to the index;
/// such a key can only come from an invalid cursor.
pub(super) fn start_key_error(error: store::Error, has_cursor: bool) -> ApiProblem {
    match &error {
        store::Error::Dynamo { code, .. } if has_cursor && code == "ValidationException" => ApiProblem::bad_cursor(),
        _ => error.into(),
    }
}

/// The description of a slug in validation errors of a body.
pub(super) const SLUG: &str = "1 to 32 characters of a-z, 0-9 and '-'";
/// The description of a DigitalOcean id in validation errors of a body.
pub(super) const ID: &str = "1 to 255 printable characters without spaces";
