//! The health check of the function.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{AppState, VERSION};

/// The state of the function.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Health {
    /// Always the text `ok`.
    #[schema(example = "ok")]
    status: &'static str,
    /// Version of the running build.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// Name of the deployment.
    #[schema(example = "dev")]
    stage: String,
}

/// Reports that the function runs.
///
/// The operation needs no token and reads nothing.
#[utoipa::path(get, path = "/health", operation_id = "getHealth", tag = "service", responses((status = 200, description = "The function runs.", body = Health)))]
pub(super) async fn health(State(state): State<AppState>) -> Json<Health> {
    Json(Health { status: "ok", version: VERSION, stage: state.config().deployment.stage.clone() })
}
