//! Sagas.

use chrono::{DateTime, Utc};
use sagas::record::{SagaRecord, SagaStatus, Stuck, StuckReason};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::SagaStepView;
use crate::visibility::Visibility;

/// A saga. A tenant is told less of it; what it is not told is null or empty.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Saga)]
pub struct SagaView {
    /// Its id.
    #[schema(example = "0d9f86a2-3c44-4b0e-9d3a-5a4c8f6f9a11")]
    pub id: String,
    /// What sort of saga: a ready-made definition's name, or `custom`; to admins also what its starter called it.
    #[serde(rename = "type")]
    #[schema(example = "snapshot-droplet")]
    pub saga_type: String,
    /// The account it works in.
    #[schema(example = "main")]
    pub account: String,
    /// Whose it is: the tenant that what it works on belonged to when it was started; null where that was no one tenant's.
    #[schema(required, example = "acme")]
    pub tenant_id: Option<String>,
    /// `pending`, `running`, `waiting`, `unwinding` (its steps are undone), `stuck` (only people can decide), `succeeded`, `rolled_back`
    /// (all is as before) or `closed` (an operator took it over).
    #[schema(value_type = String, pattern = "^(pending|running|waiting|unwinding|stuck|succeeded|rolled_back|closed)$", example = "succeeded")]
    pub status: SagaStatus,
    /// Its steps, in order.
    pub steps: Vec<SagaStepView>,
    /// What its steps gave, such as `snapshot_id`; of two steps that gave the same, the later one's.
    #[schema(value_type = Object, example = json!({ "snapshot_id": "174531842", "snapshot_name": "arcadia-snap-3164444-0d9f86a2" }))]
    pub context: Map<String, Value>,
    /// Why it failed or was ended.
    #[schema(required)]
    pub error: Option<String>,
    /// Why it is stuck and what to do; null while it is not.
    #[schema(required)]
    pub stuck: Option<StuckView>,
    /// That somebody asked for its end.
    #[schema(required)]
    pub cancel: Option<CancelView>,
    /// When it was started.
    pub created_at: DateTime<Utc>,
    /// Who started it: the subject of their token.
    #[schema(required)]
    pub created_by: Option<String>,
    /// When it begins or began.
    pub start_at: DateTime<Utc>,
    /// When it fails if it has not succeeded by then.
    pub deadline: DateTime<Utc>,
    /// When it is looked at next; null while it is stuck, and once nothing is left to do.
    #[schema(required)]
    pub next_due: Option<DateTime<Utc>>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When it ended; null until then.
    #[schema(required)]
    pub finished_at: Option<DateTime<Utc>>,
    /// How many entries its ledger has.
    #[schema(example = 7)]
    pub rev: u64,
    /// Names the definition that it was started with.
    #[schema(required)]
    pub definition_hash: Option<String>,
}

/// Why a saga is stuck.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Stuck)]
pub struct StuckView {
    /// What sort of reason.
    #[schema(
        value_type = String, example = "needs_decision",
        pattern = "^(crash_loop|needs_decision|undo_refused|unauthorised|unknown_definition)$"
    )]
    pub reason: StuckReason,
    /// What it is about.
    #[schema(required)]
    pub why: Option<String>,
    /// What to do.
    #[schema(required)]
    pub runbook: Option<String>,
    /// The step it is stuck at.
    #[schema(example = 0)]
    pub step: usize,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// That somebody asked for a saga's end.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Cancel)]
pub struct CancelView {
    /// Who: the subject of their token.
    #[schema(required)]
    pub by: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// Why, in their words.
    #[schema(required)]
    pub reason: Option<String>,
}

impl SagaView {
    /// The saga as it is now, as far as the caller is told of it.
    #[must_use]
    pub fn new(record: &SagaRecord, visibility: &Visibility) -> Self {
        let SagaRecord { metadata, state, scheduling } = record;
        let progress = &state.progress;
        let admins = |text: &String| visibility.is_full().then(|| text.clone());
        let specs = metadata.definition.steps.iter().zip(&state.steps).enumerate();
        let steps = specs.map(|(index, (spec, step))| SagaStepView::new(index, spec, step, visibility)).collect();
        let told = state.steps.iter().enumerate().filter(|(index, _)| visibility.covers(*index));
        Self {
            id: metadata.id.to_string(),
            saga_type: visibility.saga_type(&metadata.saga_type).to_owned(),
            account: metadata.account.to_string(),
            tenant_id: metadata.tenant_id.as_ref().map(ToString::to_string),
            status: progress.status,
            steps,
            context: told.flat_map(|(_, step)| step.outputs.clone()).collect(),
            error: visibility.error(progress.error.as_ref()),
            stuck: progress.stuck.as_ref().map(|stuck| StuckView::new(stuck, visibility)),
            cancel: progress.cancel.as_ref().map(|cancel| CancelView {
                by: admins(&cancel.by),
                at: cancel.at,
                reason: admins(&cancel.reason),
            }),
            created_at: metadata.created_at,
            created_by: admins(&metadata.created_by),
            start_at: metadata.start_at,
            deadline: progress.deadline,
            next_due: scheduling.next_due,
            updated_at: state.updated_at,
            finished_at: progress.finished_at,
            rev: state.rev,
            definition_hash: admins(&metadata.def_hash),
        }
    }
}

impl StuckView {
    fn new(stuck: &Stuck, visibility: &Visibility) -> Self {
        let admins = |text: &String| visibility.is_full().then(|| text.clone());
        Self {
            reason: stuck.reason,
            why: admins(&stuck.why),
            runbook: admins(&stuck.runbook),
            step: stuck.step,
            since: stuck.since,
        }
    }
}
