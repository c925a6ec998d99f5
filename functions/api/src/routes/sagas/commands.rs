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
use crate::extract::{Json as Body, OptionalJson, Path};
use crate::observe::RequestId;
use crate::openapi::{
    AuthResponses, ConflictResponse, InvalidBodyResponse, InvalidParametersResponse, NotFoundResponse,
    ServerErrorResponses,
};
use crate::problem::{ApiProblem, ValidationError};
use crate::text::label_error;
use crate::views::SagaView;
use crate::visibility::Visibility;

/// Why, in the operator's words, if there is something to say.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::routes) struct OptionalReason {
    /// Why; it goes into the ledger.
    #[schema(min_length = 1, max_length = 200, example = "not needed any more")]
    reason: Option<String>,
}

/// Why, in the operator's words.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::routes) struct RequiredReason {
    /// Why; it goes into the ledger.
    #[schema(min_length = 1, max_length = 200, example = "undone by hand")]
    reason: String,
}

/// Which step is taken over, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::routes) struct SkipStepRequest {
    /// The step, as `stuck.step` names it.
    #[schema(example = 0)]
    step: usize,
    /// Why; it goes into the ledger.
    #[schema(min_length = 1, max_length = 200, example = "the customer keeps the record")]
    reason: String,
}

/// Whoever speaks, and about which saga.
struct CommandContext {
    admin: Admin,
    state: AppState,
    request: RequestId,
    saga: SagaPath,
}

impl CommandContext {
    async fn run(self, action: &str, command: OperatorCommand) -> Result<Json<SagaView>, ApiProblem> {
        let Self { admin, state, request, saga: SagaPath(id) } = self;
        let provisioning = state.provisioning()?;
        let values = match &command {
            OperatorCommand::Resume => json!({}),
            OperatorCommand::Cancel { reason }
            | OperatorCommand::Close { reason }
            | OperatorCommand::ApprovalDecision { reason, .. } => {
                json!({ "reason": reason })
            }
            OperatorCommand::Skip { step, reason } => json!({ "step": step, "reason": reason }),
        };
        let saga_store = state.table(&admin).audited(audit(&admin, &state, &request, action, &id, values));
        let provider = provisioning.provider_factory.provider();
        let ports = Ports {
            saga_store: &saga_store,
            provider: provider.as_ref(),
            notifier: provisioning.notifier.as_ref(),
            expectations: provisioning.expectations.as_ref(),
            clock: state.clock(),
            steps: STEPS,
            timing: &provisioning.timing,
        };
        match apply_command(&ports, &id, &command, admin.subject(), &tx(&request)).await? {
            CommandOutcome::Done(record) => {
                tracing::info!(saga = %id, action, "saga operated");
                Ok(Json(SagaView::new(&record, &Visibility::Full)))
            }
            CommandOutcome::Unknown => Err(ApiProblem::not_found()),
            CommandOutcome::Refused(refusal) => Err(ApiProblem::command_refused(&refusal)),
            CommandOutcome::Busy => {
                Err(ApiProblem::conflict("concurrent-change", "The saga keeps changing. Repeat the request."))
            }
        }
    }
}

/// A reason that may be kept.
fn validated_reason(reason: String) -> Result<String, ApiProblem> {
    match label_error(&reason, 200) {
        None => Ok(reason),
        Some(wrong) => {
            let error = ValidationError { pointer: "#/reason".to_owned(), detail: wrong.to_owned() };
            Err(ApiProblem::unprocessable(vec![error]))
        }
    }
}

fn optional_reason(OptionalReason { reason }: OptionalReason) -> Result<String, ApiProblem> {
    reason.map(validated_reason).transpose().map(Option::unwrap_or_default)
}

macro_rules! command {
    ($(#[$doc:meta])* $name:ident, $path:literal, $id:literal, $action:literal, $extractor:ident<$body:ty> as $given:ident => $command:expr) => {
        $(#[$doc])*
        #[utoipa::path(
            post, path = $path, operation_id = $id, tag = "sagas", request_body = $body, security(("id_token" = [])),
            params(("id" = String, Path, description = "The saga's id.")),
            responses(
                (status = 200, description = "It is written; the saga as it is now.", body = SagaView),
                InvalidParametersResponse, AuthResponses, NotFoundResponse, ConflictResponse, InvalidBodyResponse, ServerErrorResponses
            )
        )]
        pub(in crate::routes) async fn $name(
            admin: Admin,
            State(state): State<AppState>,
            Extension(request): Extension<RequestId>,
            Path(saga): Path<SagaPath>,
            $extractor($given): $extractor<$body>,
        ) -> Result<Json<SagaView>, ApiProblem> {
            let command = $command;
            CommandContext { admin, state, request, saga }.run($action, command).await
        }
    };
}

/// Nothing to say.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::routes) struct EmptyBody {}

command!(
    /// Has a saga go no further and undo what it did. One that is undone already, or has ended, is refused. Admins only.
    cancel, "/sagas/{id}/cancel", "cancelSaga", "saga.cancel",
    OptionalJson<OptionalReason> as remark => OperatorCommand::Cancel { reason: optional_reason(remark)? }
);
command!(
    /// Lets a saga go on that is stuck, once what it is stuck at is mended: that is looked at first. Admins only.
    resume, "/sagas/{id}/resume", "resumeSaga", "saga.resume",
    OptionalJson<EmptyBody> as _nothing => OperatorCommand::Resume
);
command!(
    /// Leaves the step that a saga is stuck in undoing as it is: the operator takes it over, and the saga ends closed. Admins only.
    skip, "/sagas/{id}/skip", "skipSagaStep", "saga.skip",
    Body<SkipStepRequest> as skipped => OperatorCommand::Skip { step: skipped.step, reason: validated_reason(skipped.reason)? }
);
command!(
    /// Ends a saga that is stuck as it is: the operator takes it over. Admins only.
    close, "/sagas/{id}/close", "closeSaga", "saga.close",
    Body<RequiredReason> as given => OperatorCommand::Close { reason: validated_reason(given.reason)? }
);
command!(
    /// Lets a saga through the gate that it waits at. Admins only.
    approve, "/sagas/{id}/approve", "approveSaga", "saga.approve",
    OptionalJson<OptionalReason> as remark => OperatorCommand::ApprovalDecision { approved: true, reason: optional_reason(remark)? }
);
command!(
    /// Does not let a saga through the gate that it waits at: it fails and is undone. Admins only.
    deny, "/sagas/{id}/deny", "denySaga", "saga.deny",
    OptionalJson<OptionalReason> as remark => OperatorCommand::ApprovalDecision { approved: false, reason: optional_reason(remark)? }
);
