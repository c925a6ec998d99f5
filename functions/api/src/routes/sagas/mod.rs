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
use serde_json::Value;
use store::AuditEntry;

use crate::AppState;
use crate::http::caller::Admin;
use crate::http::observe::RequestId;
use crate::http::parameters::{FromParameters, Parameters};

/// The id of a saga, from the path.
#[derive(Debug)]
pub(super) struct SagaPath(SagaId);

impl FromParameters for SagaPath {
    fn read(parameters: &mut Parameters) -> Option<Self> {
        parameters.required("id", "the UUID of a saga", |text| text.parse().ok()).map(Self)
    }
}

fn audit(
    admin: &Admin,
    state: &AppState,
    request: &RequestId,
    action: &str,
    saga: &SagaId,
    values: Value,
) -> AuditEntry {
    AuditEntry {
        id: request.0.clone(),
        at: state.now(),
        actor: admin.subject().to_owned(),
        action: action.to_owned(),
        target: saga.to_string(),
        values,
    }
}

/// Builds an id that is unique even if API Gateway uses a request id again.
fn tx(request: &RequestId) -> String {
    format!("{}#{}", request.0, uuid::Uuid::new_v4())
}
