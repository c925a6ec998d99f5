//! What operators do about sagas. Admins only.

use axum::extract::State;
use axum::{Extension, Json};
use sagas::steps::STEPS;
use sagas::{CommandOutcome, OperatorCommand, Ports, apply_command};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{SagaPath, audit, tx};
use crate::AppState;
use crate::caller::Admin;
use crate::disclosure::Disclosure;
use crate::extract::{Json as Body, OptionalJson, Path};
use crate::observe::RequestId;
use crate::openapi::{BadBody, BadParameters, Conflict, Denials, Failures, NotFound};
use crate::problem::{FieldError, Problem};
use crate::text::wrong_with_label;
use crate::views::SagaView;

/// Why, in the operator's words, if there is something to say.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::routes) struct Remark {
    /// Why; it goes into the ledger.
    #[schema(min_length = 1, max_length = 200, example = "not needed any more")]
    reason: Option<String>,
}

/// Why, in the operator's words.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::routes) struct Reason {
    /// Why; it goes into the ledger.
    #[schema(min_length = 1, max_length = 200, example = "undone by hand")]
    reason: String,
}

/// Which step is taken over, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::routes) struct Skipped {
    /// The step, as `stuck.step` names it.
    #[schema(example = 0)]
    step: usize,
    /// Why; it goes into the ledger.
    #[schema(min_length = 1, max_length = 200, example = "the customer keeps the record")]
    reason: String,
}

/// Whoever speaks, and about which saga.
struct Operator {
    admin: Admin,
    state: AppState,
    request: RequestId,
    saga: SagaPath,
}

impl Operator {
    async fn say(self, action: &str, verb: OperatorCommand) -> Result<Json<SagaView>, Problem> {
        let Self { admin, state, request, saga: SagaPath(id) } = self;
        let provisioning = state.provisioning()?;
        let values = match &verb {
            OperatorCommand::Resume => json!({}),
            OperatorCommand::Cancel { reason }
            | OperatorCommand::Close { reason }
            | OperatorCommand::ApprovalDecision { reason, .. } => {
                json!({ "reason": reason })
            }
            OperatorCommand::Skip { step, reason } => json!({ "step": step, "reason": reason }),
        };
        let saga_store = state.table(&admin).audited(audit(&admin, &state, &request, action, &id, values));
        let provider = provisioning.reach.provider();
        let ports = Ports {
            saga_store: &saga_store,
            provider: provider.as_ref(),
            notifier: provisioning.notifier.as_ref(),
            expectations: provisioning.expectations.as_ref(),
            clock: state.clock(),
            steps: STEPS,
            timing: &provisioning.timing,
        };
        match apply_command(&ports, &id, &verb, admin.subject(), &tx(&request)).await? {
            CommandOutcome::Done(record) => {
                tracing::info!(saga = %id, action, "saga operated");
                Ok(Json(SagaView::new(&record, &Disclosure::Everything)))
            }
            CommandOutcome::Unknown => Err(Problem::not_found()),
            CommandOutcome::Refused(refusal) => Err(Problem::refused(&refusal)),
            CommandOutcome::Busy => {
                Err(Problem::conflict("changed-meanwhile", "The saga keeps changing. Repeat the request."))
            }
        }
    }
}

/// A reason that may be kept.
fn kept(reason: String) -> Result<String, Problem> {
    match wrong_with_label(&reason, 200) {
        None => Ok(reason),
        Some(wrong) => {
            let error = FieldError { pointer: "#/reason".to_owned(), detail: wrong.to_owned() };
            Err(Problem::unprocessable(vec![error]))
        }
    }
}

fn remarked(Remark { reason }: Remark) -> Result<String, Problem> {
    reason.map(kept).transpose().map(Option::unwrap_or_default)
}

macro_rules! verb {
    ($(#[$doc:meta])* $name:ident, $path:literal, $id:literal, $action:literal, $extractor:ident<$body:ty> as $given:ident => $verb:expr) => {
        $(#[$doc])*
        #[utoipa::path(
            post, path = $path, operation_id = $id, tag = "sagas", request_body = $body, security(("id_token" = [])),
            params(("id" = String, Path, description = "The saga's id.")),
            responses(
                (status = 200, description = "It is written; the saga as it is now.", body = SagaView),
                BadParameters, Denials, NotFound, Conflict, BadBody, Failures
            )
        )]
        pub(in crate::routes) async fn $name(
            admin: Admin,
            State(state): State<AppState>,
            Extension(request): Extension<RequestId>,
            Path(saga): Path<SagaPath>,
            $extractor($given): $extractor<$body>,
        ) -> Result<Json<SagaView>, Problem> {
            let verb = $verb;
            Operator { admin, state, request, saga }.say($action, verb).await
        }
    };
}

/// Nothing to say.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::routes) struct Nothing {}

verb!(
    /// Has a saga go no further and undo what it did. One that is undone already, or has ended, is refused. Admins only.
    cancel, "/sagas/{id}/cancel", "cancelSaga", "saga.cancel",
    OptionalJson<Remark> as remark => OperatorCommand::Cancel { reason: remarked(remark)? }
);
verb!(
    /// Lets a saga go on that is stuck, once what it is stuck at is mended: that is looked at first. Admins only.
    resume, "/sagas/{id}/resume", "resumeSaga", "saga.resume",
    OptionalJson<Nothing> as _nothing => OperatorCommand::Resume
);
verb!(
    /// Leaves the step that a saga is stuck in undoing as it is: the operator takes it over, and the saga ends closed. Admins only.
    skip, "/sagas/{id}/skip", "skipSagaStep", "saga.skip",
    Body<Skipped> as skipped => OperatorCommand::Skip { step: skipped.step, reason: kept(skipped.reason)? }
);
verb!(
    /// Ends a saga that is stuck as it is: the operator takes it over. Admins only.
    close, "/sagas/{id}/close", "closeSaga", "saga.close",
    Body<Reason> as given => OperatorCommand::Close { reason: kept(given.reason)? }
);
verb!(
    /// Lets a saga through the gate that it waits at. Admins only.
    approve, "/sagas/{id}/approve", "approveSaga", "saga.approve",
    OptionalJson<Remark> as remark => OperatorCommand::ApprovalDecision { approved: true, reason: remarked(remark)? }
);
verb!(
    /// Does not let a saga through the gate that it waits at: it fails and is undone. Admins only.
    deny, "/sagas/{id}/deny", "denySaga", "saga.deny",
    OptionalJson<Remark> as remark => OperatorCommand::ApprovalDecision { approved: false, reason: remarked(remark)? }
);
