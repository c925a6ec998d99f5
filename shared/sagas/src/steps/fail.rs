//! The step `fail`, which always fails. With it, tests and operators can show that a saga is
//! undone.

use crate::ports::Observations;
use crate::step::{InputFields, PlannedEffect, Preview, Prices, StepContext, StepDecision, StepKind};

/// The step `fail`, which always fails.
pub(super) struct Fail;

impl StepKind for Fail {
    // Inputs: none.
    type Inputs = ();
    type PreImage = ();
    const NAME: &'static str = "fail";
    const INPUTS: &'static [&'static str] = &[];

    fn inputs(_: &mut InputFields<'_>) -> Option<()> {
        Some(())
    }

    // Plan.
    fn preview(_: &StepContext<'_, (), ()>, _: &Observations, _: &Prices) -> Preview {
        Preview::without_change(PlannedEffect::Fail, "fails, so that the steps before it are undone")
    }

    // Execute.

    fn forward(_: &StepContext<'_, (), ()>, _: &Observations) -> StepDecision {
        StepDecision::Failed("the step always fails".to_owned())
    }

    // Recover and compensate: nothing to do, as the step writes nothing.
}
