//! Looks after the end: a write whose answer was lost may still arrive.

use chrono::TimeDelta;

use super::forward::{intend, wait, with_seen};
use super::transition_builder::TransitionBuilder;
use super::{EngineView, Input, SagaDecision, pending};
use crate::record::{EntryKind, SagaStatus};
use crate::steps::StepDecision;

/// How long after its time a look is given up.
const POST_CHECK_TIMEOUT: TimeDelta = TimeDelta::days(1);

pub(super) fn post_check(view: &EngineView<'_>, input: &Input) -> SagaDecision {
    let progress = &view.record.state.progress;
    let Some(post_check) = &progress.post_check else { return SagaDecision::Stop };
    let time = progress
        .finished_at
        .zip(view.timing.post_checks.get(post_check.round))
        .map(|(ended, after)| ended + *after + POST_CHECK_TIMEOUT);
    if time.is_some_and(|time| view.now > time) {
        return give_up(view, "it took too long");
    }
    if let Some(decision) = pending::resolve_pending_write(view, input) {
        return decision;
    }
    if let Input::Locked(target) = input {
        // Whatever is there now may be that saga's.
        return drop_step(view, &format!("another saga was at {target} since"));
    }
    let succeeded = progress.status == SagaStatus::Succeeded;
    with_seen(
        view,
        input,
        |seen, next| match next {
            StepDecision::Send { write, announce } => intend(view, seen, !succeeded, write, announce),
            StepDecision::Wait(why) | StepDecision::Until(_, why) => wait(view, why),
            StepDecision::Done(done) => drop_step(view, done.outcome),
            StepDecision::Failed(why) | StepDecision::Conflict(why) => drop_step(view, &why),
            StepDecision::Read(_) => drop_step(view, "it asked for what it had seen"),
        },
        |step, at, seen| step.post_check(at, seen, succeeded),
    )
}

/// The look is over for the step at work.
fn drop_step(view: &EngineView<'_>, note: &str) -> SagaDecision {
    let mut builder = TransitionBuilder::new(view, EntryKind::PostChecked).noted(note);
    let Some(post_check) = &mut builder.progress.post_check else { return SagaDecision::Stop };
    let locked = std::mem::take(&mut post_check.locked);
    post_check.steps.remove(0);
    let (over, round) = (post_check.steps.is_empty(), post_check.round);
    if locked {
        builder.release_locks();
    }
    if over {
        builder.plan_post_check(round + 1);
    }
    builder.commit()
}

/// This look is over for all steps; the next one comes at its time.
pub(super) fn give_up(view: &EngineView<'_>, why: &str) -> SagaDecision {
    let mut builder = TransitionBuilder::new(view, EntryKind::PostChecked).noted(why);
    if builder.progress.post_check.as_ref().is_some_and(|post_check| post_check.locked) {
        builder.release_locks();
    }
    let round = builder.progress.post_check.as_ref().map_or(0, |post_check| post_check.round);
    builder.plan_post_check(round + 1);
    builder.commit()
}
