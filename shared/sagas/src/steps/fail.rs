//! The step `fail`, which always fails. With it, tests and operators can show that a saga is
//! undone.

use chrono::TimeDelta;

use crate::ports::Observations;
use crate::step::{PlannedEffect, Preview, Prices, Step, StepDecision, StepKind};

/// The step `fail`, which always fails. It has no inputs.
pub(super) const FAIL: StepKind =
    StepKind::new("fail", &[], |_, _| (Vec::new(), TimeDelta::zero()), |_| Ok(Box::new(Fail)));

struct Fail;

impl Step for Fail {
    // Plan.
    fn preview(&self, _: &Observations, _: &Prices) -> Preview {
        Preview::without_change(PlannedEffect::Fail, "fails, so that the steps before it are undone")
    }

    // Execute.
    fn forward(&self, _: &Observations) -> StepDecision {
        StepDecision::Failed("the step always fails".to_owned())
    }

    // Recover and compensate: nothing to do, as the step writes nothing.
}
