//! What a decision is made from, besides what was seen.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::ports::{PreImage, WriteRequest, WriteResult};
use crate::record::{Actor, SagaRecord, SagaStatus, StepState};
use crate::steps::{Step, StepContext, Steps};
use crate::timing::Timing;

/// What a decision is made from, besides what was seen.
#[derive(Debug)]
pub struct EngineView<'a> {
    /// The saga.
    pub record: &'a SagaRecord,
    /// The pre-image of the step at work, if it has one: see [`EngineView::current_step_index`].
    pub pre_image: Option<&'a PreImage>,
    /// The steps of this build.
    pub steps: &'a Steps,
    /// How long things take.
    pub timing: &'a Timing,
    /// Who decides.
    pub actor: Actor,
    /// [`EngineView::knows_definition`]: asked once, as it takes a digest.
    pub known: bool,
    /// The time now.
    pub now: DateTime<Utc>,
}

impl EngineView<'_> {
    /// The step that a saga is at, forward, back, or in a look after its end.
    #[must_use]
    pub fn current_step_index(record: &SagaRecord) -> usize {
        let progress = &record.state.progress;
        progress.post_check.as_ref().and_then(|post_check| post_check.steps.first()).copied().unwrap_or(progress.cursor)
    }

    /// That step's state.
    #[must_use]
    pub fn current_step(&self) -> Option<&StepState> {
        self.record.state.steps.get(Self::current_step_index(self.record))
    }

    /// Whether a build can go on with a saga, and the definition is the one that it was started with.
    #[must_use]
    pub fn knows_definition(steps: &Steps, record: &SagaRecord) -> bool {
        record.metadata.definition.is_known(steps) && record.metadata.definition.hash() == record.metadata.def_hash
    }

    /// The step at work and where it stands, for as long as `decide` takes.
    pub(super) fn with_step<R>(&self, decide: impl FnOnce(&'static dyn Step, &StepContext<'_>) -> R) -> Option<R> {
        let index = Self::current_step_index(self.record);
        let metadata = &self.record.metadata;
        let step = self.steps.of(metadata.definition.steps.get(index)?)?;
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
        Some(decide(step, &at))
    }

    /// Whether the saga goes forward: a step that waits does not wait longer than its deadline then.
    pub(super) fn bounded(&self, until: DateTime<Utc>) -> DateTime<Utc> {
        match self.record.status() {
            SagaStatus::Running | SagaStatus::Waiting => until.min(self.record.state.progress.deadline.max(self.now)),
            _ => until,
        }
    }
}

/// What the steps after one deleted and made again.
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
