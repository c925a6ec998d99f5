//! The representation of saga steps.

use access::Visibility;
use chrono::{DateTime, Utc};
use sagas::record::{ApprovalVerdict, StepSpec, StepState, StepStatus};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A step of a saga.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SagaStep)]
pub struct SagaStepView {
    /// Index of the step; the first is 0.
    #[schema(example = 0)]
    pub index: usize,
    /// Name of the step's type.
    #[schema(example = "create_droplet_snapshot")]
    pub step: String,
    /// Status of the step: `pending`, `running`, `succeeded`, `failed`, `compensated`,
    /// `compensation_failed` (an operator must decide) or `skipped` (an operator took over).
    #[schema(
        value_type = String, example = "succeeded",
        pattern = "^(pending|running|succeeded|failed|compensated|compensation_failed|skipped)$"
    )]
    pub status: StepStatus,
    /// Result as one word, such as `created`, `updated` or `noop`.
    #[schema(required, example = "created")]
    pub outcome: Option<String>,
    /// Reason why the step failed or was skipped.
    #[schema(required)]
    pub error: Option<String>,
    /// Inputs of the step; `{"$ref": "#/steps/0/outputs/..."}` is replaced by an output of an
    /// earlier step.
    #[schema(value_type = Option<Object>, required, example = json!({ "droplet_id": "3164444" }))]
    pub inputs: Option<Map<String, Value>>,
    /// Outputs of the step.
    #[schema(value_type = Option<Object>, required, example = json!({ "snapshot_id": "174531842" }))]
    pub outputs: Option<Map<String, Value>>,
    /// Time when the step began.
    #[schema(required)]
    pub began_at: Option<DateTime<Utc>>,
    /// Decision at an approval gate; null for other steps and until there is one.
    #[schema(required)]
    pub verdict: Option<VerdictView>,
}

/// An operator's decision at an approval gate.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Verdict)]
pub struct VerdictView {
    /// True if the saga may continue.
    pub approved: bool,
    /// Subject of the operator's token.
    pub by: String,
    /// Time of the decision.
    pub at: DateTime<Utc>,
    /// Reason in the operator's words.
    pub reason: String,
}

impl SagaStepView {
    /// Represents the step, limited to what the caller may see.
    #[must_use]
    pub fn new(index: usize, spec: &StepSpec, state: &StepState, visibility: &Visibility) -> Self {
        let is_visible = visibility.covers(index);
        let verdict = state.verdict.clone().filter(|_| visibility.is_full());
        Self {
            index,
            step: spec.step.clone(),
            status: state.status,
            outcome: state.outcome.clone().filter(|_| is_visible),
            error: visibility.error(state.error.as_ref()),
            inputs: is_visible.then(|| spec.inputs.clone()),
            outputs: is_visible.then(|| state.outputs.clone()),
            began_at: state.began_at,
            verdict: verdict.map(Into::into),
        }
    }
}

impl From<ApprovalVerdict> for VerdictView {
    fn from(verdict: ApprovalVerdict) -> Self {
        let ApprovalVerdict { approved, by, at, reason } = verdict;
        Self { approved, by, at, reason }
    }
}
