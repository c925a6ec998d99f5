//! The step `gate`, the approval gate: it waits for an approval, up to a time limit.

use chrono::TimeDelta;
use serde_json::{Map, json};

use crate::ports::Observations;
use crate::step::{InputFields, PlannedEffect, Preview, Prices, StepCompletion, StepContext, StepDecision, StepKind};

/// The step `gate`, the approval gate.
pub(super) struct ApprovalGate;

/// The inputs of a gate.
#[derive(Debug)]
pub(super) struct Inputs {
    /// The time for which the gate waits for a decision.
    expires_in: TimeDelta,
    /// The question for the person who decides.
    question: Option<String>,
}

/// The longest time that a gate waits for a decision: 30 days, in seconds.
const MAX_SECONDS: u64 = 30 * 24 * 3600;
/// The time that a gate waits if the input does not set it: a day, in seconds.
const DEFAULT_SECONDS: u64 = 24 * 3600;

impl StepKind for ApprovalGate {
    // Inputs.
    type Inputs = Inputs;
    type PreImage = ();
    const NAME: &'static str = "gate";
    const INPUTS: &'static [&'static str] = &["expires_in_seconds", "question"];
    const OUTPUTS: &'static [&'static str] = &["approved_by"];
    const NEEDS_APPROVAL: bool = true;

    fn inputs(fields: &mut InputFields<'_>) -> Option<Inputs> {
        let question = fields.text("question").map(str::to_owned);
        fields.fixed("expires_in_seconds");
        let seconds =
            match fields.number("expires_in_seconds", 60..=MAX_SECONDS, "expected whole seconds, 60 to 2592000") {
                Some(seconds) => seconds,
                None if fields.errors().is_empty() => DEFAULT_SECONDS,
                None => return None,
            };
        Some(Inputs { expires_in: TimeDelta::try_seconds(i64::try_from(seconds).ok()?)?, question })
    }

    fn time_budget(fields: &mut InputFields<'_>) -> TimeDelta {
        Self::inputs(fields).map(|inputs| inputs.expires_in).unwrap_or_default()
    }

    // Plan.
    fn preview(at: &StepContext<'_, Inputs, ()>, _: &Observations, _: &Prices) -> Preview {
        let seconds = at.inputs.expires_in.num_seconds();
        let question = at.inputs.question.as_deref().map(|question| format!(" ({question})")).unwrap_or_default();
        Preview::without_change(
            PlannedEffect::Wait,
            format!("waits for an approval{question}, for {seconds} s at most"),
        )
    }

    // Execute.

    /// Decides on the verdict or on the end of the time limit, whichever is written first.
    fn forward(at: &StepContext<'_, Inputs, ()>, _: &Observations) -> StepDecision {
        let until = at.state.began_at.unwrap_or(at.now) + at.inputs.expires_in;
        match &at.state.verdict {
            Some(verdict) if verdict.approved => StepDecision::Done(StepCompletion {
                outcome: "approved",
                outputs: Map::from_iter([("approved_by".to_owned(), json!(verdict.by))]),
                ..StepCompletion::default()
            }),
            Some(verdict) => StepDecision::Failed(format!("the approval was denied by {}", verdict.by)),
            None if at.now >= until => StepDecision::Failed("no approval was given in time".to_owned()),
            None => StepDecision::Until(until, "the gate waits for an approval".to_owned()),
        }
    }

    // Recover and compensate: nothing to do, as the step writes nothing.
}
