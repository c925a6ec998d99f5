//! What people can do about a saga. Each word is a change with its ledger entry, conditional on the revision that it was said about.

use super::transition_builder::TransitionBuilder;
use super::{Commit, EngineView, SagaDecision};
use crate::ports::{Fault, Observations, ReadRequest};
use crate::record::{ApprovalVerdict, Cancel, EntryKind, SagaStatus, StepStatus, StuckReason};
use crate::steps::StepDecision;

/// What somebody wants of a saga.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperatorCommand {
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
    ApprovalDecision {
        /// Whether it may go on.
        approved: bool,
        /// Why.
        reason: String,
    },
}

/// Why it cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandRefusal {
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
    NotAwaitingApproval,
    /// It is stuck at another step, or going forward: a step is skipped only while it is undone.
    #[error("the saga is not stuck in undoing that step")]
    NotStuckThere,
    /// What it was stuck at is not mended.
    #[error("what the saga is stuck at is not mended: {0}")]
    NotFixed(String),
    /// It could not be seen whether it is: what kept it may pass by itself.
    #[error("it cannot be seen whether what the saga is stuck at is mended: {0}")]
    CannotVerify(String),
}

/// What is to be done about somebody's word.
#[derive(Debug, Clone, PartialEq)]
pub enum CommandDecision {
    /// Read these and ask again.
    Read(Vec<ReadRequest>),
    /// Write this change.
    Commit(Box<Commit>),
}

/// What is to be done about somebody's word; `seen` is what was read for it so far. The view's actor is a person.
///
/// # Errors
/// When it cannot be done.
pub fn decide_command(
    view: &EngineView<'_>,
    command: &OperatorCommand,
    seen: &Observations,
) -> Result<CommandDecision, CommandRefusal> {
    match command {
        OperatorCommand::Cancel { reason } => cancel(view, reason),
        OperatorCommand::Resume => resume(view, seen),
        OperatorCommand::Skip { step, reason } => skip(view, *step, reason),
        OperatorCommand::Close { reason } => close(view, reason),
        OperatorCommand::ApprovalDecision { approved, reason } => decide_approval(view, *approved, reason),
    }
}

fn written(builder: TransitionBuilder<'_>) -> Result<CommandDecision, CommandRefusal> {
    match builder.commit() {
        SagaDecision::Commit(commit) => Ok(CommandDecision::Commit(commit)),
        // A draft always gives a change.
        SagaDecision::Read(_) | SagaDecision::Park { .. } | SagaDecision::Stop => {
            Err(CommandRefusal::NotAwaitingApproval)
        }
    }
}

fn person(view: &EngineView<'_>) -> String {
    match &view.actor {
        crate::record::Actor::Person(subject) => subject.clone(),
        crate::record::Actor::Worker { owner, .. } => owner.clone(),
    }
}

/// A saga that is stuck going forward goes on, and finds that it was cancelled.
fn cancel(view: &EngineView<'_>, reason: &str) -> Result<CommandDecision, CommandRefusal> {
    let status = view.record.status();
    let resumes = view.record.state.progress.stuck.as_ref().map(|stuck| stuck.resumes_as);
    let goes_forward = |status| matches!(status, SagaStatus::Pending | SagaStatus::Running | SagaStatus::Waiting);
    if !goes_forward(resumes.unwrap_or(status)) || view.record.state.progress.cancel.is_some() {
        return Err(CommandRefusal::Status { status, what: "cancelled" });
    }
    let mut builder = TransitionBuilder::new(view, EntryKind::Cancelled).noted(reason);
    let reason = builder.note.clone();
    builder.progress.cancel = Some(Cancel { by: person(view), at: view.now, reason });
    if let Some(resumes_as) = resumes {
        (builder.progress.status, builder.progress.stuck) = (resumes_as, None);
    }
    written(builder)
}

/// The proof is the step's own decision on what is there now: it can be made, and it does not end where the saga got stuck.
fn resume(view: &EngineView<'_>, seen: &Observations) -> Result<CommandDecision, CommandRefusal> {
    let status = view.record.status();
    let Some(stuck) = view.record.state.progress.stuck.clone() else {
        return Err(CommandRefusal::Status { status, what: "resumed" });
    };
    if !view.known {
        return Err(CommandRefusal::NotFixed(StuckReason::UnknownDefinition.runbook().to_owned()));
    }
    match seen.fault() {
        Some(fault @ (Fault::Transient(_) | Fault::Ambiguous(_) | Fault::Limited { .. })) => {
            return Err(CommandRefusal::CannotVerify(fault.to_string()));
        }
        Some(fault) => return Err(CommandRefusal::NotFixed(fault.to_string())),
        None => {}
    }
    let undoes = stuck.resumes_as == SagaStatus::Unwinding;
    let next = view.with_step(|step, at| match &at.state.pending {
        _ if !seen.lacks(&step.reads(at)).is_empty() => StepDecision::Read(step.reads(at)),
        Some(intent) => {
            // What became of the write is for the worker to say; here it only must be possible to ask.
            step.recover(at, intent, seen);
            StepDecision::done("asked")
        }
        None if undoes => step.undo(at, seen),
        None => step.forward(at, seen),
    });
    match next {
        Some(StepDecision::Read(reads)) if !seen.lacks(&reads).is_empty() => {
            return Ok(CommandDecision::Read(seen.lacks(&reads)));
        }
        Some(StepDecision::Conflict(why) | StepDecision::Failed(why)) if undoes => {
            return Err(CommandRefusal::NotFixed(why));
        }
        _ => {}
    }
    let mut builder = TransitionBuilder::new(view, EntryKind::Resumed);
    (builder.progress.status, builder.progress.stuck) = (stuck.resumes_as, None);
    builder.progress.deadline += view.now - stuck.since;
    written(builder)
}

fn skip(view: &EngineView<'_>, index: usize, reason: &str) -> Result<CommandDecision, CommandRefusal> {
    let stuck = view.record.state.progress.stuck.as_ref();
    if !stuck.is_some_and(|stuck| stuck.step == index && stuck.resumes_as == SagaStatus::Unwinding) {
        return Err(CommandRefusal::NotStuckThere);
    }
    let mut builder = TransitionBuilder::new(view, EntryKind::Skipped).noted(reason);
    let reason = builder.note.clone();
    (builder.progress.status, builder.progress.stuck) = (SagaStatus::Unwinding, None);
    let step = builder.step(index);
    (step.status, step.pending, step.error) = (StepStatus::Skipped, None, Some(reason));
    builder.unwind(index);
    written(builder)
}

fn close(view: &EngineView<'_>, reason: &str) -> Result<CommandDecision, CommandRefusal> {
    let status = view.record.status();
    if status != SagaStatus::Stuck {
        return Err(CommandRefusal::Status { status, what: "closed" });
    }
    let mut builder = TransitionBuilder::new(view, EntryKind::Closed).noted(reason);
    builder.progress.error.get_or_insert(builder.note.clone());
    builder.end(SagaStatus::Closed);
    builder.cancel_post_checks();
    written(builder)
}

fn decide_approval(view: &EngineView<'_>, approved: bool, reason: &str) -> Result<CommandDecision, CommandRefusal> {
    let asks = view.with_step(|step, at| {
        step.needs_approval() && at.state.status == StepStatus::Running && at.state.verdict.is_none()
    });
    if !view.record.status().is_active() || asks != Some(true) {
        return Err(CommandRefusal::NotAwaitingApproval);
    }
    let kind = if approved { EntryKind::Approved } else { EntryKind::Denied };
    let mut builder = TransitionBuilder::new(view, kind).noted(reason);
    let reason = builder.note.clone();
    builder.current_step().verdict = Some(ApprovalVerdict { approved, by: person(view), at: view.now, reason });
    written(builder)
}
