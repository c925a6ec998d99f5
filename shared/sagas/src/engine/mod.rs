//! The engine: pure decisions on what a saga does next, from its record and from what was read.
//!
//! A worker that holds a saga's lease calls [`decide`] repeatedly, each time with the result of the
//! decision before. Each change is one compare-and-set with its ledger entry. A write is sent only
//! straight after its intent was committed, by the worker that committed it. Any other worker that
//! finds an intent without an outcome first finds out what became of the write.

mod begin;
mod forward;
pub mod operator;
mod pending;
mod post_check;
mod transition_builder;
mod undo;
mod view;

use crate::calls::{ReadRequest, WriteRequest, WriteResult};
use crate::ports::{Announcement, Fault, Observations, Transition, WriteContext};
use crate::record::{LockTarget, SagaStatus, StuckReason};
use crate::timing::RetryLimit;
use chrono::{DateTime, Utc};
use transition_builder::TransitionBuilder;

pub use view::EngineView;

/// The result of the decision before.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// No result: the lease was just taken, or a change was written.
    Woken,
    /// The reads that were requested, including earlier ones; they may end at the first fault.
    Observed(Observations),
    /// The response to a write.
    Answered {
        /// The hash of the write's intent.
        op_hash: String,
        /// The response, or the fault.
        answer: Result<WriteResult, Fault>,
    },
    /// The change was not written because another saga holds this lock, or released it too
    /// recently.
    Locked(LockTarget),
}

/// The next action of the worker.
#[derive(Debug, Clone, PartialEq)]
pub enum SagaDecision {
    /// Read these and add them to the observations.
    Read(Vec<ReadRequest>),
    /// Write this change to the table.
    Commit(Box<Commit>),
    /// Change nothing: give the lease back until a later time.
    Park {
        /// The time at which the saga is due next.
        until: DateTime<Utc>,
        /// The number of polls in a row, this one included, in which the token was not accepted.
        denied: u32,
        /// The reason for the log.
        why: String,
    },
    /// Do nothing: the saga needs no worker.
    Stop,
}

/// A state change to be written, and what follows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Commit {
    /// The change to be written.
    pub transition: Transition,
    /// The announcements to make before the change is written.
    pub announce: Vec<Announcement>,
    /// The write to send once the change is written.
    pub send: Option<WriteCommand>,
}

/// A write to be sent, whose intent is in the change that it comes with.
#[derive(Debug, Clone, PartialEq)]
pub struct WriteCommand {
    /// The write to send.
    pub write: WriteRequest,
    /// The context of the write, such as its time limit.
    pub context: WriteContext,
    /// The announcements to make before the write is sent.
    pub announce: Vec<Announcement>,
}

/// Decides what a saga does next.
#[must_use]
pub fn decide(view: &EngineView<'_>, input: &Input) -> SagaDecision {
    let record = view.record;
    if record.scheduling.next_due.is_none() {
        return SagaDecision::Stop;
    }
    if !view.known {
        return unknown(view);
    }
    if record.scheduling.takeovers > view.timing.crash_limit {
        let why = format!(
            "{} workers in a row took the saga over and stopped without a change",
            record.scheduling.takeovers - 1
        );
        return if record.status().is_terminal() {
            post_check::give_up(view, &why)
        } else {
            stuck(view, StuckReason::CrashLoop, &why)
        };
    }
    match record.status() {
        SagaStatus::Stuck => SagaDecision::Stop,
        SagaStatus::Pending => begin::begin(view, input),
        SagaStatus::Waiting if !record.state.progress.locked => begin::begin(view, input),
        SagaStatus::Running | SagaStatus::Waiting => forward::forward(view, input),
        SagaStatus::Unwinding => undo::undo(view, input),
        SagaStatus::Succeeded | SagaStatus::RolledBack | SagaStatus::Closed => post_check::post_check(view, input),
    }
}

/// Parks a saga whose definition this build does not have: another build may, before or after this
/// one.
fn unknown(view: &EngineView<'_>) -> SagaDecision {
    let RetryLimit { attempts, interval } = view.timing.unknown_definition;
    let why = "this build does not have the saga's definition";
    if view.record.scheduling.polls >= attempts && !view.record.status().is_terminal() {
        return stuck(view, StuckReason::UnknownDefinition, why);
    }
    SagaDecision::Park { until: view.now + interval, denied: 0, why: why.to_owned() }
}

/// Marks the saga stuck and hands it to an operator; locks are kept.
fn stuck(view: &EngineView<'_>, reason: StuckReason, why: &str) -> SagaDecision {
    let mut builder = TransitionBuilder::new(view, crate::record::EntryKind::Stuck);
    builder.mark_stuck(reason, why);
    builder.commit()
}

/// Decides what follows from a failed read that proves nothing about what exists.
fn after_fault(view: &EngineView<'_>, fault: &Fault) -> SagaDecision {
    let why = fault.to_string();
    let RetryLimit { attempts, interval } = view.timing.token_denied;
    let polls = view.record.scheduling.polls;
    let saga = &view.record.metadata.id;
    match fault {
        Fault::Limited { until } => {
            let spread = view.timing.after_failures(saga, polls) - view.timing.backoff.0;
            let until = (*until).max(view.now) + spread.min(interval);
            SagaDecision::Park { until, denied: 0, why }
        }
        Fault::Unauthorised(_) => {
            let denied = view.record.scheduling.denied + 1;
            if denied >= attempts && !view.record.status().is_terminal() {
                return stuck(view, StuckReason::Unauthorised, &why);
            }
            SagaDecision::Park { until: view.now + interval, denied, why }
        }
        Fault::NotFound(_) | Fault::Refused(_) | Fault::PendingEvent | Fault::Ambiguous(_) | Fault::Transient(_) => {
            SagaDecision::Park { until: view.now + view.timing.after_failures(saga, polls), denied: 0, why }
        }
    }
}
