//! Admin endpoints for health, latency and the clock.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::reply::{AdminResult, read};
use crate::shared::Shared;

pub(super) async fn health(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "status": "ok", "accounts": shared.state().accounts.keys().collect::<Vec<_>>() }))
}

pub(super) async fn latency(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!(shared.state().latency))
}

pub(super) async fn set_latency(State(shared): State<Arc<Shared>>, body: Bytes) -> AdminResult {
    let latency = read(&body)?;
    let shown = json!(latency);
    shared.state().latency = latency;
    Ok(Json(shown))
}

pub(super) async fn clock(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "now": shared.clock.now() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: u64,
}

pub(super) async fn advance(State(shared): State<Arc<Shared>>, body: Bytes) -> AdminResult {
    let Advance { advance_seconds } = read(&body)?;
    shared.clock.advance(Duration::from_secs(advance_seconds));
    Ok(Json(json!({ "now": shared.clock.now() })))
}
