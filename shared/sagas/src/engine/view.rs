//! The input of a decision, apart from the observations.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::calls::{WriteRequest, WriteResult};
use crate::ports::PreImage;
use crate::record::{Actor, SagaRecord, SagaStatus, StepState};
use crate::step::{Step, StepContext, StepKind, Steps};
use crate::timing::Timing;

/// The input of a decision, apart from the observations.
#[derive(Debug)]
pub struct EngineView<'a> {
    /// The saga's current record.
    pub record: &'a SagaRecord,
    /// The pre-image of the current step, if it has one; see [`EngineView::current_step_index`].
    pub pre_image: Option<&'a PreImage>,
    /// The steps that this build has.
    pub steps: &'a Steps,
    /// The durations and limits to apply.
    pub timing: &'a Timing,
    /// The author of the change: a worker or an operator.
    pub actor: Actor,
    /// The result of [`EngineView::knows_definition`]. It is computed once, as it takes a digest.
    pub known: bool,
    /// The time of the decision.
    pub now: DateTime<Utc>,
}

impl EngineView<'_> {
    /// Returns the index of the step that the saga executes, compensates or post-checks.
    #[must_use]
    pub fn current_step_index(record: &SagaRecord) -> usize {
        let progress = &record.state.progress;
        progress.post_check.as_ref().and_then(|post_check| post_check.steps.first()).copied().unwrap_or(progress.cursor)
    }

    /// Returns the state of the current step.
    #[must_use]
    pub fn current_step(&self) -> Option<&StepState> {
        self.record.state.steps.get(Self::current_step_index(self.record))
    }

    /// Returns whether a build can go on with a saga: it has all steps, and the definition is
    /// unchanged since the start.
    #[must_use]
    pub fn knows_definition(steps: &Steps, record: &SagaRecord) -> bool {
        record.metadata.definition.steps.iter().all(|spec| steps.of(spec).is_some())
            && record.metadata.definition.hash() == record.metadata.def_hash
    }

    /// Returns the kind of the current step; `None` if this build does not have it.
    pub(super) fn kind(&self) -> Option<&'static StepKind> {
        self.steps.of(self.record.metadata.definition.steps.get(Self::current_step_index(self.record))?)
    }

    /// Calls `decide` with the current step; `None` if this build does not have it.
    pub(super) fn with_step<R>(&self, decide: impl FnOnce(&dyn Step) -> R) -> Option<R> {
        let kind = self.kind()?;
        let index = Self::current_step_index(self.record);
        let metadata = &self.record.metadata;
        let state = self.record.state.steps.get(index)?;
        let inputs: Map<String, Value> = metadata.definition.inputs(index, &self.record.state.steps);
        let recreated = recreated(&self.record.state.steps, index);
        let at = StepContext {
            saga: &metadata.id,
            account: &metadata.account,
            index,
            ordinal: metadata.definition.ordinal(index),
            inputs: &inputs,
            pre_image: self.pre_image.filter(|pre_image| pre_image.step == index).map(|pre_image| &pre_image.content),
            state,
            earlier: &self.record.state.steps[..index],
            recreated: &recreated,
            timing: self.timing,
            now: self.now,
        };
        Some(decide(&*kind.opened(at)))
    }

    /// Limits a wait to the saga's deadline while the saga goes forward.
    pub(super) fn bounded(&self, until: DateTime<Utc>) -> DateTime<Utc> {
        match self.record.status() {
            SagaStatus::Running | SagaStatus::Waiting => until.min(self.record.state.progress.deadline.max(self.now)),
            _ => until,
        }
    }
}

/// Returns the ids of records that later steps deleted and then recreated: old id to new id.
fn recreated(steps: &[StepState], index: usize) -> BTreeMap<u64, u64> {
    let later = steps.iter().skip(index + 1).flat_map(|step| &step.attempts);
    later
        .filter_map(|attempt| match (&attempt.write, attempt.result()?) {
            (WriteRequest::CreateRecord { instead_of: Some(old), .. }, WriteResult::Record(new)) => {
                Some((*old, new.id))
            }
            _ => None,
        })
        .collect()
}
