//! What a step is.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::marker::PhantomData;

use chrono::{DateTime, TimeDelta, Utc};
use domain::AccountId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Fields, Next, Preview, Prices, Recovered};
use crate::record::{Intent, LockTarget, SagaId, StepState};
use crate::rim::{Read, Seen};
use crate::timing::Timing;

/// Where a step stands when it decides.
#[derive(Debug)]
pub struct At<'a, I = Map<String, Value>, S = Value> {
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
    pub stash: Option<&'a S>,
    /// Its state.
    pub state: &'a StepState,
    /// The states of the steps before it.
    pub earlier: &'a [StepState],
    /// What the steps after it deleted and, when they were undone, made again: from the id that was to the id that is.
    pub made_again: &'a BTreeMap<u64, u64>,
    /// How long things take.
    pub timing: &'a Timing,
    /// The time now.
    pub now: DateTime<Utc>,
}

/// A step. All functions are pure; they have no state but what [`At`] holds.
pub trait StepKind: Sync + 'static {
    /// Its inputs, typed.
    type Inputs: Debug;
    /// What it keeps of what it found before it changed anything.
    type Stash: Debug + Serialize + DeserializeOwned;
    /// Its name, as in the API.
    const NAME: &'static str;
    /// Its version: raised when sagas that are under way could not go on with it.
    const VERSION: u32 = 1;
    /// The names of its inputs.
    const INPUTS: &'static [&'static str];
    /// The names of what it gives.
    const OUTPUTS: &'static [&'static str] = &[];
    /// Whether it waits for somebody's word.
    const ASKS: bool = false;
    /// How many looks it takes after the saga's end if one of its writes may arrive late: 0 to 2.
    const LATE_LOOKS: usize = 0;
    /// Whether what it would take away then could by now be another saga's: it needs the locks, and leaves all as it is where another had
    /// one since. Not so where what it makes bears the saga's own name.
    const LATE_LOCKS: bool = true;

    /// Its inputs, or `None` with at least one error in `fields`, or none where a field refers to what is not known yet.
    fn inputs(fields: &mut Fields<'_>) -> Option<Self::Inputs>;

    /// What it changes; nothing if not said. It depends on inputs that are no references.
    fn locks(_account: &AccountId, _fields: &mut Fields<'_>) -> Vec<LockTarget> {
        Vec::new()
    }

    /// How long it may take; no time if not said.
    fn patience(_fields: &mut Fields<'_>) -> TimeDelta {
        TimeDelta::zero()
    }

    /// What to read before anything is decided; nothing if not said.
    fn reads(_at: &At<'_, Self::Inputs, Self::Stash>) -> Vec<Read> {
        Vec::new()
    }

    /// What to keep of what was seen, when the first write is decided; nothing if not said.
    fn stash(_at: &At<'_, Self::Inputs, Self::Stash>, _seen: &Seen) -> Option<Self::Stash> {
        None
    }

    /// What to read before it can be said what it would do; the same if not said.
    fn plan_reads(at: &At<'_, Self::Inputs, Self::Stash>) -> Vec<Read> {
        Self::reads(at)
    }

    /// What it would do, for people.
    fn preview(at: &At<'_, Self::Inputs, Self::Stash>, seen: &Seen, prices: &Prices) -> Preview;

    /// What is to be done next.
    fn forward(at: &At<'_, Self::Inputs, Self::Stash>, seen: &Seen) -> Next;

    /// What became of a write whose answer is not known. A step that writes says it.
    fn recover(_at: &At<'_, Self::Inputs, Self::Stash>, _intent: &Intent, _seen: &Seen) -> Recovered {
        Recovered::Unseen
    }

    /// What is to be done next to undo it. A step that writes says it.
    fn undo(_at: &At<'_, Self::Inputs, Self::Stash>, _seen: &Seen) -> Next {
        Next::done("nothing")
    }

    /// What is to be done about a write that arrived after the saga's end, which was success or not.
    fn late(_at: &At<'_, Self::Inputs, Self::Stash>, _seen: &Seen, _succeeded: bool) -> Next {
        Next::done("nothing")
    }

    /// Whether one of its writes may arrive after the saga's end.
    fn may_leave(state: &StepState) -> bool {
        state.tries.iter().any(crate::record::Try::is_lost)
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
    /// [`StepKind::ASKS`].
    fn asks(&self) -> bool;
    /// [`StepKind::LATE_LOOKS`].
    fn late_looks(&self) -> usize;
    /// [`StepKind::LATE_LOCKS`].
    fn late_locks(&self) -> bool;
    /// Checks inputs, whose errors are then in `fields`: what it changes, and how long it may take.
    fn check(&self, account: &AccountId, fields: &mut Fields<'_>) -> (Vec<LockTarget>, TimeDelta);
    /// [`StepKind::reads`].
    fn reads(&self, at: &At<'_>) -> Vec<Read>;
    /// [`StepKind::stash`].
    fn stash(&self, at: &At<'_>, seen: &Seen) -> Value;
    /// [`StepKind::plan_reads`].
    fn plan_reads(&self, at: &At<'_>) -> Vec<Read>;
    /// [`StepKind::preview`]; `None` while its inputs refer to what is not known yet.
    fn preview(&self, at: &At<'_>, seen: &Seen, prices: &Prices) -> Option<Preview>;
    /// [`StepKind::forward`].
    fn forward(&self, at: &At<'_>, seen: &Seen) -> Next;
    /// [`StepKind::recover`].
    fn recover(&self, at: &At<'_>, intent: &Intent, seen: &Seen) -> Recovered;
    /// [`StepKind::undo`].
    fn undo(&self, at: &At<'_>, seen: &Seen) -> Next;
    /// [`StepKind::late`].
    fn late(&self, at: &At<'_>, seen: &Seen, succeeded: bool) -> Next;
    /// [`StepKind::may_leave`].
    fn may_leave(&self, state: &StepState) -> bool;
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
fn typed<K: StepKind, R>(at: &At<'_>, decide: impl FnOnce(&At<'_, K::Inputs, K::Stash>) -> R) -> Result<R, String> {
    let mut fields = Fields::of(at.inputs);
    let Some(inputs) = K::inputs(&mut fields) else {
        let errors: Vec<String> = fields.errors().iter().map(|(name, detail)| format!("{name}: {detail}")).collect();
        return Err(format!("the inputs cannot be used ({})", errors.join("; ")));
    };
    let stash: Option<K::Stash> = match at.stash.filter(|stash| !stash.is_null()) {
        Some(stash) => Some(K::Stash::deserialize(stash).map_err(|e| format!("the pre-image cannot be read: {e}"))?),
        None => None,
    };
    let At { saga, account, index, ordinal, state, earlier, made_again, timing, now, .. } = *at;
    Ok(decide(&At {
        saga,
        account,
        index,
        ordinal,
        inputs: &inputs,
        stash: stash.as_ref(),
        state,
        earlier,
        made_again,
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

    fn asks(&self) -> bool {
        K::ASKS
    }

    fn late_looks(&self) -> usize {
        K::LATE_LOOKS
    }

    fn late_locks(&self) -> bool {
        K::LATE_LOCKS
    }

    fn check(&self, account: &AccountId, fields: &mut Fields<'_>) -> (Vec<LockTarget>, TimeDelta) {
        let locks = K::locks(account, fields);
        let patience = K::patience(fields);
        K::inputs(fields);
        fields.refuse_others(K::INPUTS);
        (locks, patience)
    }

    fn reads(&self, at: &At<'_>) -> Vec<Read> {
        typed::<K, _>(at, K::reads).unwrap_or_default()
    }

    fn stash(&self, at: &At<'_>, seen: &Seen) -> Value {
        // A stash is plain data with text keys.
        typed::<K, _>(at, |at| serde_json::to_value(K::stash(at, seen)).unwrap_or_default()).unwrap_or_default()
    }

    fn plan_reads(&self, at: &At<'_>) -> Vec<Read> {
        typed::<K, _>(at, K::plan_reads).unwrap_or_default()
    }

    fn preview(&self, at: &At<'_>, seen: &Seen, prices: &Prices) -> Option<Preview> {
        typed::<K, _>(at, |at| K::preview(at, seen, prices)).ok()
    }

    fn forward(&self, at: &At<'_>, seen: &Seen) -> Next {
        typed::<K, _>(at, |at| K::forward(at, seen)).unwrap_or_else(Next::Failed)
    }

    fn recover(&self, at: &At<'_>, intent: &Intent, seen: &Seen) -> Recovered {
        typed::<K, _>(at, |at| K::recover(at, intent, seen)).unwrap_or_else(Recovered::UnderWay)
    }

    fn undo(&self, at: &At<'_>, seen: &Seen) -> Next {
        typed::<K, _>(at, |at| K::undo(at, seen)).unwrap_or_else(Next::Conflict)
    }

    fn late(&self, at: &At<'_>, seen: &Seen, succeeded: bool) -> Next {
        typed::<K, _>(at, |at| K::late(at, seen, succeeded)).unwrap_or_else(Next::Conflict)
    }

    fn may_leave(&self, state: &StepState) -> bool {
        K::may_leave(state)
    }

    #[cfg(test)]
    fn examples(&self) -> Vec<crate::testkit::Example> {
        K::examples()
    }
}
