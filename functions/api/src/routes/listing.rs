//! Parameters and helpers that all lists share.

use domain::{AccountId, TenantId};
use utoipa::IntoParams;

use crate::AppState;
use crate::http::caller::Caller;
use crate::http::cursor::Binding;
use crate::http::parameters::{FromParameters, Parameters};
use crate::http::problem::ApiProblem;

const DEFAULT_LIMIT: usize = 50;
const MAX_LIMIT: usize = 200;

/// The page of a list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// Maximum number of items on a page.
    #[param(minimum = 1, maximum = 200, default = 50, value_type = Option<u32>)]
    pub(super) limit: usize,
    /// Value of `next_cursor` of the previous page; the filters must be the same.
    pub(super) cursor: Option<String>,
}

impl FromParameters for PageQuery {
    fn read(parameters: &mut Parameters) -> Option<Self> {
        let limit = parameters.parse("limit", "a whole number from 1 to 200", |text| {
            text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit))
        });
        Some(Self { limit: limit.unwrap_or(DEFAULT_LIMIT), cursor: parameters.text("cursor") })
    }
}

impl PageQuery {
    /// Decrypts the position in the cursor; `None` on the first page.
    pub(super) fn position<P: serde::de::DeserializeOwned>(&self, binding: &Binding) -> Result<Option<P>, ApiProblem> {
        self.cursor.as_deref().map(|cursor| binding.open(cursor)).transpose()
    }
}

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

/// The description of a slug in validation errors.
pub(super) const SLUG: &str = "1 to 32 characters of a-z, 0-9 and '-'";
/// The description of a kind in validation errors.
pub(super) const KIND: &str = "1 to 48 characters of a-z, 0-9 and '_'";
/// The description of a DigitalOcean id in validation errors.
pub(super) const ID: &str = "1 to 255 printable characters without spaces";

/// Reads an optional boolean parameter: `true` or `false`, the default.
pub(super) fn flag(parameters: &mut Parameters, name: &'static str) -> bool {
    parameters
        .parse(name, "true or false", |text| match text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        })
        .unwrap_or_default()
}
