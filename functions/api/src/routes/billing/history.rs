//! What was billed and paid. Admins only.

use axum::extract::State;
use axum::response::Response;
use domain::Scope;

use super::parameters::{AccountQuery, accounts};
use super::walk::{Place, Walk};
use crate::AppState;
use crate::caller::Admin;
use crate::extract::Query;
use crate::openapi::{BadParameters, Denials, Failures};
use crate::parameters::{FromParameters, Parameters};
use crate::problem::Problem;
use crate::representation::Representation;
use crate::routes::listing::{PageQuery, refused_start};
use crate::views::{HistoryEntryView, List};

/// Which account's history is wanted, and which page of it.
#[derive(Debug)]
pub(in crate::routes) struct HistoryQuery {
    wanted: AccountQuery,
    page: PageQuery,
}

impl FromParameters for HistoryQuery {
    fn read(parameters: &mut Parameters) -> Option<Self> {
        Some(Self { wanted: AccountQuery::read(parameters)?, page: PageQuery::read(parameters)? })
    }
}

/// What was billed and paid: account by account, the newest entry first. Admins only.
#[utoipa::path(
    get, path = "/billing/history", operation_id = "listBillingHistory", tag = "billing", params(AccountQuery, PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "A page of entries.", body = List<HistoryEntryView>), BadParameters, Denials, Failures)
)]
pub(in crate::routes) async fn list(
    admin: Admin,
    State(state): State<AppState>,
    Query(HistoryQuery { wanted, page }): Query<HistoryQuery>,
    representation: Representation,
) -> Result<Response, Problem> {
    let binding = state.cursor_key().await?.binding(&Scope::Platform, "billing-history", &wanted);
    let place: Option<Place> = page.position(&binding)?;
    let has_cursor = place.is_some();
    let (accounts, freshness) = accounts(&state, &admin, wanted.account.as_ref()).await?;
    let mut walk = Walk::new(accounts, place, page.limit);
    while let Some((account, after, limit)) = walk.next() {
        let found = state.table(&admin).history(account, after, limit).await;
        walk.take(found.map_err(|error| refused_start(error, has_cursor))?);
    }
    let (found, next) = walk.end();
    let data: Vec<HistoryEntryView> = found.into_iter().map(Into::into).collect();
    let coverage = freshness.billed(&[billing::BILLING_HISTORY], state.now());
    representation.of(&List::new(data, next.map(|place| binding.seal(&place)).transpose()?, coverage))
}
