//! What a decision is made from, besides what was seen.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::record::{Actor, Head, SagaStatus, StepState};
use crate::rim::{Made, PreImage, Write};
use crate::steps::{At, Step, Steps};
use crate::timing::Timing;

/// What a decision is made from, besides what was seen.
#[derive(Debug)]
pub struct View<'a> {
    /// The saga.
    pub head: &'a Head,
    /// The pre-image of the step at work, if it has one: see [`View::step_at_work`].
    pub pre: Option<&'a PreImage>,
    /// The steps of this build.
    pub steps: &'a Steps,
    /// How long things take.
    pub timing: &'a Timing,
    /// Who decides.
    pub actor: Actor,
    /// [`View::knows`]: asked once, as it takes a digest.
    pub known: bool,
    /// The time now.
    pub now: DateTime<Utc>,
}

impl View<'_> {
    /// The step that a saga is at, forward, back, or in a look after its end.
    #[must_use]
    pub fn step_at_work(head: &Head) -> usize {
        let core = &head.state.core;
        core.late.as_ref().and_then(|late| late.steps.first()).copied().unwrap_or(core.cursor)
    }

    /// That step's state.
    #[must_use]
    pub fn at_work(&self) -> Option<&StepState> {
        self.head.state.steps.get(Self::step_at_work(self.head))
    }

    /// Whether a build can go on with a saga, and the definition is the one that it was started with.
    #[must_use]
    pub fn knows(steps: &Steps, head: &Head) -> bool {
        head.about.definition.is_known(steps) && head.about.definition.hash() == head.about.def_hash
    }

    /// The step at work and where it stands, for as long as `decide` takes.
    pub(super) fn with_step<R>(&self, decide: impl FnOnce(&'static dyn Step, &At<'_>) -> R) -> Option<R> {
        let index = Self::step_at_work(self.head);
        let about = &self.head.about;
        let step = self.steps.of(about.definition.steps.get(index)?)?;
        let state = self.head.state.steps.get(index)?;
        let inputs: Map<String, Value> = about.definition.inputs(index, &self.head.state.steps);
        let made_again = made_again(&self.head.state.steps, index);
        let at = At {
            saga: &about.id,
            account: &about.account,
            index,
            ordinal: about.definition.ordinal(index),
            inputs: &inputs,
            stash: self.pre.filter(|pre| pre.step == index).map(|pre| &pre.stash),
            state,
            earlier: &self.head.state.steps[..index],
            made_again: &made_again,
            timing: self.timing,
            now: self.now,
        };
        Some(decide(step, &at))
    }

    /// Whether the saga goes forward: a step that waits does not wait longer than its deadline then.
    pub(super) fn bounded(&self, until: DateTime<Utc>) -> DateTime<Utc> {
        match self.head.status() {
            SagaStatus::Running | SagaStatus::Waiting => until.min(self.head.state.core.deadline.max(self.now)),
            _ => until,
        }
    }
}

/// What the steps after one deleted and made again.
fn made_again(steps: &[StepState], index: usize) -> BTreeMap<u64, u64> {
    let later = steps.iter().skip(index + 1).flat_map(|step| &step.tries);
    later
        .filter_map(|tried| match (&tried.write, tried.made()?) {
            (Write::CreateRecord { instead_of: Some(old), .. }, Made::Record(new)) => Some((*old, new.id)),
            _ => None,
        })
        .collect()
}
