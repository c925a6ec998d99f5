//! The events of a single resource.

use axum::extract::State;
use axum::response::Response;
use domain::ResourceKey;
use inventory::Freshness;
use store::Cursor;

use super::resources::ResourcePath;
use crate::AppState;
use crate::http::caller::Caller;
use crate::http::extract::{Path, Query};
use crate::http::page::PageQuery;
use crate::http::problem::ApiProblem;
use crate::http::representation::Representation;
use crate::http::responses::ItemResponses;
use crate::views::{EventView, List};

/// Lists the events of a resource, the newest first.
///
/// A tenant sees the events from the time when it owned the resource.
#[utoipa::path(
    get, path = "/inventory/resources/{account}/{kind}/{provider_id}/events", operation_id = "listResourceEvents", tag = "inventory", security(("id_token" = [])),
    params(ResourcePath, PageQuery),
    responses((status = 200, description = "A page of events.", body = List<EventView>), ItemResponses)
)]
pub(super) async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Path(path): Path<ResourcePath>,
    Query(page): Query<PageQuery>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let key = ResourceKey::from(path);
    let reader = state.reader(&caller);
    let binding = state.cursor_key().await?.binding(reader.scope(), "events", &key);
    let from: Option<Cursor> = page.position(&binding)?;
    let found = reader.events(&key, from.as_ref(), page.limit).await?;
    let Some(found) = found else { return Err(ApiProblem::not_found()) };
    let freshness = Freshness::new(reader.sync_states(std::slice::from_ref(&key.account)).await?);
    let coverage = freshness.coverage(Some(&key.kind), state.now());
    let next = found.next.map(|next| binding.seal(&next)).transpose()?;
    let data: Vec<EventView> = found.items.into_iter().map(Into::into).collect();
    representation.of(&List::new(data, next, coverage))
}
