//! The inventory summary: counts of resources and their monthly list prices.

use axum::extract::State;
use axum::response::Response;
use domain::AccountId;
use inventory::Freshness;
use serde::Deserialize;
use store::SummaryCount;
use utoipa::IntoParams;

use super::listing::covered_accounts;
use super::resources::projects_of;
use crate::AppState;
use crate::http::caller::Caller;
use crate::http::extract::Query;
use crate::http::problem::ApiProblem;
use crate::http::representation::Representation;
use crate::http::responses::ListResponses;
use crate::views::{SummaryRowView, SummaryView};

/// The filter of the summary.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SummaryQuery {
    /// Account of the resources; all accounts if left out.
    #[param(value_type = Option<String>)]
    account: Option<AccountId>,
}

/// Counts the resources that the caller may see, with their monthly list prices.
///
/// The rows are grouped by account, kind, project and tenant. Deleted resources do not count.
#[utoipa::path(
    get, path = "/inventory/summary", operation_id = "summariseInventory", tag = "inventory", params(SummaryQuery), security(("id_token" = [])),
    responses((status = 200, description = "All rows and their totals.", body = SummaryView), ListResponses)
)]
pub(super) async fn summary(
    caller: Caller,
    State(state): State<AppState>,
    Query(SummaryQuery { account }): Query<SummaryQuery>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let reader = state.reader(&caller);
    let accounts = covered_accounts(&state, &caller, account.as_ref(), None).await?;
    let freshness = Freshness::new(reader.sync_states(&accounts).await?);
    let counts = reader.summary(account.as_ref(), &freshness.kinds()).await?;
    let projects = projects_of(&reader, accounts.into_iter()).await?;
    let mut total = SummaryCount::default();
    let mut data = Vec::with_capacity(counts.len());
    for (key, count) in counts {
        total += count;
        let project = key.project_id.clone().and_then(|id| projects.get(&(key.account.clone(), id)));
        data.push(SummaryRowView::new(key, count, project));
    }
    representation.of(&SummaryView::new(data, total, freshness.coverage(None, state.now())))
}
