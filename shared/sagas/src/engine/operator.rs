//! What people can do about a saga. Each word is a change with its ledger entry, conditional on the revision that it was said about.

use super::draft::Draft;
use super::{Commit, Decision, View};
use crate::record::{Cancel, EntryKind, SagaStatus, StepStatus, StuckReason, Verdict};
use crate::rim::{Fault, Read, Seen};
use crate::steps::Next;

/// What somebody wants of a saga.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    /// Go no further, and undo what was done.
    Cancel {
        /// Why.
        reason: String,
    },
    /// Go on: what it was stuck at is mended.
    Resume,
    /// Leave the step that undoing is stuck at: I take it over.
    Skip {
        /// The step.
        step: usize,
        /// Why.
        reason: String,
    },
    /// End it as it is: I take it over.
    Close {
        /// Why.
        reason: String,
    },
    /// Let it through the gate that it waits at, or not.
    Judge {
        /// Whether it may go on.
        approved: bool,
        /// Why.
        reason: String,
    },
}

/// Why it cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The saga is not in a state for it.
    #[error("a saga that is {status:?} cannot be {what}")]
    Status {
        /// Where it is.
        status: SagaStatus,
        /// What was wanted.
        what: &'static str,
    },
    /// It waits at no gate, or at one where somebody has spoken.
    #[error("the saga waits for nobody's word")]
    NotAsked,
    /// It is stuck at another step, or going forward: a step is skipped only while it is undone.
    #[error("the saga is not stuck in undoing that step")]
    NotStuckThere,
    /// What it was stuck at is not mended.
    #[error("what the saga is stuck at is not mended: {0}")]
    Unproven(String),
    /// It could not be seen whether it is: what kept it may pass by itself.
    #[error("it cannot be seen whether what the saga is stuck at is mended: {0}")]
    Unseen(String),
}

/// What is to be done about somebody's word.
#[derive(Debug, Clone, PartialEq)]
pub enum Response {
    /// Read these and ask again.
    Look(Vec<Read>),
    /// Write this change.
    Commit(Box<Commit>),
}

/// What is to be done about somebody's word; `seen` is what was read for it so far. The view's actor is a person.
///
/// # Errors
/// When it cannot be done.
pub fn operate(view: &View<'_>, verb: &Verb, seen: &Seen) -> Result<Response, Refusal> {
    match verb {
        Verb::Cancel { reason } => cancel(view, reason),
        Verb::Resume => resume(view, seen),
        Verb::Skip { step, reason } => skip(view, *step, reason),
        Verb::Close { reason } => close(view, reason),
        Verb::Judge { approved, reason } => judge(view, *approved, reason),
    }
}

fn written(draft: Draft<'_>) -> Result<Response, Refusal> {
    match draft.commit() {
        Decision::Commit(commit) => Ok(Response::Commit(commit)),
        // A draft always gives a change.
        Decision::Look(_) | Decision::Rest { .. } | Decision::Stop => Err(Refusal::NotAsked),
    }
}

fn person(view: &View<'_>) -> String {
    match &view.actor {
        crate::record::Actor::Person(subject) => subject.clone(),
        crate::record::Actor::Worker { owner, .. } => owner.clone(),
    }
}

/// A saga that is stuck going forward goes on, and finds that it was cancelled.
fn cancel(view: &View<'_>, reason: &str) -> Result<Response, Refusal> {
    let status = view.head.status();
    let resumes = view.head.state.core.stuck.as_ref().map(|stuck| stuck.resumes_as);
    let goes_forward = |status| matches!(status, SagaStatus::Pending | SagaStatus::Running | SagaStatus::Waiting);
    if !goes_forward(resumes.unwrap_or(status)) || view.head.state.core.cancel.is_some() {
        return Err(Refusal::Status { status, what: "cancelled" });
    }
    let mut draft = Draft::new(view, EntryKind::Cancelled).noted(reason);
    let reason = draft.note.clone();
    draft.core.cancel = Some(Cancel { by: person(view), at: view.now, reason });
    if let Some(resumes_as) = resumes {
        (draft.core.status, draft.core.stuck) = (resumes_as, None);
    }
    written(draft)
}

/// The proof is the step's own decision on what is there now: it can be made, and it does not end where the saga got stuck.
fn resume(view: &View<'_>, seen: &Seen) -> Result<Response, Refusal> {
    let status = view.head.status();
    let Some(stuck) = view.head.state.core.stuck.clone() else {
        return Err(Refusal::Status { status, what: "resumed" });
    };
    if !view.known {
        return Err(Refusal::Unproven(StuckReason::UnknownDefinition.runbook().to_owned()));
    }
    match seen.fault() {
        Some(fault @ (Fault::Transient(_) | Fault::Ambiguous(_) | Fault::Limited { .. })) => {
            return Err(Refusal::Unseen(fault.to_string()));
        }
        Some(fault) => return Err(Refusal::Unproven(fault.to_string())),
        None => {}
    }
    let undoes = stuck.resumes_as == SagaStatus::Unwinding;
    let next = view.with_step(|step, at| match &at.state.pending {
        _ if !seen.lacks(&step.reads(at)).is_empty() => Next::Look(step.reads(at)),
        Some(intent) => {
            // What became of the write is for the worker to say; here it only must be possible to ask.
            step.recover(at, intent, seen);
            Next::done("asked")
        }
        None if undoes => step.undo(at, seen),
        None => step.forward(at, seen),
    });
    match next {
        Some(Next::Look(reads)) if !seen.lacks(&reads).is_empty() => return Ok(Response::Look(seen.lacks(&reads))),
        Some(Next::Conflict(why) | Next::Failed(why)) if undoes => return Err(Refusal::Unproven(why)),
        _ => {}
    }
    let mut draft = Draft::new(view, EntryKind::Resumed);
    (draft.core.status, draft.core.stuck) = (stuck.resumes_as, None);
    draft.core.deadline += view.now - stuck.since;
    written(draft)
}

fn skip(view: &View<'_>, index: usize, reason: &str) -> Result<Response, Refusal> {
    let stuck = view.head.state.core.stuck.as_ref();
    if !stuck.is_some_and(|stuck| stuck.step == index && stuck.resumes_as == SagaStatus::Unwinding) {
        return Err(Refusal::NotStuckThere);
    }
    let mut draft = Draft::new(view, EntryKind::Skipped).noted(reason);
    let reason = draft.note.clone();
    (draft.core.status, draft.core.stuck) = (SagaStatus::Unwinding, None);
    let step = draft.step(index);
    (step.status, step.pending, step.error) = (StepStatus::Skipped, None, Some(reason));
    draft.unwind(index);
    written(draft)
}

fn close(view: &View<'_>, reason: &str) -> Result<Response, Refusal> {
    let status = view.head.status();
    if status != SagaStatus::Stuck {
        return Err(Refusal::Status { status, what: "closed" });
    }
    let mut draft = Draft::new(view, EntryKind::Closed).noted(reason);
    draft.core.error.get_or_insert(draft.note.clone());
    draft.end(SagaStatus::Closed);
    draft.never_look();
    written(draft)
}

fn judge(view: &View<'_>, approved: bool, reason: &str) -> Result<Response, Refusal> {
    let asks =
        view.with_step(|step, at| step.asks() && at.state.status == StepStatus::Running && at.state.verdict.is_none());
    if !view.head.status().is_active() || asks != Some(true) {
        return Err(Refusal::NotAsked);
    }
    let kind = if approved { EntryKind::Approved } else { EntryKind::Denied };
    let mut draft = Draft::new(view, kind).noted(reason);
    let reason = draft.note.clone();
    draft.at_work().verdict = Some(Verdict { approved, by: person(view), at: view.now, reason });
    written(draft)
}
