//! The share of invoice lines that have an owner. Admins only.

use axum::Json;
use axum::extract::State;
use domain::billing::MatchCounts;

use super::month;
use super::parameters::{PeriodQuery, accounts};
use crate::AppState;
use crate::http::caller::Admin;
use crate::http::extract::Query;
use crate::http::problem::ApiProblem;
use crate::http::responses::ListResponses;
use crate::views::MatchRateView;

/// Counts the invoice lines that have a resource or an explanation, of one month or of all.
///
/// Only platform admins may call this operation.
#[utoipa::path(
    get, path = "/billing/match-rate", operation_id = "matchRate", tag = "billing", params(PeriodQuery), security(("id_token" = [])),
    responses((status = 200, description = "The counts and the rate.", body = MatchRateView), ListResponses)
)]
pub(in crate::routes) async fn rate(
    admin: Admin,
    State(state): State<AppState>,
    Query(PeriodQuery { period, account }): Query<PeriodQuery>,
) -> Result<Json<MatchRateView>, ApiProblem> {
    let (accounts, freshness) = accounts(&state, &admin, account.as_ref()).await?;
    let invoices = month::invoices(state.table(&admin), &accounts, period).await?;
    let mut counts = MatchCounts::default();
    for set in invoices.iter().filter_map(|invoice| invoice.lines.as_ref()) {
        counts += set.counts;
    }
    let coverage = month::lines_coverage(&freshness, &accounts, &invoices, period, state.now());
    Ok(Json(MatchRateView::new(period, invoices.len(), counts, coverage)))
}
