//! The feed of recent events of all resources.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{AccountId, EventType, Kind, TenantId};
use inventory::Freshness;
use serde::{Deserialize, Serialize};
use store::{Cursor, FeedFilter};
use utoipa::IntoParams;

use super::listing::{covered_accounts, start_key_error};
use crate::AppState;
use crate::http::caller::Caller;
use crate::http::extract::PagedQuery;
use crate::http::page::PageQuery;
use crate::http::parameters::time;
use crate::http::problem::ApiProblem;
use crate::http::representation::Representation;
use crate::http::responses::ListResponses;
use crate::views::{EventView, List};

/// The default length of the feed: events of the last 24 hours.
const DEFAULT_SPAN: TimeDelta = TimeDelta::hours(24);

/// The filters of the feed; an event must match all of them.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FeedParams {
    /// Earliest time of the events; 24 hours ago if left out. Events are deleted after their
    /// retention time (400 days unless the deployment configures another).
    #[serde(default, deserialize_with = "time")]
    since: Option<DateTime<Utc>>,
    /// Kind of the resources.
    #[param(value_type = Option<String>)]
    kind: Option<Kind>,
    /// Type of the events: `discovered`, `updated`, `deleted`, `drift_detected`, `tagged` or
    /// `restored`.
    #[serde(rename = "type")]
    #[param(value_type = Option<String>)]
    event_type: Option<EventType>,
    /// Tenant that owned the resource at the time of the event.
    #[param(value_type = Option<String>)]
    tenant: Option<TenantId>,
    /// Account of the resources.
    #[param(value_type = Option<String>)]
    account: Option<AccountId>,
}

/// Lists recent events of all resources, the newest first.
///
/// A tenant sees the events of a resource from the time when it owned the resource.
#[utoipa::path(
    get, path = "/inventory/events", operation_id = "listEvents", tag = "inventory", params(FeedParams, PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "A page of events.", body = List<EventView>), ListResponses)
)]
pub(super) async fn list(
    caller: Caller,
    State(state): State<AppState>,
    PagedQuery(params, page): PagedQuery<FeedParams>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let reader = state.reader(&caller);
    let binding = state.cursor_key().await?.binding(reader.scope(), "feed", &params);
    // The start of the feed is part of the position, because the default (24 hours ago) moves from
    // page to page.
    let position: Option<(DateTime<Utc>, Cursor)> = page.position(&binding)?;
    let now = state.now();
    let since = match &position {
        Some((since, _)) => *since,
        None => params.since.unwrap_or(now - DEFAULT_SPAN),
    };
    let since = since.max(now - state.config().deployment.event_retention);
    let FeedParams { kind, event_type, tenant, account, .. } = params;
    let accounts = covered_accounts(&state, &caller, account.as_ref(), tenant.as_ref()).await?;
    let coverage = Freshness::new(reader.sync_states(&accounts).await?).coverage(kind.as_ref(), now);
    let filter = FeedFilter { since, account, kind, event_type, tenant };
    let from = position.map(|(_, from)| from);
    let found = reader.feed(&filter, from.as_ref(), now, page.limit).await;
    let found = found.map_err(|error| start_key_error(error, from.is_some()))?;
    let next = found.next.map(|from| binding.seal(&(since, from))).transpose()?;
    let data: Vec<EventView> = found.items.into_iter().map(Into::into).collect();
    representation.of(&List::new(data, next, coverage))
}
