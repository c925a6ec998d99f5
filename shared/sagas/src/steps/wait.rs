//! The step `wait`, which lets time pass.

use chrono::TimeDelta;

use crate::ports::Observations;
use crate::step::{InputFields, PlannedEffect, Preview, Prices, StepContext, StepDecision, StepKind};

/// The step `wait`, which lets time pass.
pub(super) struct Wait;

/// The longest wait: a week, in seconds.
const MAX_SECONDS: u64 = 7 * 24 * 3600;

impl StepKind for Wait {
    // Inputs.
    type Inputs = TimeDelta;
    type PreImage = ();
    const NAME: &'static str = "wait";
    const INPUTS: &'static [&'static str] = &["seconds"];

    fn inputs(fields: &mut InputFields<'_>) -> Option<TimeDelta> {
        fields.require("seconds");
        fields.fixed("seconds");
        let seconds = fields.number("seconds", 1..=MAX_SECONDS, "expected whole seconds, 1 to 604800")?;
        TimeDelta::try_seconds(i64::try_from(seconds).ok()?)
    }

    fn time_budget(fields: &mut InputFields<'_>) -> TimeDelta {
        Self::inputs(fields).unwrap_or_default()
    }

    // Plan.
    fn preview(at: &StepContext<'_, TimeDelta, ()>, _: &Observations, _: &Prices) -> Preview {
        Preview::without_change(PlannedEffect::Wait, format!("waits for {} s", at.inputs.num_seconds()))
    }

    // Execute.

    fn forward(at: &StepContext<'_, TimeDelta, ()>, _: &Observations) -> StepDecision {
        let until = at.state.began_at.unwrap_or(at.now) + *at.inputs;
        if at.now >= until {
            StepDecision::done("waited")
        } else {
            StepDecision::Until(until, "the step lets time pass".to_owned())
        }
    }

    // Recover and compensate: nothing to do, as the step writes nothing.
}
