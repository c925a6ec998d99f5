//! Operator commands. Each is a state change with its ledger entry, conditional on the revision
//! that it was decided on.

use super::state_change::StateChange;
use super::{Commit, EngineView};
use crate::calls::ReadRequest;
use crate::ports::{Fault, Observations};
use crate::record::{Actor, ApprovalVerdict, Cancel, EntryKind, SagaStatus, StepStatus, StuckReason};
use crate::step::StepDecision;

/// A command of an operator for a saga.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperatorCommand {
    /// Cancels the saga: no further steps run and completed steps are compensated.
    Cancel {
        /// The reason, in the operator's words.
        reason: String,
    },
    /// Resumes the saga: the cause of its being stuck is fixed.
    Resume,
    /// Skips the compensation that is stuck; the operator takes over its cleanup.
    Skip {
        /// The index of the step to skip.
        step: usize,
        /// The reason, in the operator's words.
        reason: String,
    },
    /// Ends a stuck saga as it is; the operator takes over its cleanup.
    Close {
        /// The reason, in the operator's words.
        reason: String,
    },
    /// Approves or denies at the approval gate at which the saga waits.
    ApprovalDecision {
        /// True if the saga may continue.
        approved: bool,
        /// The reason, in the operator's words.
        reason: String,
    },
}

/// The reason why a command is not possible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandRefusal {
    /// The saga's status does not allow the command.
    #[error("a saga with status {status:?} cannot be {what}")]
    Status {
        /// The current status of the saga.
        status: SagaStatus,
        /// The command as a participle, such as `resumed`.
        what: &'static str,
    },
    /// The saga is at no approval gate, or the gate has its decision already.
    #[error("the saga is not waiting for an approval")]
    NotAwaitingApproval,
    /// The saga is stuck at another step, or while going forward. A step can be skipped only in
    /// compensation.
    #[error("the saga is not stuck in the compensation of that step")]
    NotStuckThere,
    /// The cause of the saga's being stuck is not fixed.
    #[error("the cause of the saga's being stuck is not fixed: {0}")]
    NotFixed(String),
    /// A temporary fault prevented the check whether the cause is fixed.
    #[error("whether the cause of the saga's being stuck is fixed cannot be checked now: {0}")]
    CannotVerify(String),
}

/// The next action for a command.
#[derive(Debug, Clone, PartialEq)]
pub enum CommandDecision {
    /// Read these and decide again.
    Read(Vec<ReadRequest>),
    /// Write this change to the table.
    Commit(Box<Commit>),
}

/// Decides on a command. `seen` are the reads that were made for it so far; the view's actor is the
/// operator.
///
/// # Errors
/// When the command is not possible.
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

impl From<StateChange<'_>> for CommandDecision {
    fn from(change: StateChange<'_>) -> Self {
        Self::Commit(change.commit())
    }
}

fn person(view: &EngineView<'_>) -> String {
    match &view.actor {
        Actor::Person(name) | Actor::Worker { owner: name, .. } => name.clone(),
    }
}

/// Cancels a saga. One that is stuck while going forward is resumed, and then stops as it is
/// cancelled.
fn cancel(view: &EngineView<'_>, reason: &str) -> Result<CommandDecision, CommandRefusal> {
    let (status, progress) = (view.record.status(), &view.record.state.progress);
    let resumes_as = progress.stuck.as_ref().map_or(status, |stuck| stuck.resumes_as);
    let goes_forward = matches!(resumes_as, SagaStatus::Pending | SagaStatus::Running | SagaStatus::Waiting);
    if !goes_forward || progress.cancel.is_some() {
        return Err(CommandRefusal::Status { status, what: "cancelled" });
    }
    let mut change = StateChange::new(view, EntryKind::Cancelled, reason);
    change.progress.cancel = Some(Cancel { by: person(view), at: view.now, reason: change.note.clone() });
    (change.progress.status, change.progress.stuck) = (resumes_as, None);
    Ok(change.into())
}

/// Resumes a stuck saga. The cause counts as fixed if the step can decide on the present state, and
/// that decision does not end at the same point.
fn resume(view: &EngineView<'_>, seen: &Observations) -> Result<CommandDecision, CommandRefusal> {
    let status = view.record.status();
    let Some(stuck) = &view.record.state.progress.stuck else {
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
    let compensates = stuck.resumes_as == SagaStatus::Unwinding;
    let pending = view.current_step().and_then(|state| state.pending.as_ref());
    let next = view.with_step(|step| match pending {
        _ if !seen.lacks(&step.reads()).is_empty() => StepDecision::Read(step.reads()),
        Some(intent) => {
            // The worker determines the outcome of the write; here it must only be possible to
            // search for it.
            step.recover(intent, seen);
            StepDecision::done("searched")
        }
        None if compensates => step.undo(seen),
        None => step.forward(seen),
    });
    match next {
        Some(StepDecision::Read(reads)) if !seen.lacks(&reads).is_empty() => {
            return Ok(CommandDecision::Read(seen.lacks(&reads)));
        }
        Some(StepDecision::Conflict(why) | StepDecision::Failed(why)) if compensates => {
            return Err(CommandRefusal::NotFixed(why));
        }
        _ => {}
    }
    let mut change = StateChange::new(view, EntryKind::Resumed, "");
    (change.progress.status, change.progress.stuck) = (stuck.resumes_as, None);
    change.progress.deadline += view.now - stuck.since;
    Ok(change.into())
}

fn skip(view: &EngineView<'_>, index: usize, reason: &str) -> Result<CommandDecision, CommandRefusal> {
    let stuck = view.record.state.progress.stuck.as_ref();
    if !stuck.is_some_and(|stuck| stuck.step == index && stuck.resumes_as == SagaStatus::Unwinding) {
        return Err(CommandRefusal::NotStuckThere);
    }
    let mut change = StateChange::new(view, EntryKind::Skipped, reason);
    (change.progress.status, change.progress.stuck) = (SagaStatus::Unwinding, None);
    let reason = change.note.clone();
    let step = &mut change.steps[index];
    (step.status, step.pending, step.error) = (StepStatus::Skipped, None, Some(reason));
    change.unwind(index);
    Ok(change.into())
}

fn close(view: &EngineView<'_>, reason: &str) -> Result<CommandDecision, CommandRefusal> {
    let status = view.record.status();
    if status != SagaStatus::Stuck {
        return Err(CommandRefusal::Status { status, what: "closed" });
    }
    let mut change = StateChange::new(view, EntryKind::Closed, reason);
    change.progress.error.get_or_insert(change.note.clone());
    change.end(SagaStatus::Closed);
    change.cancel_post_checks();
    Ok(change.into())
}

fn decide_approval(view: &EngineView<'_>, approved: bool, reason: &str) -> Result<CommandDecision, CommandRefusal> {
    let is_open =
        view.current_step().is_some_and(|state| state.status == StepStatus::Running && state.verdict.is_none());
    let awaits_approval = is_open && view.kind().is_some_and(|kind| kind.needs_approval);
    if !view.record.status().is_active() || !awaits_approval {
        return Err(CommandRefusal::NotAwaitingApproval);
    }
    let kind = if approved { EntryKind::Approved } else { EntryKind::Denied };
    let mut change = StateChange::new(view, kind, reason);
    let reason = change.note.clone();
    change.step().verdict = Some(ApprovalVerdict { approved, by: person(view), at: view.now, reason });
    Ok(change.into())
}
