//! Operators' commands for sagas. Admins only.

use access::Visibility;
use axum::extract::State;
use axum::{Extension, Json};
use sagas::steps::STEPS;
use sagas::{CommandOutcome, OperatorCommand, Ports, apply_command};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{SagaPath, tx};
use crate::AppState;
use crate::http::caller::Admin;
use crate::http::extract::{Json as Body, OptionalJson, Path};
use crate::http::observe::RequestId;
use crate::http::problem::{ApiProblem, FieldErrors};
use crate::http::responses::ChangeResponses;
use crate::http::text::label_error;
use crate::views::SagaView;

/// An optional reason for a command.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::routes) struct OptionalReason {
    /// Reason in the operator's words, which is recorded in the ledger.
    #[schema(min_length = 1, max_length = 200, example = "not needed any more")]
    reason: Option<String>,
}

/// A required reason for a command.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::routes) struct RequiredReason {
    /// Reason in the operator's words, which is recorded in the ledger.
    #[schema(min_length = 1, max_length = 200, example = "rolled back by hand")]
    reason: String,
}

/// The step to skip and the reason.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::routes) struct SkipStepRequest {
    /// Index of the step, as in `stuck.step`.
    #[schema(example = 0)]
    step: usize,
    /// Reason in the operator's words, which is recorded in the ledger.
    #[schema(min_length = 1, max_length = 200, example = "the customer keeps the record")]
    reason: String,
}

/// The parts of a request that every command needs.
struct CommandContext {
    admin: Admin,
    state: AppState,
    request: RequestId,
    saga: SagaPath,
}

impl CommandContext {
    async fn run(self, action: &str, command: OperatorCommand) -> Result<Json<SagaView>, ApiProblem> {
        let Self { admin, state, request, saga: SagaPath { id } } = self;
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
        let saga_store = state.table(&admin).audited(&state.audit(&admin, &request, action, id.to_string(), values))?;
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
                tracing::info!(saga = %id, action, "operator command applied");
                Ok(Json(SagaView::new(&record, &Visibility::Full)))
            }
            CommandOutcome::Unknown => Err(ApiProblem::not_found()),
            CommandOutcome::Refused(refusal) => Err(ApiProblem::command_refused(&refusal)),
            CommandOutcome::Busy => Err(ApiProblem::conflict(
                "concurrent-change",
                "Other requests keep changing the saga. Repeat the request.",
            )),
        }
    }
}

/// Checks that a reason is short enough and contains no token.
fn validated_reason(reason: String) -> Result<String, ApiProblem> {
    let mut errors = FieldErrors::default();
    errors.add("#/reason", label_error(&reason, 200));
    errors.finish(Some(reason))
}

fn optional_reason(OptionalReason { reason }: OptionalReason) -> Result<String, ApiProblem> {
    reason.map(validated_reason).transpose().map(Option::unwrap_or_default)
}

macro_rules! command {
    ($(#[$doc:meta])* $name:ident, $path:literal, $id:literal, $action:literal, $extractor:ident<$body:ty> as $given:ident => $command:expr) => {
        $(#[$doc])*
        #[utoipa::path(
            post, path = $path, operation_id = $id, tag = "sagas", request_body = $body, security(("id_token" = [])),
            params(SagaPath),
            responses(
                (status = 200, description = "The command is recorded; the saga after the command.", body = SagaView),
                ChangeResponses
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

/// A body without any fields.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::routes) struct EmptyBody {}

command!(
    /// Cancels a saga: no further steps run, and completed steps are compensated.
    ///
    /// A saga that is already rolling back or that has ended is refused. Only platform admins may
    /// call this operation.
    cancel, "/sagas/{id}/cancel", "cancelSaga", "saga.cancel",
    OptionalJson<OptionalReason> as body => OperatorCommand::Cancel { reason: optional_reason(body)? }
);
command!(
    /// Resumes a stuck saga once the cause is resolved.
    ///
    /// The operation first verifies that the cause is resolved, and refuses with 409 otherwise.
    /// Only platform admins may call this operation.
    resume, "/sagas/{id}/resume", "resumeSaga", "saga.resume",
    OptionalJson<EmptyBody> as _body => OperatorCommand::Resume
);
command!(
    /// Skips the compensation that a saga is stuck in.
    ///
    /// The operator takes over the cleanup of this step, and the saga ends as `closed`. Only
    /// platform admins may call this operation.
    skip, "/sagas/{id}/skip", "skipSagaStep", "saga.skip",
    Body<SkipStepRequest> as skipped => OperatorCommand::Skip { step: skipped.step, reason: validated_reason(skipped.reason)? }
);
command!(
    /// Closes a stuck saga without further changes.
    ///
    /// The operator takes over everything that remains. Only platform admins may call this
    /// operation.
    close, "/sagas/{id}/close", "closeSaga", "saga.close",
    Body<RequiredReason> as given => OperatorCommand::Close { reason: validated_reason(given.reason)? }
);
command!(
    /// Approves the gate that a saga is waiting at, so that the saga continues.
    ///
    /// Only platform admins may call this operation.
    approve, "/sagas/{id}/approve", "approveSaga", "saga.approve",
    OptionalJson<OptionalReason> as body => OperatorCommand::ApprovalDecision { approved: true, reason: optional_reason(body)? }
);
command!(
    /// Denies the gate that a saga is waiting at: the saga fails and is rolled back.
    ///
    /// Only platform admins may call this operation.
    deny, "/sagas/{id}/deny", "denySaga", "saga.deny",
    OptionalJson<OptionalReason> as body => OperatorCommand::ApprovalDecision { approved: false, reason: optional_reason(body)? }
);
