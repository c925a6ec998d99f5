//! The routes of sagas: admins start and operate them, tenants read their own.

mod accounts;
pub(super) mod commands;
mod idempotency;
pub(super) mod ledger;
pub(super) mod list;
pub(super) mod plan;
mod request;
pub(super) mod start;
pub(super) mod templates;

use sagas::record::SagaId;
use serde::{Deserialize, Deserializer};
use utoipa::IntoParams;

use crate::http::observe::RequestId;
use crate::http::parameters::parsed;

/// The saga that a path names.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct SagaPath {
    /// Id of the saga.
    #[serde(deserialize_with = "saga_id")]
    #[param(value_type = String)]
    id: SagaId,
}

fn saga_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SagaId, D::Error> {
    parsed(deserializer, "the UUID of a saga", |text| text.parse().ok())
}

/// Builds an id that is unique even if API Gateway uses a request id again.
fn tx(request: &RequestId) -> String {
    format!("{}#{}", request.0, uuid::Uuid::new_v4())
}
