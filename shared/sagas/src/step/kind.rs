//! The interface of a step: [`StepKind`] with its types, and [`Step`] without them.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::marker::PhantomData;

use chrono::{DateTime, TimeDelta, Utc};
use domain::AccountId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{InputFields, Preview, Prices, Recovered, StepDecision};
use crate::ports::{Observations, ReadRequest};
use crate::record::{Intent, LockTarget, SagaId, StepSpec, StepState};
use crate::timing::Timing;

/// The context in which a step decides.
#[derive(Debug)]
pub struct StepContext<'a, I = Map<String, Value>, S = Value> {
    /// The id of the saga.
    pub saga: &'a SagaId,
    /// The account in which the saga works.
    pub account: &'a AccountId,
    /// The index of the step in the saga.
    pub index: usize,
    /// The number of steps of the same kind before it.
    pub ordinal: usize,
    /// The step's inputs, with references resolved.
    pub inputs: &'a I,
    /// The state that the step found before it changed anything; `None` until the first intent is
    /// stored.
    pub pre_image: Option<&'a S>,
    /// The step's own state.
    pub state: &'a StepState,
    /// The states of the steps before it.
    pub earlier: &'a [StepState],
    /// The records that later steps deleted and recreated in their compensation: old id to new id.
    pub recreated: &'a BTreeMap<u64, u64>,
    /// The durations and limits of the engine.
    pub timing: &'a Timing,
    /// The time of the decision.
    pub now: DateTime<Utc>,
}

/// A kind of step. All functions are pure; they have no state but what [`StepContext`] holds.
pub trait StepKind: Sync + 'static {
    /// The typed inputs of the step.
    type Inputs: Debug;
    /// The part of the state before the first write that the step keeps.
    type PreImage: Debug + Serialize + DeserializeOwned;
    /// The step's name in the API.
    const NAME: &'static str;
    /// The step's version. It is raised when sagas in progress could not go on with the new code.
    const VERSION: u32 = 1;
    /// The names of the step's inputs.
    const INPUTS: &'static [&'static str];
    /// The names of the step's outputs.
    const OUTPUTS: &'static [&'static str] = &[];
    /// True if the step waits for an approval.
    const NEEDS_APPROVAL: bool = false;
    /// The number of post-check rounds after the saga's end if a write of the step may arrive late:
    /// 0 to 2.
    const POST_CHECKS: usize = 0;
    /// True if a post-check has to hold the saga's locks, as what it would remove could by then
    /// belong to another saga. If another saga had one of the locks since, it changes nothing. Not
    /// needed where the step's objects have the saga's own name.
    const POST_CHECK_LOCKS: bool = true;

    /// Returns the typed inputs. Returns `None` with at least one error in `fields`, or without one
    /// if an input refers to an output that is not known yet.
    fn inputs(fields: &mut InputFields<'_>) -> Option<Self::Inputs>;

    /// Returns the targets that the step changes; none by default. They depend on inputs that must
    /// not be references.
    fn locks(_account: &AccountId, _fields: &mut InputFields<'_>) -> Vec<LockTarget> {
        Vec::new()
    }

    /// Returns the time that the step may take; zero by default.
    fn time_budget(_fields: &mut InputFields<'_>) -> TimeDelta {
        TimeDelta::zero()
    }

    /// Returns the reads that every decision of the step needs; none by default.
    fn reads(_at: &StepContext<'_, Self::Inputs, Self::PreImage>) -> Vec<ReadRequest> {
        Vec::new()
    }

    /// Returns the part of the observations to keep as the pre-image when the first write is
    /// decided; none by default.
    fn pre_image(_at: &StepContext<'_, Self::Inputs, Self::PreImage>, _seen: &Observations) -> Option<Self::PreImage> {
        None
    }

    /// Returns the reads that a plan needs; the same as `reads` by default.
    fn plan_reads(at: &StepContext<'_, Self::Inputs, Self::PreImage>) -> Vec<ReadRequest> {
        Self::reads(at)
    }

    /// Returns the changes that the step would make.
    fn preview(at: &StepContext<'_, Self::Inputs, Self::PreImage>, seen: &Observations, prices: &Prices) -> Preview;

    /// Decides what the step does next.
    fn forward(at: &StepContext<'_, Self::Inputs, Self::PreImage>, seen: &Observations) -> StepDecision;

    /// Determines the outcome of a write whose response is not known. Every step that writes
    /// implements it.
    fn recover(
        _at: &StepContext<'_, Self::Inputs, Self::PreImage>,
        _intent: &Intent,
        _seen: &Observations,
    ) -> Recovered {
        Recovered::Unseen
    }

    /// Decides what the compensation of the step does next. Every step that writes implements it.
    fn undo(_at: &StepContext<'_, Self::Inputs, Self::PreImage>, _seen: &Observations) -> StepDecision {
        StepDecision::done("nothing")
    }

    /// Decides what to do about a write that arrived after the saga's end; `succeeded` tells how
    /// the saga ended.
    fn post_check(
        _at: &StepContext<'_, Self::Inputs, Self::PreImage>,
        _seen: &Observations,
        _succeeded: bool,
    ) -> StepDecision {
        StepDecision::done("nothing")
    }

    /// Returns whether a write of the step may arrive after the saga's end.
    fn needs_post_check(state: &StepState) -> bool {
        state.attempts.iter().any(crate::record::WriteAttempt::is_lost)
    }
}

/// A [`StepKind`] without its types, so that steps of all kinds fit in one list.
pub trait Step: Sync {
    /// Returns the step's name, [`StepKind::NAME`].
    fn name(&self) -> &'static str;
    /// Returns the step's version, [`StepKind::VERSION`].
    fn version(&self) -> u32;
    /// Returns the names of the inputs, [`StepKind::INPUTS`].
    fn input_names(&self) -> &'static [&'static str];
    /// Returns the names of the outputs, [`StepKind::OUTPUTS`].
    fn output_names(&self) -> &'static [&'static str];
    /// Returns [`StepKind::NEEDS_APPROVAL`]: true for approval gates.
    fn needs_approval(&self) -> bool;
    /// Returns the number of rounds, [`StepKind::POST_CHECKS`].
    fn post_checks(&self) -> usize;
    /// Returns [`StepKind::POST_CHECK_LOCKS`]: whether post-checks take the locks.
    fn post_check_locks(&self) -> bool;
    /// Validates inputs and adds errors to `fields`. Returns the lock targets and the time budget.
    fn check(&self, account: &AccountId, fields: &mut InputFields<'_>) -> (Vec<LockTarget>, TimeDelta);
    /// Calls [`StepKind::reads`]; no reads if the inputs are invalid.
    fn reads(&self, at: &StepContext<'_>) -> Vec<ReadRequest>;
    /// Calls [`StepKind::pre_image`] and returns the result as JSON.
    fn pre_image(&self, at: &StepContext<'_>, seen: &Observations) -> Value;
    /// Calls [`StepKind::plan_reads`]; no reads if the inputs are invalid.
    fn plan_reads(&self, at: &StepContext<'_>) -> Vec<ReadRequest>;
    /// Calls [`StepKind::preview`]; `None` while an input refers to an output that is not known
    /// yet.
    fn preview(&self, at: &StepContext<'_>, seen: &Observations, prices: &Prices) -> Option<Preview>;
    /// Calls [`StepKind::forward`]; fails if the inputs are invalid.
    fn forward(&self, at: &StepContext<'_>, seen: &Observations) -> StepDecision;
    /// Calls [`StepKind::recover`]; still under way if the inputs are invalid.
    fn recover(&self, at: &StepContext<'_>, intent: &Intent, seen: &Observations) -> Recovered;
    /// Calls [`StepKind::undo`]; a conflict if the inputs are invalid.
    fn undo(&self, at: &StepContext<'_>, seen: &Observations) -> StepDecision;
    /// Calls [`StepKind::post_check`]; a conflict if the inputs are invalid.
    fn post_check(&self, at: &StepContext<'_>, seen: &Observations, succeeded: bool) -> StepDecision;
    /// Calls [`StepKind::needs_post_check`] on the state.
    fn needs_post_check(&self, state: &StepState) -> bool;
}

/// The bridge from a [`StepKind`] to [`Step`]: it holds types, and no value of `K` exists.
pub struct Typed<K>(PhantomData<K>);

impl<K> Typed<K> {
    /// The step as a constant for the list.
    pub const STEP: Self = Self(PhantomData);
}

/// Calls `decide` with the step's typed context.
///
/// # Errors
/// When the inputs or the pre-image cannot be read.
fn typed<K: StepKind, R>(
    at: &StepContext<'_>,
    decide: impl FnOnce(&StepContext<'_, K::Inputs, K::PreImage>) -> R,
) -> Result<R, String> {
    let mut fields = InputFields::of(at.inputs);
    let Some(inputs) = K::inputs(&mut fields) else {
        let errors: Vec<String> = fields.errors().iter().map(|(name, detail)| format!("{name}: {detail}")).collect();
        return Err(format!("the inputs cannot be used ({})", errors.join("; ")));
    };
    let pre_image: Option<K::PreImage> = match at.pre_image.filter(|pre_image| !pre_image.is_null()) {
        Some(pre_image) => {
            Some(K::PreImage::deserialize(pre_image).map_err(|e| format!("the pre-image cannot be read: {e}"))?)
        }
        None => None,
    };
    let StepContext { saga, account, index, ordinal, state, earlier, recreated, timing, now, .. } = *at;
    Ok(decide(&StepContext {
        saga,
        account,
        index,
        ordinal,
        inputs: &inputs,
        pre_image: pre_image.as_ref(),
        state,
        earlier,
        recreated,
        timing,
        now,
    }))
}

impl<K: StepKind> Step for Typed<K> {
    fn name(&self) -> &'static str {
        K::NAME
    }

    fn version(&self) -> u32 {
        K::VERSION
    }

    fn input_names(&self) -> &'static [&'static str] {
        K::INPUTS
    }

    fn output_names(&self) -> &'static [&'static str] {
        K::OUTPUTS
    }

    fn needs_approval(&self) -> bool {
        K::NEEDS_APPROVAL
    }

    fn post_checks(&self) -> usize {
        K::POST_CHECKS
    }

    fn post_check_locks(&self) -> bool {
        K::POST_CHECK_LOCKS
    }

    fn check(&self, account: &AccountId, fields: &mut InputFields<'_>) -> (Vec<LockTarget>, TimeDelta) {
        let locks = K::locks(account, fields);
        let time_budget = K::time_budget(fields);
        K::inputs(fields);
        fields.refuse_others(K::INPUTS);
        (locks, time_budget)
    }

    fn reads(&self, at: &StepContext<'_>) -> Vec<ReadRequest> {
        typed::<K, _>(at, K::reads).unwrap_or_default()
    }

    fn pre_image(&self, at: &StepContext<'_>, seen: &Observations) -> Value {
        // A pre-image is plain data with text keys, so it can always be written as JSON.
        typed::<K, _>(at, |at| serde_json::to_value(K::pre_image(at, seen)).unwrap_or_default()).unwrap_or_default()
    }

    fn plan_reads(&self, at: &StepContext<'_>) -> Vec<ReadRequest> {
        typed::<K, _>(at, K::plan_reads).unwrap_or_default()
    }

    fn preview(&self, at: &StepContext<'_>, seen: &Observations, prices: &Prices) -> Option<Preview> {
        typed::<K, _>(at, |at| K::preview(at, seen, prices)).ok()
    }

    fn forward(&self, at: &StepContext<'_>, seen: &Observations) -> StepDecision {
        typed::<K, _>(at, |at| K::forward(at, seen)).unwrap_or_else(StepDecision::Failed)
    }

    fn recover(&self, at: &StepContext<'_>, intent: &Intent, seen: &Observations) -> Recovered {
        typed::<K, _>(at, |at| K::recover(at, intent, seen)).unwrap_or_else(Recovered::UnderWay)
    }

    fn undo(&self, at: &StepContext<'_>, seen: &Observations) -> StepDecision {
        typed::<K, _>(at, |at| K::undo(at, seen)).unwrap_or_else(StepDecision::Conflict)
    }

    fn post_check(&self, at: &StepContext<'_>, seen: &Observations, succeeded: bool) -> StepDecision {
        typed::<K, _>(at, |at| K::post_check(at, seen, succeeded)).unwrap_or_else(StepDecision::Conflict)
    }

    fn needs_post_check(&self, state: &StepState) -> bool {
        K::needs_post_check(state)
    }
}

/// The steps that a build has.
#[derive(Clone, Copy)]
pub struct Steps(pub &'static [&'static dyn Step]);

impl Debug for Steps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|step| step.name())).finish()
    }
}

impl Steps {
    /// Returns the step of this name, in the version that this build has.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&'static dyn Step> {
        self.0.iter().copied().find(|step| step.name() == name)
    }

    /// Returns the step of a specification; `None` if this build does not have it in that version.
    #[must_use]
    pub fn of(&self, spec: &StepSpec) -> Option<&'static dyn Step> {
        self.named(&spec.step).filter(|step| step.version() == spec.version)
    }
}
