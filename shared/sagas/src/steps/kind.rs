//! What a step is.

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
use crate::record::{Intent, LockTarget, SagaId, StepState};
use crate::timing::Timing;

/// Where a step stands when it decides.
#[derive(Debug)]
pub struct StepContext<'a, I = Map<String, Value>, S = Value> {
    /// The saga.
    pub saga: &'a SagaId,
    /// The account.
    pub account: &'a AccountId,
    /// Which step of the saga it is.
    pub index: usize,
    /// How many steps of its sort come before it.
    pub ordinal: usize,
    /// Its inputs, references resolved.
    pub inputs: &'a I,
    /// What it found before it changed anything; `None` until it has an intent.
    pub pre_image: Option<&'a S>,
    /// Its state.
    pub state: &'a StepState,
    /// The states of the steps before it.
    pub earlier: &'a [StepState],
    /// What the steps after it deleted and, when they were undone, made again: from the id that was to the id that is.
    pub recreated: &'a BTreeMap<u64, u64>,
    /// How long things take.
    pub timing: &'a Timing,
    /// The time now.
    pub now: DateTime<Utc>,
}

/// A step. All functions are pure; they have no state but what [`StepContext`] holds.
pub trait StepKind: Sync + 'static {
    /// Its inputs, typed.
    type Inputs: Debug;
    /// What it keeps of what it found before it changed anything.
    type PreImage: Debug + Serialize + DeserializeOwned;
    /// Its name, as in the API.
    const NAME: &'static str;
    /// Its version: raised when sagas that are under way could not go on with it.
    const VERSION: u32 = 1;
    /// The names of its inputs.
    const INPUTS: &'static [&'static str];
    /// The names of what it gives.
    const OUTPUTS: &'static [&'static str] = &[];
    /// Whether it waits for somebody's word.
    const NEEDS_APPROVAL: bool = false;
    /// How many looks it takes after the saga's end if one of its writes may arrive late: 0 to 2.
    const POST_CHECKS: usize = 0;
    /// Whether what it would take away then could by now be another saga's: it needs the locks, and leaves all as it is where another had
    /// one since. Not so where what it makes bears the saga's own name.
    const POST_CHECK_LOCKS: bool = true;

    /// Its inputs, or `None` with at least one error in `fields`, or none where a field refers to what is not known yet.
    fn inputs(fields: &mut InputFields<'_>) -> Option<Self::Inputs>;

    /// What it changes; nothing if not said. It depends on inputs that are no references.
    fn locks(_account: &AccountId, _fields: &mut InputFields<'_>) -> Vec<LockTarget> {
        Vec::new()
    }

    /// How long it may take; no time if not said.
    fn time_budget(_fields: &mut InputFields<'_>) -> TimeDelta {
        TimeDelta::zero()
    }

    /// What to read before anything is decided; nothing if not said.
    fn reads(_at: &StepContext<'_, Self::Inputs, Self::PreImage>) -> Vec<ReadRequest> {
        Vec::new()
    }

    /// What to keep of what was seen, when the first write is decided; nothing if not said.
    fn pre_image(_at: &StepContext<'_, Self::Inputs, Self::PreImage>, _seen: &Observations) -> Option<Self::PreImage> {
        None
    }

    /// What to read before it can be said what it would do; the same if not said.
    fn plan_reads(at: &StepContext<'_, Self::Inputs, Self::PreImage>) -> Vec<ReadRequest> {
        Self::reads(at)
    }

    /// What it would do, for people.
    fn preview(at: &StepContext<'_, Self::Inputs, Self::PreImage>, seen: &Observations, prices: &Prices) -> Preview;

    /// What is to be done next.
    fn forward(at: &StepContext<'_, Self::Inputs, Self::PreImage>, seen: &Observations) -> StepDecision;

    /// What became of a write whose answer is not known. A step that writes says it.
    fn recover(
        _at: &StepContext<'_, Self::Inputs, Self::PreImage>,
        _intent: &Intent,
        _seen: &Observations,
    ) -> Recovered {
        Recovered::Unseen
    }

    /// What is to be done next to undo it. A step that writes says it.
    fn undo(_at: &StepContext<'_, Self::Inputs, Self::PreImage>, _seen: &Observations) -> StepDecision {
        StepDecision::done("nothing")
    }

    /// What is to be done about a write that arrived after the saga's end, which was success or not.
    fn post_check(
        _at: &StepContext<'_, Self::Inputs, Self::PreImage>,
        _seen: &Observations,
        _succeeded: bool,
    ) -> StepDecision {
        StepDecision::done("nothing")
    }

    /// Whether one of its writes may arrive after the saga's end.
    fn needs_post_check(state: &StepState) -> bool {
        state.attempts.iter().any(crate::record::WriteAttempt::is_lost)
    }

    /// Worlds and inputs for the crash matrix: every step has some.
    #[cfg(test)]
    fn examples() -> Vec<crate::testkit::Example>;
}

/// A [`StepKind`] with its types behind it.
pub trait Step: Sync {
    /// [`StepKind::NAME`].
    fn name(&self) -> &'static str;
    /// [`StepKind::VERSION`].
    fn version(&self) -> u32;
    /// [`StepKind::INPUTS`].
    fn input_names(&self) -> &'static [&'static str];
    /// [`StepKind::OUTPUTS`].
    fn output_names(&self) -> &'static [&'static str];
    /// [`StepKind::NEEDS_APPROVAL`].
    fn needs_approval(&self) -> bool;
    /// [`StepKind::POST_CHECKS`].
    fn post_checks(&self) -> usize;
    /// [`StepKind::POST_CHECK_LOCKS`].
    fn post_check_locks(&self) -> bool;
    /// Checks inputs, whose errors are then in `fields`: what it changes, and how long it may take.
    fn check(&self, account: &AccountId, fields: &mut InputFields<'_>) -> (Vec<LockTarget>, TimeDelta);
    /// [`StepKind::reads`].
    fn reads(&self, at: &StepContext<'_>) -> Vec<ReadRequest>;
    /// [`StepKind::pre_image`].
    fn pre_image(&self, at: &StepContext<'_>, seen: &Observations) -> Value;
    /// [`StepKind::plan_reads`].
    fn plan_reads(&self, at: &StepContext<'_>) -> Vec<ReadRequest>;
    /// [`StepKind::preview`]; `None` while its inputs refer to what is not known yet.
    fn preview(&self, at: &StepContext<'_>, seen: &Observations, prices: &Prices) -> Option<Preview>;
    /// [`StepKind::forward`].
    fn forward(&self, at: &StepContext<'_>, seen: &Observations) -> StepDecision;
    /// [`StepKind::recover`].
    fn recover(&self, at: &StepContext<'_>, intent: &Intent, seen: &Observations) -> Recovered;
    /// [`StepKind::undo`].
    fn undo(&self, at: &StepContext<'_>, seen: &Observations) -> StepDecision;
    /// [`StepKind::post_check`].
    fn post_check(&self, at: &StepContext<'_>, seen: &Observations, succeeded: bool) -> StepDecision;
    /// [`StepKind::needs_post_check`].
    fn needs_post_check(&self, state: &StepState) -> bool;
    /// [`StepKind::examples`].
    #[cfg(test)]
    fn examples(&self) -> Vec<crate::testkit::Example>;
}

/// A step of the table: the types of a [`StepKind`], of which there is no value.
pub(super) struct Typed<K>(PhantomData<K>);

impl<K> Typed<K> {
    /// The step.
    pub(super) const STEP: Self = Self(PhantomData);
}

/// The step's own view of where it stands, or why its inputs cannot be read.
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
        // A stash is plain data with text keys.
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

    #[cfg(test)]
    fn examples(&self) -> Vec<crate::testkit::Example> {
        K::examples()
    }
}
