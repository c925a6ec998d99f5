//! The interface of a step: [`StepKind`] says what it is, [`Step`] decides in one context.

use chrono::TimeDelta;
use domain::AccountId;
use serde_json::Value;

use super::{InputFields, PlannedEffect, Preview, Prices, Recovered, StepContext, StepDecision};
use crate::calls::ReadRequest;
use crate::ports::Observations;
use crate::record::{Intent, LockTarget, StepSpec, StepState, WriteAttempt};

/// A step in its context, or the reason why its inputs or its pre-image cannot be used.
pub type OpenedStep<'a> = Result<Box<dyn Step + 'a>, String>;

/// A kind of step, as one entry of the list of steps.
#[derive(Debug)]
pub struct StepKind {
    /// The step's name in the API.
    pub name: &'static str,
    /// The step's version. It is raised when sagas in progress could not go on with the new code.
    pub version: u32,
    /// The names of the step's inputs.
    pub inputs: &'static [&'static str],
    /// The names of the step's outputs.
    pub outputs: &'static [&'static str],
    /// True if the step waits for an approval.
    pub needs_approval: bool,
    /// The number of post-check rounds after the saga's end if a write of the step may arrive late:
    /// 0 to 2.
    pub post_checks: usize,
    /// True if a post-check has to hold the saga's locks, as what it would remove could by then
    /// belong to another saga. If another saga had one of the locks since, it changes nothing. Not
    /// needed where the step's objects have the saga's own name.
    pub post_check_locks: bool,
    /// Returns whether a write of the step may arrive after the saga's end: by default, if one is
    /// lost.
    pub needs_post_check: fn(&StepState) -> bool,
    /// Validates inputs and adds errors to the fields. Returns the targets that the step changes,
    /// which depend on inputs that must not be references, and the time that the step may take.
    pub(crate) validate: fn(&AccountId, &mut InputFields<'_>) -> (Vec<LockTarget>, TimeDelta),
    /// Reads the typed inputs and the pre-image of one context.
    pub(crate) open: for<'a> fn(StepContext<'a>) -> OpenedStep<'a>,
}

/// A step in one context. All functions are pure. Every step that writes has `pre_image`, `recover`
/// and `undo`.
pub trait Step: Send {
    /// Returns the reads that the next decision of the step needs; none by default.
    fn reads(&self) -> Vec<ReadRequest> {
        Vec::new()
    }

    /// Returns the part of the observations to keep as the pre-image when the first write is
    /// decided; none by default.
    fn pre_image(&self, _seen: &Observations) -> Option<Value> {
        None
    }

    /// Returns the reads that a plan needs; the same as `reads` by default.
    fn plan_reads(&self) -> Vec<ReadRequest> {
        self.reads()
    }

    /// Returns the changes that the step would make.
    fn preview(&self, seen: &Observations, prices: &Prices) -> Preview;

    /// Decides what the step does next.
    fn forward(&self, seen: &Observations) -> StepDecision;

    /// Determines the outcome of a write whose response is not known.
    fn recover(&self, _intent: &Intent, _seen: &Observations) -> Recovered {
        Recovered::Unseen
    }

    /// Decides what the compensation of the step does next.
    fn undo(&self, _seen: &Observations) -> StepDecision {
        StepDecision::done("nothing")
    }

    /// Decides what to do about a write that arrived after the saga's end; `succeeded` tells how
    /// the saga ended.
    fn post_check(&self, _seen: &Observations, _succeeded: bool) -> StepDecision {
        StepDecision::done("nothing")
    }
}

impl StepKind {
    /// Returns the kind of a step that writes nothing and has no outputs.
    pub(crate) const fn new(
        name: &'static str,
        inputs: &'static [&'static str],
        validate: fn(&AccountId, &mut InputFields<'_>) -> (Vec<LockTarget>, TimeDelta),
        open: for<'a> fn(StepContext<'a>) -> OpenedStep<'a>,
    ) -> Self {
        Self {
            name,
            version: 1,
            inputs,
            outputs: &[],
            needs_approval: false,
            post_checks: 0,
            post_check_locks: true,
            needs_post_check: |state| state.attempts.iter().any(WriteAttempt::is_lost),
            validate,
            open,
        }
    }

    /// Validates inputs and adds errors to `fields`. Returns the lock targets and the time budget.
    pub fn check(&self, account: &AccountId, fields: &mut InputFields<'_>) -> (Vec<LockTarget>, TimeDelta) {
        let needs = (self.validate)(account, fields);
        fields.refuse_others(self.inputs);
        needs
    }

    /// Returns the step in its context. If its inputs cannot be used, it changes nothing.
    #[must_use]
    pub fn opened<'a>(&self, at: StepContext<'a>) -> Box<dyn Step + 'a> {
        (self.open)(at).unwrap_or_else(|why| Box::new(Unusable(why)))
    }
}

/// A step whose inputs or pre-image cannot be used, and the reason. Before the saga starts, the
/// only one is that an input refers to an output that is not known yet.
struct Unusable(String);

impl Step for Unusable {
    fn preview(&self, _: &Observations, _: &Prices) -> Preview {
        Preview::without_change(PlannedEffect::Unknown, "depends on an output of an earlier step")
    }

    fn forward(&self, _: &Observations) -> StepDecision {
        StepDecision::Failed(self.0.clone())
    }

    fn recover(&self, _: &Intent, _: &Observations) -> Recovered {
        Recovered::UnderWay(self.0.clone())
    }

    fn undo(&self, _: &Observations) -> StepDecision {
        StepDecision::Conflict(self.0.clone())
    }

    fn post_check(&self, _: &Observations, _: bool) -> StepDecision {
        StepDecision::Conflict(self.0.clone())
    }
}

/// The steps that a build has.
#[derive(Debug, Clone, Copy)]
pub struct Steps(pub &'static [&'static StepKind]);

impl Steps {
    /// Returns the step of this name, in the version that this build has.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&'static StepKind> {
        self.0.iter().copied().find(|step| step.name == name)
    }

    /// Returns the step of a specification; `None` if this build does not have it in that version.
    #[must_use]
    pub fn of(&self, spec: &StepSpec) -> Option<&'static StepKind> {
        self.named(&spec.step).filter(|step| step.version == spec.version)
    }
}
