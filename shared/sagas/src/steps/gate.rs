//! The step `gate`, the approval gate: it waits for an approval, up to a time limit.

use chrono::TimeDelta;
use serde_json::{Map, json};

use crate::ports::Observations;
use crate::step::{
    InputFields, PlannedEffect, Preview, Prices, Step, StepCompletion, StepContext, StepDecision, StepKind,
};

/// The step `gate`, the approval gate.
pub(super) const GATE: StepKind = StepKind {
    outputs: &["approved_by"],
    needs_approval: true,
    ..StepKind::new(
        "gate",
        &["expires_in_seconds", "question"],
        |_, fields| (Vec::new(), inputs(fields).map(|inputs| inputs.expires_in).unwrap_or_default()),
        |at| Ok(Box::new(ApprovalGate { inputs: at.typed_inputs(inputs)?, at })),
    )
};

/// The longest time that a gate waits for a decision: 30 days, in seconds.
const MAX_SECONDS: u64 = 30 * 24 * 3600;
/// The time that a gate waits if the input does not set it: a day, in seconds.
const DEFAULT_SECONDS: u64 = 24 * 3600;

struct ApprovalGate<'a> {
    at: StepContext<'a>,
    inputs: Inputs,
}

/// The inputs of a gate.
struct Inputs {
    /// The time for which the gate waits for a decision.
    expires_in: TimeDelta,
    /// The question for the person who decides.
    question: Option<String>,
}

// Inputs.
fn inputs(fields: &mut InputFields<'_>) -> Option<Inputs> {
    let question = fields.text("question").map(str::to_owned);
    fields.fixed("expires_in_seconds");
    let seconds = match fields.number("expires_in_seconds", 60..=MAX_SECONDS, "expected whole seconds, 60 to 2592000") {
        Some(seconds) => seconds,
        None if fields.errors().is_empty() => DEFAULT_SECONDS,
        None => return None,
    };
    Some(Inputs { expires_in: TimeDelta::try_seconds(i64::try_from(seconds).ok()?)?, question })
}

impl Step for ApprovalGate<'_> {
    // Plan.
    fn preview(&self, _: &Observations, _: &Prices) -> Preview {
        let seconds = self.inputs.expires_in.num_seconds();
        let question = self.inputs.question.as_deref().map(|question| format!(" ({question})")).unwrap_or_default();
        Preview::without_change(
            PlannedEffect::Wait,
            format!("waits for an approval{question}, for {seconds} s at most"),
        )
    }

    // Execute.

    /// Decides on the verdict or on the end of the time limit, whichever is written first.
    fn forward(&self, _: &Observations) -> StepDecision {
        let until = self.at.state.began_at.unwrap_or(self.at.now) + self.inputs.expires_in;
        match &self.at.state.verdict {
            Some(verdict) if verdict.approved => StepDecision::Done(StepCompletion {
                outcome: "approved",
                outputs: Map::from_iter([("approved_by".to_owned(), json!(verdict.by))]),
                ..StepCompletion::default()
            }),
            Some(verdict) => StepDecision::Failed(format!("the approval was denied by {}", verdict.by)),
            None if self.at.now >= until => StepDecision::Failed("no approval was given in time".to_owned()),
            None => StepDecision::Until(until, "the gate waits for an approval".to_owned()),
        }
    }

    // Recover and compensate: nothing to do, as the step writes nothing.
}
