//! Compares the sums of invoices (tie-out). Admins only.

use axum::extract::State;
use axum::response::Response;
use billing::TieOutTotal;
use domain::Scope;

use super::month;
use super::parameters::{PeriodQuery, accounts};
use crate::AppState;
use crate::http::caller::Admin;
use crate::http::extract::PagedQuery;
use crate::http::page::PageQuery;
use crate::http::problem::ApiProblem;
use crate::http::representation::Representation;
use crate::http::responses::ListResponses;
use crate::views::{List, TieOutList, TieOutRowView, page_of};

/// Compares the sums of each invoice to the cent.
///
/// The sources are the lines, the JSON items, the summary and its parts, the amount in the list of
/// invoices and the amount in the billing history. `total` covers all matching invoices, whatever
/// the page. Only platform admins may call this operation.
#[utoipa::path(
    get, path = "/billing/tie-out", operation_id = "tieOut", tag = "billing", params(PeriodQuery, PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "A page of invoices, the newest month first.", body = TieOutList), ListResponses)
)]
pub(in crate::routes) async fn list(
    admin: Admin,
    State(state): State<AppState>,
    PagedQuery(of, page): PagedQuery<PeriodQuery>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let binding = state.cursor_key().await?.binding(&Scope::Platform, "tie-out", &of);
    let after: Option<billing::InvoiceSortKey> = page.position(&binding)?;
    let (accounts, freshness) = accounts(&state, &admin, of.account.as_ref()).await?;
    let invoices = month::invoices(state.table(&admin), &accounts, of.period).await?;
    let coverage = month::lines_coverage(&freshness, &accounts, &invoices, of.period, state.now());
    let total = TieOutTotal::of(&invoices);
    let (invoices, next) = page_of(invoices, billing::invoice_sort_key, after.as_ref(), page.limit, &binding)?;
    let data: Vec<TieOutRowView> = invoices.iter().map(Into::into).collect();
    representation.of(&TieOutList { list: List::new(data, next, coverage), total })
}
