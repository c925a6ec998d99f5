//! The effects of faults on requests.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The effect of a fault. Every fault has exactly one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// Answers a status and leaves the state unchanged.
    Status {
        /// HTTP status of the answer.
        status: u16,
        /// Body of the answer, DO's error body for the status if absent. A text is sent unchanged,
        /// any other value as JSON.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<Value>,
        /// Headers to set. Null removes a header.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        headers: BTreeMap<String, Option<String>>,
    },
    /// Waits before the answer, which is the usual one unless another fault changes it.
    Delay {
        /// Duration of the delay in milliseconds.
        delay_ms: u64,
    },
    /// Closes the connection without a complete answer.
    Cut {
        /// Point at which the connection is closed.
        at: CutPoint,
    },
    /// Sends the usual answer without the second half of its JSON.
    TruncatedJson,
    /// Answers an error body with a success status.
    ErrorBody {
        /// HTTP status, 200 if absent.
        #[serde(default = "ok")]
        status: u16,
        /// DO's id of the error, such as `server_error`.
        #[serde(default = "server_error")]
        id: String,
        /// Error text in the body's `message`.
        #[serde(default = "server_error_message")]
        message: String,
    },
    /// Answers 429 in the form of DO's own answer.
    RateLimit {
        /// Limit that the answer reports.
        limit: LimitKind,
        /// Seconds until requests are admitted again: `retry-after` for the burst limit,
        /// `ratelimit-reset` for the hourly limit.
        #[serde(default = "one_minute")]
        wait_seconds: i64,
    },
    /// Serves pages 2 and later of a list as if objects at its head had changed since page 1 was
    /// read.
    PageShift {
        /// Kind of the change.
        change: ListChange,
        /// Number of objects that were inserted or removed.
        #[serde(default = "one")]
        items: usize,
    },
    /// Applies the request to the state and answers an error.
    ErrorAfterApply {
        /// HTTP status, 500 if absent.
        #[serde(default = "internal_error")]
        status: u16,
    },
    /// Answers an error, or closes the connection before any byte of an answer, and applies the
    /// unchanged request later.
    DelayedApply {
        /// Delay until the request is applied, in milliseconds of the simulator's clock.
        after_ms: u64,
        /// HTTP status; the connection is closed if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
    },
    /// Applies the request at once and delays the answer.
    DelayedAnswer {
        /// Duration of the delay in milliseconds.
        delay_ms: u64,
    },
    /// Makes the droplet action that the request starts end as `errored`.
    ActionFails,
    /// Serves reads from the state at the time when the fault was set.
    StaleReads {
        /// Duration in seconds. If absent, reads are stale until the fault is removed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seconds: Option<u64>,
    },
}

/// The point at which a connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CutPoint {
    /// Before any byte of the answer. The request is not applied.
    BeforeResponse,
    /// Before any byte of the answer. The request is applied.
    Applied,
    /// After half of the body. The request is applied.
    MidBody,
}

/// The limit that refuses a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitKind {
    /// The limit per minute. The answer has `retry-after`.
    Burst,
    /// The limit per hour. The answer has no `retry-after`.
    Hourly,
}

/// The change at the head of a list between two pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListChange {
    /// Objects were inserted, so some objects appear twice.
    Insert,
    /// Objects were removed, so some objects are skipped.
    Remove,
}

impl Effect {
    /// Answers a status with DO's error body for it.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Status { status, body: None, headers: BTreeMap::new() }
    }

    /// Answers 429 with the headers of one of DO's limits, with a wait of one minute.
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

/// Message of the example in OpenAPI `responses/server_error`.
fn server_error_message() -> String {
    "Unexpected server-side error".to_owned()
}
