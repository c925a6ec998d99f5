//! The state of the mirror's workers. Admins only.

use axum::extract::State;
use axum::response::Response;
use domain::Coverage;
use domain::{AccountId, Kind, Scope};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::IntoParams;

use crate::AppState;
use crate::http::caller::{Admin, Caller};
use crate::http::extract::PagedQuery;
use crate::http::page::PageQuery;
use crate::http::parameters::parsed;
use crate::http::problem::ApiProblem;
use crate::http::representation::Representation;
use crate::http::responses::ListResponses;
use crate::views::{List, SyncView, page_of};
use crate::workers::{self, AnyWorker};

/// The filters of sync states; a row must match all of them.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SyncFilter {
    /// Account that is mirrored.
    #[param(value_type = Option<String>)]
    account: Option<AccountId>,
    /// Name of the worker.
    #[serde(default, deserialize_with = "worker")]
    worker: Option<String>,
    /// Kind that the row is about.
    #[param(value_type = Option<String>)]
    kind: Option<Kind>,
}

fn worker<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let names: Vec<&str> = workers::all().map(AnyWorker::name).collect();
    let named = |text: &str| AnyWorker::named(text).map(|worker| worker.name().to_owned());
    parsed(deserializer, &format!("one of {}", names.join(", ")), named).map(Some)
}

impl SyncFilter {
    fn matches(&self, row: &SyncView) -> bool {
        self.worker.as_ref().is_none_or(|worker| *worker == row.worker)
            && self.kind.as_ref().is_none_or(|kind| kind.as_str() == row.kind)
    }
}

/// Lists the state of every worker in every account.
///
/// Inventory workers have a row for each of their kinds, billing workers a single row. Only
/// platform admins may call this operation.
#[utoipa::path(
    get, path = "/sync", operation_id = "listSync", tag = "sync", params(SyncFilter, PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "A page of sync states.", body = List<SyncView>), ListResponses)
)]
pub(super) async fn list(
    admin: Admin,
    State(state): State<AppState>,
    PagedQuery(filter, page): PagedQuery<SyncFilter>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let binding = state.cursor_key().await?.binding(&Scope::Platform, "sync", &filter);
    let after: Option<String> = page.position(&binding)?;
    let reader = state.reader(&Caller::Admin(admin));
    let mut accounts = reader.accounts().await?;
    accounts.retain(|account| filter.account.as_ref().is_none_or(|wanted| wanted == account));
    let sync_states = reader.sync_states(&accounts).await?;
    let now = state.now();
    let targets = || workers::all().flat_map(|worker| worker.sync_kinds().into_iter().map(move |kind| (worker, kind)));
    let mut rows: Vec<SyncView> = sync_states
        .iter()
        .flat_map(|(account, states)| targets().map(move |(worker, kind)| (account, states.get(&kind), worker, kind)))
        .map(|(account, state, worker, kind)| SyncView::new(account, worker, &kind, state, now))
        .filter(|row| filter.matches(row))
        .collect();
    let key = |row: &SyncView| format!("{}/{}/{}", row.account, row.worker, row.kind);
    rows.sort_by_cached_key(key);
    let complete = rows.iter().all(|row| row.status.is_complete());
    let as_of = rows.iter().filter_map(|row| row.last_complete_at).min().unwrap_or(now);
    let (rows, next) = page_of(rows, key, after.as_ref(), page.limit, &binding)?;
    representation.of(&List::new(rows, next, Coverage { as_of, complete }))
}
