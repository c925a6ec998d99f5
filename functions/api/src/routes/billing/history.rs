//! The billing history. Admins only.

use axum::extract::State;
use axum::response::Response;
use domain::Scope;
use store::Cursor;

use super::parameters::{AccountQuery, accounts};
use crate::AppState;
use crate::http::caller::Admin;
use crate::http::extract::PagedQuery;
use crate::http::page::PageQuery;
use crate::http::problem::ApiProblem;
use crate::http::representation::Representation;
use crate::http::responses::ListResponses;
use crate::routes::listing::start_key_error;
use crate::views::{HistoryEntryView, List};

/// Lists invoices, payments and credits, account by account, the newest entry first.
///
/// Only platform admins may call this operation.
#[utoipa::path(
    get, path = "/billing/history", operation_id = "listBillingHistory", tag = "billing", params(AccountQuery, PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "A page of entries.", body = List<HistoryEntryView>), ListResponses)
)]
pub(in crate::routes) async fn list(
    admin: Admin,
    State(state): State<AppState>,
    PagedQuery(params, page): PagedQuery<AccountQuery>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let binding = state.cursor_key().await?.binding(&Scope::Platform, "billing-history", &params);
    let from: Option<Cursor> = page.position(&binding)?;
    let (accounts, freshness) = accounts(&state, &admin, params.account.as_ref()).await?;
    let found = state.table(&admin).history(&accounts, from.as_ref(), page.limit).await;
    let found = found.map_err(|error| start_key_error(error, from.is_some()))?;
    let data: Vec<HistoryEntryView> = found.items.into_iter().map(Into::into).collect();
    let coverage = freshness.coverage_of_runs(&[billing::BILLING_HISTORY.sync_kind], state.now());
    representation.of(&List::new(data, found.next.map(|cursor| binding.seal(&cursor)).transpose()?, coverage))
}
