//! Forward: the step at work.

use super::draft::Draft;
use super::{Decision, Input, Order, View, after_fault, begin, pending};
use crate::record::{EntryKind, Intent, SagaStatus, StepStatus, Take, digest};
use crate::rim::{Announced, PreImage, Read, Seen, Stamp, Write};
use crate::steps::{At, Done, Next, Step};

pub(super) fn forward(view: &View<'_>, input: &Input) -> Decision {
    if let Some(decision) = pending::settle(view, input) {
        return decision;
    }
    if let Some(why) = begin::over(view) {
        return fail(view, &why);
    }
    with_seen(
        view,
        input,
        |seen, next| match next {
            Next::Until(until, why) => {
                let until = view.bounded(until);
                if view.head.status() == SagaStatus::Waiting {
                    return Decision::Rest { until, denied: 0, why };
                }
                let mut draft = Draft::new(view, EntryKind::Waiting).noted(why);
                draft.core.status = SagaStatus::Waiting;
                draft.rest(until);
                draft.commit()
            }
            Next::Send { write, announce } => intend(view, seen, false, write, announce),
            Next::Done(done) => succeed(view, done),
            Next::Failed(why) | Next::Conflict(why) => fail(view, &why),
            Next::Wait(why) => wait(view, why),
            Next::Look(_) => wait(view, "it asked for what it had seen".to_owned()),
        },
        |step, at, seen| step.forward(at, seen),
    )
}

/// Reads what the step at work wants to see, and lets it decide.
pub(super) fn with_seen(
    view: &View<'_>,
    input: &Input,
    then: impl FnOnce(&Seen, Next) -> Decision,
    decide: impl FnOnce(&dyn Step, &At<'_>, &Seen) -> Next,
) -> Decision {
    let nothing = Seen::nothing();
    let seen = match input {
        Input::Seen(seen) => seen,
        Input::Woken | Input::Answered { .. } | Input::Locked(_) => &nothing,
    };
    if let Some(fault) = seen.fault() {
        return bounded(view, after_fault(view, fault));
    }
    let asked = view.with_step(|step, at| {
        let lacking: Vec<Read> = seen.lacks(&step.reads(at));
        if lacking.is_empty() { decide(step, at, seen) } else { Next::Look(lacking) }
    });
    match asked {
        Some(Next::Look(reads)) if !seen.lacks(&reads).is_empty() => Decision::Look(seen.lacks(&reads)),
        Some(next) => then(seen, next),
        None => Decision::Stop,
    }
}

fn bounded(view: &View<'_>, decision: Decision) -> Decision {
    match decision {
        Decision::Rest { until, denied, why } => Decision::Rest { until: view.bounded(until), denied, why },
        decision => decision,
    }
}

pub(super) fn wait(view: &View<'_>, why: String) -> Decision {
    let looks = view.timing.after_looks(&view.head.about.id, view.head.drive.polls);
    Decision::Rest { until: view.bounded(view.now + looks), denied: 0, why }
}

/// Makes the intent of a write durable, if the lease lasts for the write.
pub(super) fn intend(view: &View<'_>, seen: &Seen, undo: bool, write: Write, announce: Vec<Announced>) -> Decision {
    let head = view.head;
    let not_after = view.now + view.timing.lease_margin;
    let lasts = head.drive.lease_until.is_some_and(|until| not_after + view.timing.http_timeout < until);
    if !lasts {
        return Decision::Rest {
            until: view.now,
            denied: 0,
            why: "the lease does not last for another write".to_owned(),
        };
    }
    let step = View::step_at_work(head);
    let fence = head.drive.fence;
    let mut op_hash = digest(&(head.about.id, step, head.state.rev, undo, &write));
    op_hash.truncate(32);
    let mut draft = Draft::new(view, EntryKind::Intended);
    draft.op_hash = Some(op_hash.clone());
    let state = draft.at_work();
    state.pending = Some(Intent {
        write: write.clone(),
        undo,
        op_hash: op_hash.clone(),
        at: view.now,
        not_after,
        fence,
        doubt_until: None,
    });
    if !state.stashed {
        let stash = view.with_step(|step, at| step.stash(at, seen)).filter(|stash| !stash.is_null());
        state.stashed = stash.is_some();
        draft.pre = stash.map(|stash| PreImage { step, at: view.now, stash });
    }
    let shares = view.with_step(|step, _| step.late_locks()).unwrap_or(true);
    if let Some(late) = draft.core.late.as_mut().filter(|late| shares && !late.locked) {
        late.locked = true;
        draft.take_locks(Take::Untouched);
    }
    let stamp = Stamp { saga: head.about.id, op_hash, fence, not_after };
    draft.send = Some(Order { write, stamp, announce });
    draft.commit()
}

fn succeed(view: &View<'_>, done: Done) -> Decision {
    let index = view.head.state.core.cursor;
    let mut draft = Draft::new(view, EntryKind::StepSucceeded).noted(done.note);
    let step = draft.step(index);
    (step.status, step.outcome, step.outputs) = (StepStatus::Succeeded, Some(done.outcome.to_owned()), done.outputs);
    draft.announce = done.announce;
    if index + 1 < view.head.state.steps.len() {
        draft.enter(index + 1);
    } else {
        draft.end(SagaStatus::Succeeded);
    }
    draft.commit()
}

pub(super) fn fail(view: &View<'_>, why: &str) -> Decision {
    let mut draft = Draft::new(view, EntryKind::StepFailed);
    draft.fail(why);
    draft.commit()
}
