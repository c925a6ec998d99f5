//! Steps of sagas.

use chrono::{DateTime, Utc};
use sagas::record::{ApprovalVerdict, StepSpec, StepState, StepStatus};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::visibility::Visibility;

/// A step of a saga.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SagaStep)]
pub struct SagaStepView {
    /// Which of the saga's steps: 0 for the first.
    #[schema(example = 0)]
    pub index: usize,
    /// What it does.
    #[schema(example = "create_droplet_snapshot")]
    pub step: String,
    /// `pending`, `running`, `succeeded`, `failed`, `compensated` (undone), `compensation_failed` (undoing it needs people) or `skipped`
    /// (an operator took it over).
    #[schema(
        value_type = String, example = "succeeded",
        pattern = "^(pending|running|succeeded|failed|compensated|compensation_failed|skipped)$"
    )]
    pub status: StepStatus,
    /// How it succeeded, in a word such as `created`, `updated` or `noop`.
    #[schema(required, example = "created")]
    pub outcome: Option<String>,
    /// Why it failed, or was skipped.
    #[schema(required)]
    pub error: Option<String>,
    /// Its inputs; `{"$ref": "#/steps/0/outputs/..."}` stands for what an earlier step gives.
    #[schema(value_type = Option<Object>, required, example = json!({ "droplet_id": "3164444" }))]
    pub inputs: Option<Map<String, Value>>,
    /// What it gave.
    #[schema(value_type = Option<Object>, required, example = json!({ "snapshot_id": "174531842" }))]
    pub outputs: Option<Map<String, Value>>,
    /// When it began.
    #[schema(required)]
    pub began_at: Option<DateTime<Utc>>,
    /// What was said at a gate.
    #[schema(required)]
    pub verdict: Option<VerdictView>,
}

/// What somebody said at a gate.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Verdict)]
pub struct VerdictView {
    /// Whether it may go on.
    pub approved: bool,
    /// Who said so: the subject of their token.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why, in their words.
    pub reason: String,
}

impl SagaStepView {
    /// A step as it is now, as far as the caller is told of it.
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
