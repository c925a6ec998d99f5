//! Compensation of the current step.

use super::forward::{intend, wait, with_observations};
use super::transition_builder::TransitionBuilder;
use super::{EngineView, Input, SagaDecision, pending, stuck};
use crate::record::{EntryKind, StepStatus, StuckReason};
use crate::step::{StepCompletion, StepDecision};

pub(super) fn undo(view: &EngineView<'_>, input: &Input) -> SagaDecision {
    if let Some(decision) = pending::resolve_pending_write(view, input) {
        return decision;
    }
    with_observations(
        view,
        input,
        |seen, next| match next {
            StepDecision::Send { write, announce } => intend(view, seen, true, write, announce),
            StepDecision::Done(done) => compensated(view, done),
            StepDecision::Failed(why) | StepDecision::Conflict(why) => stuck(view, StuckReason::NeedsDecision, &why),
            StepDecision::Wait(why) | StepDecision::Until(_, why) => wait(view, why),
            StepDecision::Read(_) => wait(view, "the step requested data it already has".to_owned()),
        },
        |step, seen| step.undo(seen),
    )
}

fn compensated(view: &EngineView<'_>, done: StepCompletion) -> SagaDecision {
    let index = view.record.state.progress.cursor;
    let note = if done.note.is_empty() { done.outcome.to_owned() } else { done.note };
    let mut builder = TransitionBuilder::new(view, EntryKind::StepCompensated).noted(note);
    builder.step(index).status = StepStatus::Compensated;
    builder.announce = done.announce;
    builder.unwind(index);
    builder.commit()
}
