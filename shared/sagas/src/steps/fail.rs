//! `fail`: fails always. It proves that a saga is undone.

use super::{InputFields, PlannedEffect, Preview, Prices, StepContext, StepDecision, StepKind};
use crate::ports::Observations;

/// The step `fail`.
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
        StepDecision::Failed("it fails always".to_owned())
    }

    // Recover and compensate: it writes nothing.

    #[cfg(test)]
    fn examples() -> Vec<crate::testkit::Example> {
        vec![crate::testkit::Example::new("fails", serde_json::json!({}))]
    }
}
