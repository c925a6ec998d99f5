//! What is owed. Admins only.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::billing::{Period, Span};
use domain::{AccountId, Scope};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::pager::{MultiAccountCursor, MultiAccountPager};
use super::parameters::{AccountQuery, accounts};
use crate::AppState;
use crate::caller::Admin;
use crate::extract::Query;
use crate::openapi::{AuthResponses, InvalidParametersResponse, ServerErrorResponses};
use crate::parameters::{FromParameters, Parameters};
use crate::problem::ApiProblem;
use crate::representation::Representation;
use crate::routes::listing::{PageQuery, start_key_error};
use crate::views::{BalanceView, List, page_of};

/// A time, as parameters describe it.
const TIME: &str = "an RFC 3339 time such as 2026-04-12T08:00:00Z";

/// Which account's balance is wanted, and which page.
#[derive(Debug)]
pub(in crate::routes) struct BalanceQuery {
    wanted: AccountQuery,
    page: PageQuery,
}

/// Which balances are wanted.
#[derive(Debug, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct BalancesParams {
    /// None before this time; the beginning of the month of `to` if left out.
    from: Option<DateTime<Utc>>,
    /// All before this time; now if left out.
    to: Option<DateTime<Utc>>,
    /// Of this account; of all if left out.
    #[param(value_type = Option<String>)]
    account: Option<AccountId>,
}

/// Which balances are wanted, and which page of them.
#[derive(Debug)]
pub(in crate::routes) struct BalancesQuery {
    wanted: BalancesParams,
    page: PageQuery,
}

/// Where a page ended, and of what time balances were asked for: without times given, that moves on from page to page.
#[derive(Serialize, Deserialize)]
struct BalanceCursor {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    accounts_cursor: MultiAccountCursor,
}

impl FromParameters for BalanceQuery {
    fn read(parameters: &mut Parameters) -> Option<Self> {
        Some(Self { wanted: AccountQuery::read(parameters)?, page: PageQuery::read(parameters)? })
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
        Some(Self { wanted: BalancesParams { from, to, account }, page: PageQuery::read(parameters)? })
    }
}

impl BalancesParams {
    fn span(&self, now: DateTime<Utc>) -> Span {
        let until = self.to.unwrap_or(now);
        Span { from: self.from.unwrap_or_else(|| Period::containing(until.date_naive()).start()), until }
    }
}

/// What each account owed when it was last asked: month-to-date balance and usage. An account that was never asked is not listed, and
/// `complete` is false then. Admins only.
#[utoipa::path(
    get, path = "/billing/balance", operation_id = "latestBalances", tag = "billing", params(AccountQuery, PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "The last balance of each account.", body = List<BalanceView>), InvalidParametersResponse, AuthResponses, ServerErrorResponses)
)]
pub(in crate::routes) async fn latest(
    admin: Admin,
    State(state): State<AppState>,
    Query(BalanceQuery { wanted, page }): Query<BalanceQuery>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let binding = state.cursor_key().await?.binding(&Scope::Platform, "balance", &wanted);
    let after: Option<String> = page.position(&binding)?;
    let (accounts, freshness) = accounts(&state, &admin, wanted.account.as_ref()).await?;
    let (accounts, next) = page_of(accounts, AccountId::to_string, after.as_ref(), page.limit, &binding)?;
    let mut data: Vec<BalanceView> = Vec::with_capacity(accounts.len());
    for account in &accounts {
        data.extend(state.table(&admin).latest_balance(account).await?.map(BalanceView::from));
    }
    representation.of(&List::new(data, next, freshness.billing_coverage(&[billing::BALANCE], state.now())))
}

/// What accounts owed, hour by hour: account by account, the oldest first. Admins only.
#[utoipa::path(
    get, path = "/billing/balances", operation_id = "listBalances", tag = "billing", params(BalancesParams, PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "A page of balances.", body = List<BalanceView>), InvalidParametersResponse, AuthResponses, ServerErrorResponses)
)]
pub(in crate::routes) async fn list(
    admin: Admin,
    State(state): State<AppState>,
    Query(BalancesQuery { wanted, page }): Query<BalancesQuery>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let binding = state.cursor_key().await?.binding(&Scope::Platform, "balances", &wanted);
    let position: Option<BalanceCursor> = page.position(&binding)?;
    let has_cursor = position.is_some();
    let (span, accounts_cursor) = match position {
        Some(BalanceCursor { from, until, accounts_cursor }) => (Span { from, until }, Some(accounts_cursor)),
        None => (wanted.span(state.now()), None),
    };
    let (accounts, freshness) = accounts(&state, &admin, wanted.account.as_ref()).await?;
    let mut pager = MultiAccountPager::new(accounts, accounts_cursor, page.limit);
    while let Some((account, after, limit)) = pager.next_read() {
        let found = state.table(&admin).balances(account, span, after, limit).await;
        pager.add_page(found.map_err(|error| start_key_error(error, has_cursor))?);
    }
    let (found, next) = pager.finish();
    let next = next
        .map(|accounts_cursor| binding.seal(&BalanceCursor { from: span.from, until: span.until, accounts_cursor }))
        .transpose()?;
    let data: Vec<BalanceView> = found.into_iter().map(Into::into).collect();
    representation.of(&List::new(data, next, freshness.billing_coverage(&[billing::BALANCE], state.now())))
}
