//! Looks after the end: a write whose answer was lost may still arrive.

use chrono::TimeDelta;

use super::draft::Draft;
use super::forward::{intend, wait, with_seen};
use super::{Decision, Input, View, pending};
use crate::record::{EntryKind, SagaStatus};
use crate::steps::Next;

/// How long after its time a look is given up.
const PATIENCE: TimeDelta = TimeDelta::days(1);

pub(super) fn late(view: &View<'_>, input: &Input) -> Decision {
    let core = &view.head.state.core;
    let Some(late) = &core.late else { return Decision::Stop };
    let time = core.finished_at.zip(view.timing.late.get(late.round)).map(|(ended, after)| ended + *after + PATIENCE);
    if time.is_some_and(|time| view.now > time) {
        return give_up(view, "it took too long");
    }
    if let Some(decision) = pending::settle(view, input) {
        return decision;
    }
    if let Input::Locked(target) = input {
        // Whatever is there now may be that saga's.
        return drop_step(view, &format!("another saga was at {target} since"));
    }
    let succeeded = core.status == SagaStatus::Succeeded;
    with_seen(
        view,
        input,
        |seen, next| match next {
            Next::Send { write, announce } => intend(view, seen, !succeeded, write, announce),
            Next::Wait(why) | Next::Until(_, why) => wait(view, why),
            Next::Done(done) => drop_step(view, done.outcome),
            Next::Failed(why) | Next::Conflict(why) => drop_step(view, &why),
            Next::Look(_) => drop_step(view, "it asked for what it had seen"),
        },
        |step, at, seen| step.late(at, seen, succeeded),
    )
}

/// The look is over for the step at work.
fn drop_step(view: &View<'_>, note: &str) -> Decision {
    let mut draft = Draft::new(view, EntryKind::LateChecked).noted(note);
    let Some(late) = &mut draft.core.late else { return Decision::Stop };
    let locked = std::mem::take(&mut late.locked);
    late.steps.remove(0);
    let (over, round) = (late.steps.is_empty(), late.round);
    if locked {
        draft.release_locks();
    }
    if over {
        draft.plan_late_look(round + 1);
    }
    draft.commit()
}

/// This look is over for all steps; the next one comes at its time.
pub(super) fn give_up(view: &View<'_>, why: &str) -> Decision {
    let mut draft = Draft::new(view, EntryKind::LateChecked).noted(why);
    if draft.core.late.as_ref().is_some_and(|late| late.locked) {
        draft.release_locks();
    }
    let round = draft.core.late.as_ref().map_or(0, |late| late.round);
    draft.plan_late_look(round + 1);
    draft.commit()
}
