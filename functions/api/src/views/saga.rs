//! The representation of sagas.

use access::Visibility;
use chrono::{DateTime, Utc};
use sagas::record::{SagaRecord, SagaStatus, Stuck, StuckReason};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::SagaStepView;

/// A saga. For tenants, fields that they may not see are null or empty.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Saga)]
pub struct SagaView {
    /// Id of the saga.
    #[schema(example = "0d9f86a2-3c44-4b0e-9d3a-5a4c8f6f9a11")]
    pub id: String,
    /// Type of the saga: the name of a saga template, or `custom`. Admins see the label that the
    /// saga was started with in place of `custom`.
    #[serde(rename = "type")]
    #[schema(example = "snapshot-droplet")]
    pub saga_type: String,
    /// Account in which the saga makes its changes.
    #[schema(example = "main")]
    pub account: String,
    /// Tenant that owned all attributed targets when the saga was started; null if there was none
    /// or more than one.
    #[schema(required, example = "acme")]
    pub tenant_id: Option<String>,
    /// Status of the saga: `pending`, `running`, `waiting`, `unwinding` (compensations run),
    /// `stuck` (an operator must decide), `succeeded`, `rolled_back` (everything is as before) or
    /// `closed` (an operator took over).
    #[schema(value_type = String, pattern = "^(pending|running|waiting|unwinding|stuck|succeeded|rolled_back|closed)$", example = "succeeded")]
    pub status: SagaStatus,
    /// Steps of the saga, in order.
    pub steps: Vec<SagaStepView>,
    /// Outputs of all steps, such as `snapshot_id`. If two steps have an output of the same name,
    /// the value is that of the last one.
    #[schema(value_type = Object, example = json!({ "snapshot_id": "174531842", "snapshot_name": "arcadia-snap-3164444-0d9f86a2" }))]
    pub context: Map<String, Value>,
    /// Reason why the saga failed or was ended; null otherwise.
    #[schema(required)]
    pub error: Option<String>,
    /// Reason why the saga is stuck and what to do; null if it is not stuck.
    #[schema(required)]
    pub stuck: Option<StuckView>,
    /// Cancellation that an operator requested; null if there was none.
    #[schema(required)]
    pub cancel: Option<CancelView>,
    /// Time when the saga was started.
    pub created_at: DateTime<Utc>,
    /// Subject of the token of the admin who started the saga; for admins only.
    #[schema(required)]
    pub created_by: Option<String>,
    /// Time when the first step runs or ran.
    pub start_at: DateTime<Utc>,
    /// Time after which the saga fails if it has not succeeded.
    pub deadline: DateTime<Utc>,
    /// Time when a worker next continues the saga; null if it is stuck or if nothing remains to be
    /// done.
    #[schema(required)]
    pub next_due: Option<DateTime<Utc>>,
    /// Time of the last change.
    pub updated_at: DateTime<Utc>,
    /// Time when the saga ended; null until then.
    #[schema(required)]
    pub finished_at: Option<DateTime<Utc>>,
    /// Number of entries in the ledger.
    #[schema(example = 7)]
    pub rev: u64,
    /// Hash of the definition that the saga was started with.
    #[schema(required)]
    pub definition_hash: Option<String>,
}

/// The reason why a saga is stuck.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Stuck)]
pub struct StuckView {
    /// Category of the reason.
    #[schema(
        value_type = String, example = "needs_decision",
        pattern = "^(crash_loop|needs_decision|undo_refused|unauthorised|unknown_definition)$"
    )]
    pub reason: StuckReason,
    /// Details of the reason; for admins only.
    #[schema(required)]
    pub why: Option<String>,
    /// Instructions for the operator; for admins only.
    #[schema(required)]
    pub runbook: Option<String>,
    /// Index of the step that is stuck.
    #[schema(example = 0)]
    pub step: usize,
    /// Time since when the saga is stuck.
    pub since: DateTime<Utc>,
}

/// An operator's request to cancel a saga.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Cancel)]
pub struct CancelView {
    /// Subject of the operator's token; for admins only.
    #[schema(required)]
    pub by: Option<String>,
    /// Time of the request.
    pub at: DateTime<Utc>,
    /// Reason in the operator's words; for admins only.
    #[schema(required)]
    pub reason: Option<String>,
}

impl SagaView {
    /// Represents the saga, limited to what the caller may see.
    #[must_use]
    pub fn new(record: &SagaRecord, visibility: &Visibility) -> Self {
        let SagaRecord { metadata, state, scheduling } = record;
        let progress = &state.progress;
        let for_admins = |text: &String| visibility.is_full().then(|| text.clone());
        let specs = metadata.definition.steps.iter().zip(&state.steps).enumerate();
        let steps = specs.map(|(index, (spec, step))| SagaStepView::new(index, spec, step, visibility)).collect();
        let visible_steps = state.steps.iter().enumerate().filter(|(index, _)| visibility.covers(*index));
        Self {
            id: metadata.id.to_string(),
            saga_type: visibility.saga_type(&metadata.saga_type).to_owned(),
            account: metadata.account.to_string(),
            tenant_id: metadata.tenant_id.as_ref().map(ToString::to_string),
            status: progress.status,
            steps,
            context: visible_steps.flat_map(|(_, step)| step.outputs.clone()).collect(),
            error: visibility.error(progress.error.as_ref()),
            stuck: progress.stuck.as_ref().map(|stuck| StuckView::new(stuck, visibility)),
            cancel: progress.cancel.as_ref().map(|cancel| CancelView {
                by: for_admins(&cancel.by),
                at: cancel.at,
                reason: for_admins(&cancel.reason),
            }),
            created_at: metadata.created_at,
            created_by: for_admins(&metadata.created_by),
            start_at: metadata.start_at,
            deadline: progress.deadline,
            next_due: scheduling.next_due,
            updated_at: state.updated_at,
            finished_at: progress.finished_at,
            rev: state.rev,
            definition_hash: for_admins(&metadata.def_hash),
        }
    }
}

impl StuckView {
    fn new(stuck: &Stuck, visibility: &Visibility) -> Self {
        let for_admins = |text: &String| visibility.is_full().then(|| text.clone());
        Self {
            reason: stuck.reason,
            why: for_admins(&stuck.why),
            runbook: for_admins(&stuck.runbook),
            step: stuck.step,
            since: stuck.since,
        }
    }
}
