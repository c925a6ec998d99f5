//! Execution of the current step.

use super::transition_builder::TransitionBuilder;
use super::{EngineView, Input, SagaDecision, WriteCommand, after_fault, begin, pending};
use crate::calls::{ReadRequest, WriteRequest};
use crate::ports::{Announcement, Observations, PreImage, WriteContext};
use crate::record::{EntryKind, Intent, LockCondition, SagaStatus, StepStatus, digest};
use crate::step::{Step, StepCompletion, StepDecision};

pub(super) fn forward(view: &EngineView<'_>, input: &Input) -> SagaDecision {
    if let Some(decision) = pending::resolve_pending_write(view, input) {
        return decision;
    }
    if let Some(why) = begin::stop_reason(view) {
        return fail(view, &why);
    }
    with_observations(
        view,
        input,
        |seen, next| match next {
            StepDecision::Until(until, why) => {
                let until = view.bounded(until);
                if view.record.status() == SagaStatus::Waiting {
                    return SagaDecision::Park { until, denied: 0, why };
                }
                let mut builder = TransitionBuilder::new(view, EntryKind::Waiting).noted(why);
                builder.progress.status = SagaStatus::Waiting;
                builder.park(until);
                builder.commit()
            }
            StepDecision::Send { write, announce } => intend(view, seen, false, write, announce),
            StepDecision::Done(done) => succeed(view, done),
            StepDecision::Failed(why) | StepDecision::Conflict(why) => fail(view, &why),
            StepDecision::Wait(why) => wait(view, why),
            StepDecision::Read(_) => wait(view, "the step requested data it already has".to_owned()),
        },
        |step, seen| step.forward(seen),
    )
}

/// Requests the reads of the current step, and once all are made lets it decide.
pub(super) fn with_observations(
    view: &EngineView<'_>,
    input: &Input,
    then: impl FnOnce(&Observations, StepDecision) -> SagaDecision,
    decide: impl FnOnce(&dyn Step, &Observations) -> StepDecision,
) -> SagaDecision {
    let nothing = Observations::nothing();
    let seen = match input {
        Input::Observed(seen) => seen,
        Input::Woken | Input::Answered { .. } | Input::Locked(_) => &nothing,
    };
    if let Some(fault) = seen.fault() {
        return bounded(view, after_fault(view, fault));
    }
    let next = view.with_step(|step| {
        let lacking: Vec<ReadRequest> = seen.lacks(&step.reads());
        if lacking.is_empty() { decide(step, seen) } else { StepDecision::Read(lacking) }
    });
    match next {
        Some(StepDecision::Read(reads)) if !seen.lacks(&reads).is_empty() => SagaDecision::Read(seen.lacks(&reads)),
        Some(next) => then(seen, next),
        None => SagaDecision::Stop,
    }
}

fn bounded(view: &EngineView<'_>, decision: SagaDecision) -> SagaDecision {
    match decision {
        SagaDecision::Park { until, denied, why } => SagaDecision::Park { until: view.bounded(until), denied, why },
        decision => decision,
    }
}

pub(super) fn wait(view: &EngineView<'_>, why: String) -> SagaDecision {
    let interval = view.timing.after_polls(&view.record.metadata.id, view.record.scheduling.polls);
    SagaDecision::Park { until: view.bounded(view.now + interval), denied: 0, why }
}

/// Stores the intent of a write, if the lease lasts long enough for the write.
pub(super) fn intend(
    view: &EngineView<'_>,
    seen: &Observations,
    undo: bool,
    write: WriteRequest,
    announce: Vec<Announcement>,
) -> SagaDecision {
    let record = view.record;
    let not_after = view.now + view.timing.lease_margin;
    let lasts = record.scheduling.lease_until.is_some_and(|until| not_after + view.timing.http_timeout < until);
    if !lasts {
        return SagaDecision::Park {
            until: view.now,
            denied: 0,
            why: "the lease expires too soon for another write".to_owned(),
        };
    }
    let step = EngineView::current_step_index(record);
    let fence = record.scheduling.fence;
    let mut op_hash = digest(&(record.metadata.id, step, record.state.rev, undo, &write));
    op_hash.truncate(32);
    let mut builder = TransitionBuilder::new(view, EntryKind::Intended);
    builder.op_hash = Some(op_hash.clone());
    let state = builder.current_step();
    state.pending = Some(Intent {
        write: write.clone(),
        undo,
        op_hash: op_hash.clone(),
        at: view.now,
        not_after,
        fence,
        presumed_lost_at: None,
    });
    if !state.has_pre_image {
        let content = view.with_step(|step| step.pre_image(seen)).flatten();
        state.has_pre_image = content.is_some();
        builder.pre_image = content.map(|content| PreImage { step, at: view.now, content });
    }
    let needs_locks = view.kind().is_none_or(|kind| kind.post_check_locks);
    if let Some(post_check) =
        builder.progress.post_check.as_mut().filter(|post_check| needs_locks && !post_check.locked)
    {
        post_check.locked = true;
        builder.take_locks(LockCondition::Untouched);
    }
    let context = WriteContext { saga: record.metadata.id, op_hash, fence, not_after };
    builder.send = Some(WriteCommand { write, context, announce });
    builder.commit()
}

fn succeed(view: &EngineView<'_>, done: StepCompletion) -> SagaDecision {
    let index = view.record.state.progress.cursor;
    let mut builder = TransitionBuilder::new(view, EntryKind::StepSucceeded).noted(done.note);
    let step = builder.step(index);
    (step.status, step.outcome, step.outputs) = (StepStatus::Succeeded, Some(done.outcome.to_owned()), done.outputs);
    builder.announce = done.announce;
    if index + 1 < view.record.state.steps.len() {
        builder.enter(index + 1);
    } else {
        builder.end(SagaStatus::Succeeded);
    }
    builder.commit()
}

pub(super) fn fail(view: &EngineView<'_>, why: &str) -> SagaDecision {
    let mut builder = TransitionBuilder::new(view, EntryKind::StepFailed);
    builder.fail(why);
    builder.commit()
}
