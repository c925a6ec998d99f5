//! The accounts that are mirrored. Admins list, register, pause and resume them.

use std::ops::ControlFlow;

use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Json};
use domain::Coverage;
use domain::{Account, AccountId, AccountStatus};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{RegisterOutcome, UpdateOutcome, retry_on_conflict};
use utoipa::{IntoParams, ToSchema};

use super::listing::SLUG;
use crate::AppState;
use crate::http::caller::Admin;
use crate::http::extract::{Json as Body, Path, Query};
use crate::http::observe::RequestId;
use crate::http::page::PageQuery;
use crate::http::problem::{ApiProblem, FieldErrors};
use crate::http::representation::Representation;
use crate::http::responses::{ChangeResponses, CreationResponses, ListResponses, location};
use crate::http::text::{label_error, secret_name_error};
use crate::views::{AccountView, List, page_of};

/// The registration of an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Registration {
    /// Slug of the account: 1 to 32 characters of a-z, 0-9 and '-'.
    #[schema(example = "main", pattern = "^[a-z0-9-]{1,32}$")]
    account: String,
    /// Display name of the account.
    #[schema(example = "Main team", min_length = 1, max_length = 100)]
    name: String,
    /// Base name of the account's secrets in Secrets Manager: the deployment's prefix, '/' and one
    /// slug; `<prefix>/<account>` if left out. The value is never a token.
    #[schema(example = "arcadia/dev/do/main")]
    secret: Option<String>,
}

/// A change of an account. Fields that are left out stay unchanged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountChange {
    /// New status: `paused` stops the account's workers, `enabled` resumes them.
    #[schema(example = "paused")]
    status: Option<Status>,
    /// Display name of the account.
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// Base name of the account's secrets in Secrets Manager: the deployment's prefix, '/' and one
    /// slug. The value is never a token.
    #[schema(example = "arcadia/dev/do/main")]
    secret: Option<String>,
}

/// The status of an account's mirroring.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AccountStatus)]
pub(super) enum Status {
    /// The workers mirror the account.
    Enabled,
    /// The workers skip the account.
    Paused,
}

/// The account that a path names.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct AccountPath {
    /// Slug of the account.
    #[param(value_type = String)]
    account: AccountId,
}

/// Lists the accounts in the order of their slugs.
///
/// Only platform admins may call this operation.
#[utoipa::path(
    get, path = "/accounts", operation_id = "listAccounts", tag = "accounts", params(PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "A page of accounts.", body = List<AccountView>), ListResponses)
)]
pub(super) async fn list(
    admin: Admin,
    State(state): State<AppState>,
    Query(page): Query<PageQuery>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let binding = state.cursor_key().await?.binding(&domain::Scope::Platform, "accounts", &());
    let after: Option<String> = page.position(&binding)?;
    let accounts = state.table(&admin).accounts().await?;
    let key = |account: &Account| account.account.to_string();
    let (accounts, next) = page_of(accounts, key, after.as_ref(), page.limit, &binding)?;
    let coverage = Coverage { as_of: state.now(), complete: true };
    let data: Vec<AccountView> = accounts.into_iter().map(Into::into).collect();
    representation.of(&List::new(data, next, coverage))
}

/// Registers an account, which the workers mirror from their next scheduled run on.
///
/// Repeating a registration changes nothing. Only platform admins may call this operation.
#[utoipa::path(
    post, path = "/accounts", operation_id = "registerAccount", tag = "accounts", request_body = Registration, security(("id_token" = [])),
    responses(
        (status = 201, description = "The account is registered.", body = AccountView, headers(("location" = String, description = "Path of the account."))),
        (status = 200, description = "The account is already registered with the same values.", body = AccountView),
        CreationResponses
    )
)]
pub(super) async fn register(
    admin: Admin,
    State(state): State<AppState>,
    Extension(request): Extension<RequestId>,
    Body(registration): Body<Registration>,
) -> Result<(StatusCode, [(header::HeaderName, String); 1], Json<AccountView>), ApiProblem> {
    let account = registration.check(&state)?;
    let values = json!({ "name": account.name, "secret": account.secret });
    let audit = state.audit(&admin, &request, "account.register", account.account.as_str(), values);
    let location = location(&format!("/accounts/{}", account.account));
    match state.table(&admin).register_account(&account, &audit).await? {
        RegisterOutcome::New => Ok((StatusCode::CREATED, location, Json(account.into()))),
        RegisterOutcome::Exists => {
            let existing = state.table(&admin).account(&account.account).await?;
            match existing.filter(|existing| existing.name == account.name && existing.secret == account.secret) {
                Some(existing) => Ok((StatusCode::OK, location, Json(existing.into()))),
                None => Err(ApiProblem::conflict(
                    "account-exists",
                    "An account with this slug is registered with other values.",
                )),
            }
        }
    }
}

/// Pauses, resumes or renames an account, or changes the base name of its secrets.
///
/// Only platform admins may call this operation.
#[utoipa::path(
    patch, path = "/accounts/{account}", operation_id = "changeAccount", tag = "accounts", request_body = AccountChange, security(("id_token" = [])),
    params(AccountPath),
    responses(
        (status = 200, description = "The account after the change.", body = AccountView),
        ChangeResponses
    )
)]
pub(super) async fn change(
    admin: Admin,
    State(state): State<AppState>,
    Extension(request): Extension<RequestId>,
    Path(AccountPath { account: id }): Path<AccountPath>,
    Body(change): Body<AccountChange>,
) -> Result<Json<AccountView>, ApiProblem> {
    change.check(&state.config().deployment.secret_prefix)?;
    let values = json!({ "status": change.status, "name": change.name, "secret": change.secret });
    let audit = state.audit(&admin, &request, "account.change", id.as_str(), values);
    let changed = retry_on_conflict((), async |()| {
        let Some(account) = state.table(&admin).account(&id).await? else { return Err(ApiProblem::not_found()) };
        let changed = change.apply(&account);
        if changed == account {
            return Ok(ControlFlow::Break(account));
        }
        let changed = Account { updated_at: audit.at, version: account.version + 1, ..changed };
        Ok(match state.table(&admin).update_account(&changed, &audit).await? {
            UpdateOutcome::Written => ControlFlow::Break(changed),
            UpdateOutcome::Stale => ControlFlow::Continue(()),
        })
    });
    let account = changed.await?.break_value().ok_or_else(|| {
        ApiProblem::conflict("concurrent-change", "Other requests keep changing the account. Repeat the request.")
    })?;
    Ok(Json(account.into()))
}

impl Registration {
    fn check(self, state: &AppState) -> Result<Account, ApiProblem> {
        let Self { account, name, secret } = self;
        let prefix = &state.config().deployment.secret_prefix;
        let account = AccountId::new(account).ok();
        let mut errors = FieldErrors::default();
        errors.add("#/account", account.is_none().then(|| format!("expected {SLUG}")));
        errors.add("#/name", label_error(&name, 100));
        errors.add("#/secret", secret.as_deref().and_then(|secret| secret_name_error(secret, prefix)));
        let account = errors.finish(account)?;
        let secret = secret.unwrap_or_else(|| format!("{prefix}/{account}"));
        let (now, status) = (state.now(), AccountStatus::Enabled);
        Ok(Account { account, name, secret, status, created_at: now, updated_at: now, version: 1 })
    }
}

impl AccountChange {
    fn check(&self, prefix: &str) -> Result<(), ApiProblem> {
        let Self { status, name, secret } = self;
        let is_empty = status.is_none() && name.is_none() && secret.is_none();
        let mut errors = FieldErrors::default();
        errors.add("#", is_empty.then_some("expected status, name or secret"));
        errors.add("#/name", name.as_deref().and_then(|name| label_error(name, 100)));
        errors.add("#/secret", secret.as_deref().and_then(|secret| secret_name_error(secret, prefix)));
        errors.finish(Some(()))
    }

    fn apply(&self, account: &Account) -> Account {
        let status = self.status.map_or(account.status, |status| match status {
            Status::Enabled => AccountStatus::Enabled,
            Status::Paused => AccountStatus::Paused,
        });
        let name = self.name.clone().unwrap_or_else(|| account.name.clone());
        let secret = self.secret.clone().unwrap_or_else(|| account.secret.clone());
        Account { status, name, secret, ..account.clone() }
    }
}
