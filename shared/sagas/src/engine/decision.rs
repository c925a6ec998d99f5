//! What the engine is given, and what it answers.

use chrono::{DateTime, Utc};

use crate::calls::{ReadRequest, WriteRequest, WriteResult};
use crate::ports::{Announcement, Fault, Observations, Transition, WriteContext};
use crate::record::LockTarget;

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
