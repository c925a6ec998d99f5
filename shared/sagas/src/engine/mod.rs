//! The engine: from where a saga is and what was seen, to what is done next. Pure.
//!
//! A worker that holds a saga's lease calls [`decide`] again and again with the outcome of the decision before. Each change is one
//! compare-and-set with its ledger entry. A write is sent only straight after its intent was committed, by whoever committed it; everybody
//! else who finds an intent without an outcome looks what became of it first.

mod begin;
mod forward;
pub(crate) mod mutants;
pub mod operator;
mod pending;
mod post_check;
mod transition_builder;
mod undo;
mod view;

use crate::ports::{
    Announcement, Fault, Observations, ReadRequest, Transition, WriteContext, WriteRequest, WriteResult,
};
use crate::record::{LockTarget, SagaStatus, StuckReason};
use crate::timing::RetryLimit;
use chrono::{DateTime, Utc};
use transition_builder::TransitionBuilder;

pub use view::EngineView;

/// The outcome of the decision before.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// None: the saga was just taken, or a change was written.
    Woken,
    /// What was asked to be read, all of it so far; it may end at the first fault.
    Observed(Observations),
    /// The answer to a write.
    Answered {
        /// Its intent's hash.
        op_hash: String,
        /// The answer.
        answer: Result<WriteResult, Fault>,
    },
    /// The change could not be written because another saga holds this.
    Locked(LockTarget),
}

/// What is to be done next.
#[derive(Debug, Clone, PartialEq)]
pub enum SagaDecision {
    /// Read these and add them to what was seen.
    Read(Vec<ReadRequest>),
    /// Write this change.
    Commit(Box<Commit>),
    /// Nothing changed: give the lease back and look again then.
    Park {
        /// When.
        until: DateTime<Utc>,
        /// Looks in a row, with this one, for which the token was not accepted.
        denied: u32,
        /// Why, for the log.
        why: String,
    },
    /// Nothing is to be done.
    Stop,
}

/// A change to be written, and what follows.
#[derive(Debug, Clone, PartialEq)]
pub struct Commit {
    /// The change.
    pub transition: Transition,
    /// What to announce before it is written.
    pub announce: Vec<Announcement>,
    /// What to send once it is written.
    pub send: Option<WriteCommand>,
}

/// A write whose intent is in the change that it comes with.
#[derive(Debug, Clone, PartialEq)]
pub struct WriteCommand {
    /// The write.
    pub write: WriteRequest,
    /// What it bears.
    pub context: WriteContext,
    /// What to announce before it is sent.
    pub announce: Vec<Announcement>,
}

/// What is done next with a saga.
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
        let why = format!("{} workers took it over and left no trace", record.scheduling.takeovers - 1);
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

/// Parks a saga whose definition this build does not know: another build may, before or after this one.
fn unknown(view: &EngineView<'_>) -> SagaDecision {
    let RetryLimit { attempts, interval } = view.timing.unknown_definition;
    let why = "this build does not know the saga's definition";
    if view.record.scheduling.polls >= attempts && !view.record.status().is_terminal() {
        return stuck(view, StuckReason::UnknownDefinition, why);
    }
    SagaDecision::Park { until: view.now + interval, denied: 0, why: why.to_owned() }
}

/// Calls people.
fn stuck(view: &EngineView<'_>, reason: StuckReason, why: &str) -> SagaDecision {
    let mut builder = TransitionBuilder::new(view, crate::record::EntryKind::Stuck);
    builder.mark_stuck(reason, why);
    builder.commit()
}

/// What follows from a read that failed and says nothing of what is there.
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
