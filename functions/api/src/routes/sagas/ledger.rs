//! The ledgers of sagas.

use access::Redactor;
use domain::Coverage;
use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use sagas::ports::{PreImage, SagaStore};
use sagas::record::{EntryKind, LedgerEntry, SagaId};
use store::Cursor;

use super::SagaPath;
use crate::AppState;
use crate::http::caller::Caller;
use crate::http::extract::{Path, Query};
use crate::http::page::PageQuery;
use crate::http::problem::ApiProblem;
use crate::http::representation::Representation;
use crate::http::responses::ItemResponses;
use crate::routes::listing::start_key_error;
use crate::views::{LedgerEntryView, List};

/// Lists the ledger of a saga, the oldest entry first.
///
/// The ledger has one entry for each change of the saga. Each entry contains the hash of the
/// previous one.
#[utoipa::path(
    get, path = "/sagas/{id}/ledger", operation_id = "getSagaLedger", tag = "sagas", security(("id_token" = [])),
    params(SagaPath, PageQuery),
    responses((status = 200, description = "A page of ledger entries.", body = List<LedgerEntryView>), ItemResponses)
)]
pub(in crate::routes) async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Path(SagaPath { id }): Path<SagaPath>,
    Query(page): Query<PageQuery>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let reader = state.reader(&caller);
    let binding = state.cursor_key().await?.binding(reader.scope(), "ledger", &id);
    let from: Option<Cursor> = page.position(&binding)?;
    let Some(record) = reader.saga(&id).await? else { return Err(ApiProblem::not_found()) };
    let found = reader.saga_ledger(&id, from.as_ref(), page.limit).await;
    let found = found.map_err(|error| start_key_error(error, from.is_some()))?;
    let Some(found) = found else { return Err(ApiProblem::not_found()) };
    let visibility = Redactor::new(&reader).visibility_of(&record.metadata).await?;
    let pre_images = match &caller {
        Caller::Admin(admin) => pre_images(state.table(admin), &id, &found.items).await?,
        Caller::Tenant { .. } => BTreeMap::new(),
    };
    let view = |entry: &LedgerEntry| {
        let pre_image =
            entry.step.and_then(|step| pre_images.get(&step)).filter(|pre_image| is_entry_of(entry, pre_image));
        LedgerEntryView::new(
            entry,
            &record.metadata.definition,
            pre_image.map(|pre_image| &pre_image.content),
            &visibility,
        )
    };
    let data = found.items.iter().map(view).collect();
    let next = found.next.map(|next| binding.seal(&next)).transpose()?;
    representation.of(&List::new(data, next, Coverage { as_of: state.now(), complete: true }))
}

/// Returns whether the entry was written together with the pre-image.
fn is_entry_of(entry: &LedgerEntry, pre_image: &PreImage) -> bool {
    entry.kind == EntryKind::Intended && entry.at == pre_image.at
}

/// Reads the pre-images of the steps whose first write is among these entries.
async fn pre_images(
    saga_store: &dyn SagaStore,
    saga: &SagaId,
    entries: &[LedgerEntry],
) -> Result<BTreeMap<usize, PreImage>, ApiProblem> {
    let mut found = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.kind == EntryKind::Intended) {
        let Some((step, state)) = entry.step.and_then(|step| Some((step, entry.steps.get(&step)?))) else { continue };
        if state.has_pre_image && !found.contains_key(&step) {
            let pre_image = saga_store.pre_image(saga, step).await?;
            found.extend(pre_image.map(|pre_image| (step, pre_image)));
        }
    }
    Ok(found)
}
