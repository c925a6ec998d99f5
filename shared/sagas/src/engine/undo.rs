//! Back: undoing the step at work.

use super::draft::Draft;
use super::forward::{intend, wait, with_seen};
use super::{Decision, Input, View, pending, stuck};
use crate::record::{EntryKind, StepStatus, StuckReason};
use crate::steps::{Done, Next};

pub(super) fn undo(view: &View<'_>, input: &Input) -> Decision {
    if let Some(decision) = pending::settle(view, input) {
        return decision;
    }
    with_seen(
        view,
        input,
        |seen, next| match next {
            Next::Send { write, announce } => intend(view, seen, true, write, announce),
            Next::Done(done) => compensated(view, done),
            Next::Failed(why) | Next::Conflict(why) => stuck(view, StuckReason::NeedsDecision, &why),
            Next::Wait(why) | Next::Until(_, why) => wait(view, why),
            Next::Look(_) => wait(view, "it asked for what it had seen".to_owned()),
        },
        |step, at, seen| step.undo(at, seen),
    )
}

fn compensated(view: &View<'_>, done: Done) -> Decision {
    let index = view.head.state.core.cursor;
    let note = if done.note.is_empty() { done.outcome.to_owned() } else { done.note };
    let mut draft = Draft::new(view, EntryKind::StepCompensated).noted(note);
    draft.step(index).status = StepStatus::Compensated;
    draft.announce = done.announce;
    draft.unwind(index);
    draft.commit()
}
