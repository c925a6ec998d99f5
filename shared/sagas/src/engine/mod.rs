//! The engine: from where a saga is and what was seen, to what is done next. Pure.
//!
//! A worker that holds a saga's lease calls [`decide`] again and again with the outcome of the decision before. Each change is one
//! compare-and-set with its ledger entry. A write is sent only straight after its intent was committed, by whoever committed it; everybody
//! else who finds an intent without an outcome looks what became of it first.

mod begin;
mod draft;
mod forward;
mod late;
pub mod operator;
mod pending;
pub(crate) mod seeded;
mod undo;
mod view;

use crate::record::{LockTarget, SagaStatus, StuckReason};
use crate::rim::{Announced, Fault, Made, Read, Seen, Stamp, Transition, Write};
use chrono::{DateTime, Utc};
use draft::Draft;

pub use view::View;

/// The outcome of the decision before.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// None: the saga was just taken, or a change was written.
    Woken,
    /// What was asked to be read, all of it so far; it may end at the first fault.
    Seen(Seen),
    /// The answer to a write.
    Answered {
        /// Its intent's hash.
        op_hash: String,
        /// The answer.
        answer: Result<Made, Fault>,
    },
    /// The change could not be written because another saga holds this.
    Locked(LockTarget),
}

/// What is to be done next.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// Read these and add them to what was seen.
    Look(Vec<Read>),
    /// Write this change.
    Commit(Box<Commit>),
    /// Nothing changed: give the lease back and look again then.
    Rest {
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
    pub announce: Vec<Announced>,
    /// What to send once it is written.
    pub send: Option<Order>,
}

/// A write whose intent is in the change that it comes with.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// The write.
    pub write: Write,
    /// What it bears.
    pub stamp: Stamp,
    /// What to announce before it is sent.
    pub announce: Vec<Announced>,
}

/// What is done next with a saga.
#[must_use]
pub fn decide(view: &View<'_>, input: &Input) -> Decision {
    let head = view.head;
    if head.drive.next_due.is_none() {
        return Decision::Stop;
    }
    if !view.known {
        return unknown(view);
    }
    if head.drive.takeovers > view.timing.crash_limit {
        let why = format!("{} workers took it over and left no trace", head.drive.takeovers - 1);
        return if head.status().is_terminal() {
            late::give_up(view, &why)
        } else {
            stuck(view, StuckReason::CrashLoop, &why)
        };
    }
    match head.status() {
        SagaStatus::Stuck => Decision::Stop,
        SagaStatus::Pending => begin::begin(view, input),
        SagaStatus::Waiting if !head.state.core.locked => begin::begin(view, input),
        SagaStatus::Running | SagaStatus::Waiting => forward::forward(view, input),
        SagaStatus::Unwinding => undo::undo(view, input),
        SagaStatus::Succeeded | SagaStatus::RolledBack | SagaStatus::Closed => late::late(view, input),
    }
}

/// Parks a saga whose definition this build does not know: another build may, before or after this one.
fn unknown(view: &View<'_>) -> Decision {
    let (looks, apart) = view.timing.unknown;
    let why = "this build does not know the saga's definition";
    if view.head.drive.polls >= looks && !view.head.status().is_terminal() {
        return stuck(view, StuckReason::UnknownDefinition, why);
    }
    Decision::Rest { until: view.now + apart, denied: 0, why: why.to_owned() }
}

/// Calls people.
fn stuck(view: &View<'_>, reason: StuckReason, why: &str) -> Decision {
    let mut draft = Draft::new(view, crate::record::EntryKind::Stuck);
    draft.stick(reason, why);
    draft.commit()
}

/// What follows from a read that failed and says nothing of what is there.
fn after_fault(view: &View<'_>, fault: &Fault) -> Decision {
    let why = fault.to_string();
    let (tries, apart) = view.timing.denied;
    let polls = view.head.drive.polls;
    let saga = &view.head.about.id;
    match fault {
        Fault::Limited { until } => {
            let spread = view.timing.after_failures(saga, polls) - view.timing.backoff.0;
            let until = (*until).max(view.now) + spread.min(apart);
            Decision::Rest { until, denied: 0, why }
        }
        Fault::Unauthorised(_) => {
            let denied = view.head.drive.denied + 1;
            if denied >= tries && !view.head.status().is_terminal() {
                return stuck(view, StuckReason::Unauthorised, &why);
            }
            Decision::Rest { until: view.now + apart, denied, why }
        }
        Fault::Absent(_) | Fault::Refused(_) | Fault::PendingEvent | Fault::Ambiguous(_) | Fault::Transient(_) => {
            Decision::Rest { until: view.now + view.timing.after_failures(saga, polls), denied: 0, why }
        }
    }
}
