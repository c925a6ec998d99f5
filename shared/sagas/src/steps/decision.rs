//! What a step decides.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::ports::{Announcement, ReadRequest, WriteRequest, WriteResult};

/// What is to be done next.
#[derive(Debug, Clone, PartialEq)]
pub enum StepDecision {
    /// Read this as well, then decide again.
    Read(Vec<ReadRequest>),
    /// Write this. It is sent only once the intent is durable.
    Send {
        /// The write.
        write: WriteRequest,
        /// What the inventory will see of it, as far as that is known before the answer.
        announce: Vec<Announcement>,
    },
    /// Look again in a while; for this reason.
    Wait(String),
    /// Look again at a time, or when somebody has spoken; for this reason.
    Until(DateTime<Utc>, String),
    /// It is done: nothing is left to write.
    Done(StepCompletion),
    /// It cannot be done.
    Failed(String),
    /// Going on would overwrite what somebody else did.
    Conflict(String),
}

/// That a step, or undoing it, is done.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StepCompletion {
    /// How, in a word such as `created`.
    pub outcome: &'static str,
    /// What it gave.
    pub outputs: Map<String, Value>,
    /// What there is to say of it.
    pub note: String,
    /// What the inventory will see of it and was not told yet.
    pub announce: Vec<Announcement>,
}

impl StepDecision {
    /// To write this, nothing announced.
    #[must_use]
    pub fn send(write: WriteRequest) -> Self {
        Self::Send { write, announce: Vec::new() }
    }

    /// It is done, in a word.
    #[must_use]
    pub fn done(outcome: &'static str) -> Self {
        Self::Done(StepCompletion { outcome, ..StepCompletion::default() })
    }
}

/// What became of a write whose answer is not known.
#[derive(Debug, Clone, PartialEq)]
pub enum Recovered {
    /// It was carried out, and made this.
    Applied(WriteResult),
    /// Nothing is seen of it. After the quarantine that means that it was not carried out.
    Unseen,
    /// It may be under way, for this reason: however long that takes, it is not to be repeated.
    UnderWay(String),
}
