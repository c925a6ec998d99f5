//! What a fault does to a request.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The one thing that a fault does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// Answers this status and does nothing.
    Status {
        /// The status.
        status: u16,
        /// The body; DO's error body for the status if absent. A text is sent as it is, anything else as JSON.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<Value>,
        /// Headers to set; null removes one.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        headers: BTreeMap<String, Option<String>>,
    },
    /// Waits before answering as usual, or as another fault says.
    Delay {
        /// Milliseconds.
        delay_ms: u64,
    },
    /// Ends the connection.
    Cut {
        /// Where.
        at: CutPoint,
    },
    /// The usual answer with the second half of its JSON missing.
    TruncatedJson,
    /// An error body under a status of success.
    ErrorBody {
        /// The status, 200 if absent.
        #[serde(default = "ok")]
        status: u16,
        /// The error's id.
        #[serde(default = "server_error")]
        id: String,
        /// The error's message.
        #[serde(default = "server_error_message")]
        message: String,
    },
    /// 429 as DO answers it.
    RateLimit {
        /// Which limit.
        limit: LimitKind,
        /// Seconds until a request is let in again: `retry-after` of a burst, `ratelimit-reset` of the hour.
        #[serde(default = "one_minute")]
        wait_seconds: i64,
    },
    /// Pages 2 and later of a list look as if its head had changed since page 1 was fetched.
    PageShift {
        /// How it changed.
        change: ListChange,
        /// By how many objects.
        #[serde(default = "one")]
        items: usize,
    },
    /// Does what is asked and answers this status.
    ErrorAfterApply {
        /// The status, 500 if absent.
        #[serde(default = "internal_error")]
        status: u16,
    },
    /// Answers this status, or cuts the connection before any byte of an answer, and does what is asked later, as the request was.
    DelayedApply {
        /// How much later by the simulator's clock, in milliseconds.
        after_ms: u64,
        /// The status; the connection is cut if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
    },
    /// Does what is asked at once and keeps the answer back.
    DelayedAnswer {
        /// Milliseconds.
        delay_ms: u64,
    },
    /// The action on a droplet that a request begins ends as `errored`.
    ActionFails,
    /// Reads see the state as it was when the fault was set.
    StaleReads {
        /// For how long; until the fault is removed if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seconds: Option<u64>,
    },
}

/// Where a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CutPoint {
    /// Before any byte of the answer. What was asked is not done.
    BeforeResponse,
    /// Before any byte of the answer. What was asked is done.
    Applied,
    /// After half of the body. What was asked is done.
    MidBody,
}

/// Which of the two limits refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitKind {
    /// Requests a minute: with `retry-after`.
    Burst,
    /// Requests an hour: without it.
    Hourly,
}

/// How the head of a list changed between two pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListChange {
    /// Objects were inserted, so some appear twice.
    Insert,
    /// Objects were removed, so some are skipped.
    Remove,
}

impl Effect {
    /// Answers a status with DO's error body for it.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Status { status, body: None, headers: BTreeMap::new() }
    }

    /// Answers 429 as DO does at one of its limits.
    #[must_use]
    pub fn rate_limit(limit: LimitKind) -> Self {
        Self::RateLimit { limit, wait_seconds: one_minute() }
    }

    /// Answers 200 with an error body.
    #[must_use]
    pub fn error_body() -> Self {
        Self::ErrorBody { status: ok(), id: server_error(), message: server_error_message() }
    }

    /// Shifts later pages by one object.
    #[must_use]
    pub fn page_shift(change: ListChange) -> Self {
        Self::PageShift { change, items: 1 }
    }
}

fn ok() -> u16 {
    200
}

fn internal_error() -> u16 {
    500
}

fn one() -> usize {
    1
}

fn one_minute() -> i64 {
    60
}

fn server_error() -> String {
    "server_error".to_owned()
}

/// OpenAPI `responses/server_error`.
fn server_error_message() -> String {
    "Unexpected server-side error".to_owned()
}
