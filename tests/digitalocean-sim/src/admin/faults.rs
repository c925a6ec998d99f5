//! Admin endpoints that add, list and remove faults.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::reply::{AdminError, AdminResult, read};
use crate::faults::Fault;
use crate::shared::Shared;

pub(super) async fn list(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "faults": shared.state().faults.show() }))
}

pub(super) async fn add(State(shared): State<Arc<Shared>>, body: Bytes) -> AdminResult {
    let fault: Fault = read(&body)?;
    let now = shared.clock.now();
    let mut state = shared.state();
    let state = &mut *state;
    let id = state.faults.set(fault, &state.accounts, now);
    Ok(Json(json!({ "id": id })))
}

pub(super) async fn clear(State(shared): State<Arc<Shared>>) -> Json<Value> {
    shared.state().faults.clear();
    Json(json!({ "faults": [] }))
}

pub(super) async fn show(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> AdminResult {
    let shown = shared.state().faults.show();
    shown.into_iter().find(|fault| fault["id"] == id).map(Json).ok_or_else(|| missing(&id))
}

pub(super) async fn remove(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> AdminResult {
    if shared.state().faults.remove(&id) { Ok(Json(json!({ "removed": id }))) } else { Err(missing(&id)) }
}

fn missing(id: &str) -> AdminError {
    AdminError::not_found(format!("there is no fault `{id}`"))
}
