//! The balances of accounts. Admins only.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::billing::{Period, Span};
use domain::{AccountId, Scope};
use serde::{Deserialize, Serialize};
use store::Cursor;
use utoipa::IntoParams;

use super::parameters::{AccountQuery, accounts};
use crate::AppState;
use crate::http::caller::Admin;
use crate::http::extract::Query;
use crate::http::parameters::{FromParameters, Parameters};
use crate::http::problem::ApiProblem;
use crate::http::representation::Representation;
use crate::http::responses::{AuthResponses, InvalidParametersResponse, ServerErrorResponses};
use crate::routes::listing::{PageQuery, start_key_error};
use crate::views::{BalanceView, List, page_of};

/// The description of a time in validation errors.
const TIME: &str = "an RFC 3339 time such as 2026-04-12T08:00:00Z";

/// The filter of the latest balances and the page.
#[derive(Debug)]
pub(in crate::routes) struct BalanceQuery {
    params: AccountQuery,
    page: PageQuery,
}

/// The filters of balances; a balance must match all of them.
#[derive(Debug, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct BalancesParams {
    /// Earliest time of the balances; the beginning of the month of `to` if left out.
    from: Option<DateTime<Utc>>,
    /// End of the time range, exclusive; now if left out.
    to: Option<DateTime<Utc>>,
    /// Account of the balances; all accounts if left out.
    #[param(value_type = Option<String>)]
    account: Option<AccountId>,
}

/// The filters of balances and the page.
#[derive(Debug)]
pub(in crate::routes) struct BalancesQuery {
    params: BalancesParams,
    page: PageQuery,
}

/// The position after a page. The time range is kept as well, because its defaults move from page
/// to page.
#[derive(Serialize, Deserialize)]
struct BalanceCursor {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    accounts_cursor: Cursor,
}

impl FromParameters for BalanceQuery {
    fn read(parameters: &mut Parameters) -> Option<Self> {
        Some(Self { params: AccountQuery::read(parameters)?, page: PageQuery::read(parameters)? })
    }
}

impl FromParameters for BalancesQuery {
    fn read(parameters: &mut Parameters) -> Option<Self> {
        let time = |text: &str| DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc());
        let from = parameters.parse("from", TIME, time);
        let to = parameters.parse("to", TIME, time);
        if from.zip(to).is_some_and(|(from, to)| from >= to) {
            parameters.add_error("to", "expected a time after that of from");
        }
        let AccountQuery { account } = AccountQuery::read(parameters)?;
        Some(Self { params: BalancesParams { from, to, account }, page: PageQuery::read(parameters)? })
    }
}

impl BalancesParams {
    fn span(&self, now: DateTime<Utc>) -> Span {
        let until = self.to.unwrap_or(now);
        Span { from: self.from.unwrap_or_else(|| Period::containing(until.date_naive()).start()), until }
    }
}

/// Lists the latest balance of each account.
///
/// An account without a balance is not listed, and `complete` is false then. Only platform admins
/// may call this operation.
#[utoipa::path(
    get, path = "/billing/balance", operation_id = "latestBalances", tag = "billing", params(AccountQuery, PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "The latest balance of each account.", body = List<BalanceView>), InvalidParametersResponse, AuthResponses, ServerErrorResponses)
)]
pub(in crate::routes) async fn latest(
    admin: Admin,
    State(state): State<AppState>,
    Query(BalanceQuery { params, page }): Query<BalanceQuery>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let binding = state.cursor_key().await?.binding(&Scope::Platform, "balance", &params);
    let after: Option<String> = page.position(&binding)?;
    let (accounts, freshness) = accounts(&state, &admin, params.account.as_ref()).await?;
    let (accounts, next) = page_of(accounts, AccountId::to_string, after.as_ref(), page.limit, &binding)?;
    let mut data: Vec<BalanceView> = Vec::with_capacity(accounts.len());
    for account in &accounts {
        data.extend(state.table(&admin).latest_balance(account).await?.map(BalanceView::from));
    }
    representation.of(&List::new(data, next, freshness.coverage_of_runs(&[billing::BALANCE.sync_kind], state.now())))
}

/// Lists the hourly balances of a time range, account by account, the oldest first.
///
/// Only platform admins may call this operation.
#[utoipa::path(
    get, path = "/billing/balances", operation_id = "listBalances", tag = "billing", params(BalancesParams, PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "A page of balances.", body = List<BalanceView>), InvalidParametersResponse, AuthResponses, ServerErrorResponses)
)]
pub(in crate::routes) async fn list(
    admin: Admin,
    State(state): State<AppState>,
    Query(BalancesQuery { params, page }): Query<BalancesQuery>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let binding = state.cursor_key().await?.binding(&Scope::Platform, "balances", &params);
    let position: Option<BalanceCursor> = page.position(&binding)?;
    let (span, from) = match position {
        Some(BalanceCursor { from, until, accounts_cursor }) => (Span { from, until }, Some(accounts_cursor)),
        None => (params.span(state.now()), None),
    };
    let (accounts, freshness) = accounts(&state, &admin, params.account.as_ref()).await?;
    let found = state.table(&admin).balances(&accounts, span, from.as_ref(), page.limit).await;
    let found = found.map_err(|error| start_key_error(error, from.is_some()))?;
    let next = found
        .next
        .map(|accounts_cursor| binding.seal(&BalanceCursor { from: span.from, until: span.until, accounts_cursor }))
        .transpose()?;
    let data: Vec<BalanceView> = found.items.into_iter().map(Into::into).collect();
    representation.of(&List::new(data, next, freshness.coverage_of_runs(&[billing::BALANCE.sync_kind], state.now())))
}
