//! What happened lately, whatever to.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{AccountId, EventType, Kind, TenantId};
use serde::{Deserialize, Serialize};
use store::{FeedFilter, FeedPosition};
use utoipa::IntoParams;

use super::listing::{KIND, PageQuery, SLUG, covered_accounts, start_key_error};
use crate::AppState;
use crate::caller::Caller;
use crate::extract::Query;
use crate::freshness::Freshness;
use crate::openapi::{AuthResponses, InvalidParametersResponse, ServerErrorResponses};
use crate::parameters::{FromParameters, Parameters};
use crate::problem::ApiProblem;
use crate::representation::Representation;
use crate::views::{EventView, List};

/// How far back the feed goes unless asked.
const DEFAULT_SPAN: TimeDelta = TimeDelta::hours(24);

/// Which events are wanted; all that are given must fit.
#[derive(Debug, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FeedParams {
    /// None before this time; 24 hours ago if left out. Events are kept for a time (400 days, unless the deployment says otherwise), and
    /// none is older.
    since: Option<DateTime<Utc>>,
    /// Of resources of this kind.
    #[param(value_type = Option<String>)]
    kind: Option<Kind>,
    /// Of this type: `discovered`, `updated`, `deleted`, `drift_detected`, `tagged` or `restored`.
    #[serde(rename = "type")]
    #[param(value_type = Option<String>)]
    event_type: Option<EventType>,
    /// Of resources that were this tenant's then.
    #[param(value_type = Option<String>)]
    tenant: Option<TenantId>,
    /// Of this account.
    #[param(value_type = Option<String>)]
    account: Option<AccountId>,
}

/// Which events are wanted, and which page of them.
#[derive(Debug)]
pub(super) struct FeedQuery {
    wanted: FeedParams,
    page: PageQuery,
}

/// Where a page ended, and since when the feed was asked for: without a time given, that moves on from page to page.
#[derive(Serialize, Deserialize)]
struct FeedCursor {
    since: DateTime<Utc>,
    from: FeedPosition,
}

impl FromParameters for FeedQuery {
    fn read(parameters: &mut Parameters) -> Option<Self> {
        let time = |text: &str| DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc());
        let event_type = |text: &str| serde_json::from_value(text.into()).ok();
        let wanted = FeedParams {
            since: parameters.parse("since", "an RFC 3339 time such as 2026-04-12T08:00:00Z", time),
            kind: parameters.parse("kind", KIND, |text| Kind::new(text).ok()),
            event_type: parameters.parse("type", "a type of events, such as updated", event_type),
            tenant: parameters.parse("tenant", SLUG, |text| TenantId::new(text).ok()),
            account: parameters.parse("account", SLUG, |text| AccountId::new(text).ok()),
        };
        Some(Self { wanted, page: PageQuery::read(parameters)? })
    }
}

/// What happened lately to any resource, the newest first. A tenant sees what happened to a resource while it was the tenant's.
#[utoipa::path(
    get, path = "/inventory/events", operation_id = "listEvents", tag = "inventory", params(FeedParams, PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "A page of events.", body = List<EventView>), InvalidParametersResponse, AuthResponses, ServerErrorResponses)
)]
pub(super) async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Query(FeedQuery { wanted, page }): Query<FeedQuery>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let reader = state.reader(&caller);
    let binding = state.cursor_key().await?.binding(reader.scope(), "feed", &wanted);
    let position: Option<FeedCursor> = page.position(&binding)?;
    let now = state.now();
    let since = match &position {
        Some(position) => position.since,
        None => wanted.since.unwrap_or(now - DEFAULT_SPAN),
    };
    let since = since.max(now - state.config().event_retention);
    let FeedParams { kind, event_type, tenant, account, .. } = wanted;
    let accounts = covered_accounts(&state, &caller, account.as_ref(), tenant.as_ref()).await?;
    let coverage = Freshness::of(&reader, &accounts).await?.coverage(kind.as_ref(), now);
    let filter = FeedFilter { since, account, kind, event_type, tenant };
    let from = position.map(|position| position.from);
    let found = reader.feed(&filter, from.as_ref(), now, page.limit).await;
    let found = found.map_err(|error| start_key_error(error, from.is_some()))?;
    let next = found.next.map(|from| binding.seal(&FeedCursor { since, from })).transpose()?;
    let data: Vec<EventView> = found.events.into_iter().map(Into::into).collect();
    representation.of(&List::new(data, next, coverage))
}
