//! The decisions of a step.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::calls::{ReadRequest, WriteRequest, WriteResult};
use crate::ports::Announcement;

/// The next action of a step.
#[derive(Debug, Clone, PartialEq)]
pub enum StepDecision {
    /// Read these as well, then decide again.
    Read(Vec<ReadRequest>),
    /// Send this write. The engine stores the intent first.
    Send {
        /// The write to send.
        write: WriteRequest,
        /// The changes that the inventory will find, as far as they are known before the response.
        announce: Vec<Announcement>,
    },
    /// Poll again after a while; the reason.
    Wait(String),
    /// Wait until a time or an operator's decision; the reason.
    Until(DateTime<Utc>, String),
    /// Nothing is left to write.
    Done(StepCompletion),
    /// The step cannot be completed; the reason.
    Failed(String),
    /// Going on would overwrite the work of another client; the reason.
    Conflict(String),
}

/// The completion of a step, or of its compensation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StepCompletion {
    /// The way in which it was completed, as a word such as `created`.
    pub outcome: &'static str,
    /// The step's outputs, for references by later steps.
    pub outputs: Map<String, Value>,
    /// A note for the ledger; empty if there is nothing to add.
    pub note: String,
    /// The changes that the inventory will find and that were not announced before.
    pub announce: Vec<Announcement>,
}

impl StepDecision {
    /// Returns the decision to send a write without an announcement.
    #[must_use]
    pub fn send(write: WriteRequest) -> Self {
        Self::Send { write, announce: Vec::new() }
    }

    /// Returns the completion with this outcome and nothing else.
    #[must_use]
    pub fn done(outcome: &'static str) -> Self {
        Self::Done(StepCompletion { outcome, ..StepCompletion::default() })
    }
}

/// The outcome of a write whose response is not known.
#[derive(Debug, Clone, PartialEq)]
pub enum Recovered {
    /// The write was carried out, with this result.
    Applied(WriteResult),
    /// No result of the write is found. After the quarantine this means that it was not carried
    /// out.
    Unseen,
    /// The write may be in progress, for this reason. However long that takes, it must not be
    /// repeated.
    UnderWay(String),
}
