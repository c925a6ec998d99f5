//! Provisioning sagas: admins start and operate them, tenants read their own.

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
use crate::caller::Admin;
use crate::observe::RequestId;
use crate::parameters::{FromParameters, Parameters};

/// A saga in a path.
#[derive(Debug)]
pub(super) struct SagaPath(SagaId);

impl FromParameters for SagaPath {
    fn read(parameters: &mut Parameters) -> Option<Self> {
        parameters.required("id", "a saga's id, a UUID", |text| text.parse().ok()).map(Self)
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

/// Names this request and no other's, even where a request id is used again.
fn tx(request: &RequestId) -> String {
    format!("{}#{}", request.0, uuid::Uuid::new_v4())
}
