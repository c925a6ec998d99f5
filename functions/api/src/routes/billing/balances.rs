//! The balances of accounts. Admins only.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::billing::{BalanceSnapshot, Period, Span};
use domain::{AccountId, Scope};
use serde::{Deserialize, Serialize};
use store::Cursor;
use utoipa::IntoParams;

use super::parameters::{AccountQuery, accounts};
use crate::AppState;
use crate::http::caller::Admin;
use crate::http::extract::PagedQuery;
use crate::http::page::PageQuery;
use crate::http::parameters::time;
use crate::http::problem::{ApiProblem, ValidationError};
use crate::http::representation::Representation;
use crate::http::responses::ListResponses;
use crate::routes::listing::start_key_error;
use crate::views::{List, page_of};

/// The filters of balances; a balance must match all of them.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct BalancesParams {
    /// Earliest time of the balances; the beginning of the month of `to` if left out.
    #[serde(default, deserialize_with = "time")]
    from: Option<DateTime<Utc>>,
    /// End of the time range, exclusive; now if left out.
    #[serde(default, deserialize_with = "time")]
    to: Option<DateTime<Utc>>,
    /// Account of the balances; all accounts if left out.
    #[param(value_type = Option<String>)]
    account: Option<AccountId>,
}

impl BalancesParams {
    fn span(&self, now: DateTime<Utc>) -> Result<Span, ApiProblem> {
        if self.from.zip(self.to).is_some_and(|(from, to)| from >= to) {
            let error = ValidationError::new("#/query/to", "expected a time after that of from");
            return Err(ApiProblem::invalid(vec![error]));
        }
        let until = self.to.unwrap_or(now);
        Ok(Span { from: self.from.unwrap_or_else(|| Period::containing(until.date_naive()).start()), until })
    }
}

/// Lists the latest balance of each account.
///
/// An account without a balance is not listed, and `complete` is false then. Only platform admins
/// may call this operation.
#[utoipa::path(
    get, path = "/billing/balance", operation_id = "latestBalances", tag = "billing", params(AccountQuery, PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "The latest balance of each account.", body = List<BalanceSnapshot>), ListResponses)
)]
pub(in crate::routes) async fn latest(
    admin: Admin,
    State(state): State<AppState>,
    PagedQuery(params, page): PagedQuery<AccountQuery>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let binding = state.cursor_key().await?.binding(&Scope::Platform, "balance", &params);
    let after: Option<String> = page.position(&binding)?;
    let (accounts, freshness) = accounts(&state, &admin, params.account.as_ref()).await?;
    let (accounts, next) = page_of(accounts, AccountId::to_string, after.as_ref(), page.limit, &binding)?;
    let mut data: Vec<BalanceSnapshot> = Vec::with_capacity(accounts.len());
    for account in &accounts {
        data.extend(state.table(&admin).latest_balance(account).await?);
    }
    representation.of(&List::new(data, next, freshness.coverage_of_runs(&[billing::BALANCE.sync_kind], state.now())))
}

/// Lists the hourly balances of a time range, account by account, the oldest first.
///
/// Only platform admins may call this operation.
#[utoipa::path(
    get, path = "/billing/balances", operation_id = "listBalances", tag = "billing", params(BalancesParams, PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "A page of balances.", body = List<BalanceSnapshot>), ListResponses)
)]
pub(in crate::routes) async fn list(
    admin: Admin,
    State(state): State<AppState>,
    PagedQuery(params, page): PagedQuery<BalancesParams>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let default_span = params.span(state.now())?;
    let binding = state.cursor_key().await?.binding(&Scope::Platform, "balances", &params);
    // The time range is part of the position, because its defaults move from page to page.
    let position: Option<(DateTime<Utc>, DateTime<Utc>, Cursor)> = page.position(&binding)?;
    let (span, from) = match position {
        Some((from, until, after)) => (Span { from, until }, Some(after)),
        None => (default_span, None),
    };
    let (accounts, freshness) = accounts(&state, &admin, params.account.as_ref()).await?;
    let found = state.table(&admin).balances(&accounts, span, from.as_ref(), page.limit).await;
    let found = found.map_err(|error| start_key_error(error, from.is_some()))?;
    let next = found.next.map(|after| binding.seal(&(span.from, span.until, after))).transpose()?;
    representation.of(&List::new(
        found.items,
        next,
        freshness.coverage_of_runs(&[billing::BALANCE.sync_kind], state.now()),
    ))
}
