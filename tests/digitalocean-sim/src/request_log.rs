//! The log of all requests, with their token and result. It contains a token's name, never its
//! value.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::path_pattern;

/// One request of the log.
#[derive(Debug, Clone, Serialize)]
pub struct LogEntry {
    /// Sequence number, starting at 1.
    pub seq: u64,
    /// Time of arrival by the simulator's clock.
    pub time: DateTime<Utc>,
    /// HTTP method, in capitals.
    pub method: String,
    /// Path without the query.
    pub path: String,
    /// Query without the question mark.
    pub query: String,
    /// Path of the operation as the OpenAPI document writes it, if the operation is served.
    pub route: Option<String>,
    /// Account of the token, if the token is known.
    pub account: Option<String>,
    /// Name of the token, if the token is known.
    pub token: Option<String>,
    /// Status of the answer; none while the request is in progress, or if the connection was closed
    /// before an answer.
    pub status: Option<u16>,
    /// Ids of the faults that were applied.
    pub faults: Vec<String>,
}

/// A filter for logged requests. An empty filter matches all.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RequestFilter {
    /// HTTP method, ignoring case.
    pub method: Option<String>,
    /// Path, or a glob such as `/v2/droplets*`.
    pub path: Option<String>,
    /// Account of the request's token.
    pub account: Option<String>,
    /// Name of the request's token.
    pub token: Option<String>,
    /// Status of the answer.
    pub status: Option<u16>,
    /// Id of a fault that was applied.
    pub fault: Option<String>,
    /// Sequence number that all matching requests must exceed.
    pub after: Option<u64>,
    /// Maximum number of requests, of which the latest are returned.
    pub limit: Option<usize>,
}

impl RequestFilter {
    /// Matches requests to a path or glob.
    #[must_use]
    pub fn path(path: &str) -> Self {
        Self { path: Some(path.to_owned()), ..Self::default() }
    }

    /// Matches only one HTTP method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// Matches only the token with this name.
    #[must_use]
    pub fn token(mut self, name: &str) -> Self {
        self.token = Some(name.to_owned());
        self
    }

    /// Matches only answers with this status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    fn matches(&self, entry: &LogEntry) -> bool {
        let same = |wanted: &Option<String>, is: Option<&str>| wanted.is_none() || wanted.as_deref() == is;
        self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(&entry.method))
            && self.path.as_ref().is_none_or(|path| path_pattern::matches(path, &entry.path))
            && same(&self.account, entry.account.as_deref())
            && same(&self.token, entry.token.as_deref())
            && (self.status.is_none() || self.status == entry.status)
            && self.fault.as_ref().is_none_or(|fault| entry.faults.contains(fault))
            && self.after.is_none_or(|after| entry.seq > after)
    }
}

/// The latest requests, up to a maximum number.
pub(crate) struct RequestLog {
    entries: VecDeque<LogEntry>,
    capacity: usize,
    next: u64,
}

impl RequestLog {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { entries: VecDeque::new(), capacity: capacity.max(1), next: 0 }
    }

    /// Adds a request and returns its number.
    pub(crate) fn push(&mut self, mut entry: LogEntry) -> u64 {
        self.next += 1;
        entry.seq = self.next;
        if self.entries.len() == self.capacity {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
        self.next
    }

    /// Stores the status of a request's answer, if the request is still in the log.
    pub(crate) fn answered(&mut self, seq: u64, status: Option<u16>) {
        if let Some(entry) = self.entries.iter_mut().rev().find(|entry| entry.seq == seq) {
            entry.status = status;
        }
    }

    pub(crate) fn find(&self, filter: &RequestFilter) -> Vec<LogEntry> {
        let found: Vec<_> = self.entries.iter().filter(|entry| filter.matches(entry)).collect();
        let skipped = filter.limit.map_or(0, |limit| found.len().saturating_sub(limit));
        found.into_iter().skip(skipped).cloned().collect()
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}
