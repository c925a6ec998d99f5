//! Post-checks: checks after a saga's end for writes whose response was lost and that may still be
//! carried out.

use chrono::TimeDelta;

use super::forward::{intend, wait, with_observations};
use super::transition_builder::TransitionBuilder;
use super::{EngineView, Input, SagaDecision, pending};
use crate::record::{EntryKind, SagaStatus};
use crate::step::StepDecision;

/// The time after its due time at which a post-check is given up.
const POST_CHECK_TIMEOUT: TimeDelta = TimeDelta::days(1);

pub(super) fn post_check(view: &EngineView<'_>, input: &Input) -> SagaDecision {
    let progress = &view.record.state.progress;
    let Some(post_check) = &progress.post_check else { return SagaDecision::Stop };
    let time = progress
        .finished_at
        .zip(view.timing.post_checks.get(post_check.round))
        .map(|(ended, after)| ended + *after + POST_CHECK_TIMEOUT);
    if time.is_some_and(|time| view.now > time) {
        return give_up(view, "the post-check took too long");
    }
    if let Some(decision) = pending::resolve_pending_write(view, input) {
        return decision;
    }
    if let Input::Locked(target) = input {
        // The present state may be the result of that saga.
        return drop_step(view, &format!("another saga has held the lock of {target} since"));
    }
    let succeeded = progress.status == SagaStatus::Succeeded;
    with_observations(
        view,
        input,
        |seen, next| match next {
            StepDecision::Send { write, announce } => intend(view, seen, !succeeded, write, announce),
            StepDecision::Wait(why) | StepDecision::Until(_, why) => wait(view, why),
            StepDecision::Done(done) => drop_step(view, done.outcome),
            StepDecision::Failed(why) | StepDecision::Conflict(why) => drop_step(view, &why),
            StepDecision::Read(_) => drop_step(view, "the step requested data it already has"),
        },
        |step, seen| step.post_check(seen, succeeded),
    )
}

/// Ends this round of post-checks for the current step.
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

/// Ends this round of post-checks for all steps, and schedules the next one.
pub(super) fn give_up(view: &EngineView<'_>, why: &str) -> SagaDecision {
    let mut builder = TransitionBuilder::new(view, EntryKind::PostChecked).noted(why);
    if builder.progress.post_check.as_ref().is_some_and(|post_check| post_check.locked) {
        builder.release_locks();
    }
    let round = builder.progress.post_check.as_ref().map_or(0, |post_check| post_check.round);
    builder.plan_post_check(round + 1);
    builder.commit()
}
