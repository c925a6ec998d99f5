//! The step `wait`, which lets time pass.

use chrono::TimeDelta;

use crate::ports::Observations;
use crate::step::{InputFields, PlannedEffect, Preview, Prices, Step, StepContext, StepDecision, StepKind};

/// The step `wait`, which lets time pass.
pub(super) const WAIT: StepKind = StepKind::new(
    "wait",
    &["seconds"],
    |_, fields| (Vec::new(), length(fields).unwrap_or_default()),
    |at| Ok(Box::new(Wait { length: at.typed_inputs(length)?, at })),
);

/// The longest wait: a week, in seconds.
const MAX_SECONDS: u64 = 7 * 24 * 3600;

struct Wait<'a> {
    at: StepContext<'a>,
    length: TimeDelta,
}

// Inputs.
fn length(fields: &mut InputFields<'_>) -> Option<TimeDelta> {
    fields.require("seconds");
    fields.fixed("seconds");
    let seconds = fields.number("seconds", 1..=MAX_SECONDS, "expected whole seconds, 1 to 604800")?;
    TimeDelta::try_seconds(i64::try_from(seconds).ok()?)
}

impl Step for Wait<'_> {
    // Plan.
    fn preview(&self, _: &Observations, _: &Prices) -> Preview {
        Preview::without_change(PlannedEffect::Wait, format!("waits for {} s", self.length.num_seconds()))
    }

    // Execute.
    fn forward(&self, _: &Observations) -> StepDecision {
        let until = self.at.state.began_at.unwrap_or(self.at.now) + self.length;
        if self.at.now >= until {
            StepDecision::done("waited")
        } else {
            StepDecision::Until(until, "the step lets time pass".to_owned())
        }
    }

    // Recover and compensate: nothing to do, as the step writes nothing.
}
