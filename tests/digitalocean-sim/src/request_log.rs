//! The log of every request: who asked for what and how it went. It never has the bytes of a token.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::faults::pattern;

/// One request.
#[derive(Debug, Clone, Serialize)]
pub struct LogEntry {
    /// Its number, from 1.
    pub seq: u64,
    /// When it arrived, by the simulator's clock.
    pub time: DateTime<Utc>,
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query, without the question mark.
    pub query: String,
    /// The operation as the OpenAPI document writes its path, if there is one.
    pub route: Option<String>,
    /// The account of the token, if it is known.
    pub account: Option<String>,
    /// The name of the token, if it is known.
    pub token: Option<String>,
    /// The status answered; none while the request is under way, or if the connection was cut before an answer.
    pub status: Option<u16>,
    /// The ids of the faults that it met.
    pub faults: Vec<String>,
}

/// Which requests are wanted. An empty filter wants all.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RequestFilter {
    /// The method.
    pub method: Option<String>,
    /// The path, or a glob such as `/v2/droplets*`.
    pub path: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// The token's name.
    pub token: Option<String>,
    /// The status answered.
    pub status: Option<u16>,
    /// The id of a fault.
    pub fault: Option<String>,
    /// Only requests after this number.
    pub after: Option<u64>,
    /// The latest this many.
    pub limit: Option<usize>,
}

impl RequestFilter {
    /// Requests to a path or glob.
    #[must_use]
    pub fn path(path: &str) -> Self {
        Self { path: Some(path.to_owned()), ..Self::default() }
    }

    /// The same of one method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// The same with one token.
    #[must_use]
    pub fn token(mut self, name: &str) -> Self {
        self.token = Some(name.to_owned());
        self
    }

    /// The same with one status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    fn wants(&self, entry: &LogEntry) -> bool {
        let same = |wanted: &Option<String>, is: Option<&str>| wanted.is_none() || wanted.as_deref() == is;
        self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(&entry.method))
            && self.path.as_ref().is_none_or(|path| pattern::matches(path, &entry.path))
            && same(&self.account, entry.account.as_deref())
            && same(&self.token, entry.token.as_deref())
            && (self.status.is_none() || self.status == entry.status)
            && self.fault.as_ref().is_none_or(|fault| entry.faults.contains(fault))
            && self.after.is_none_or(|after| entry.seq > after)
    }
}

/// The latest requests.
pub(crate) struct RequestLog {
    entries: VecDeque<LogEntry>,
    capacity: usize,
    next: u64,
}

impl RequestLog {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { entries: VecDeque::new(), capacity: capacity.max(1), next: 0 }
    }

    /// Adds a request and gives its number.
    pub(crate) fn push(&mut self, mut entry: LogEntry) -> u64 {
        self.next += 1;
        entry.seq = self.next;
        if self.entries.len() == self.capacity {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
        self.next
    }

    /// Notes how a request was answered, if it is still in the log.
    pub(crate) fn answered(&mut self, seq: u64, status: Option<u16>) {
        if let Some(entry) = self.entries.iter_mut().rev().find(|entry| entry.seq == seq) {
            entry.status = status;
        }
    }

    pub(crate) fn find(&self, filter: &RequestFilter) -> Vec<LogEntry> {
        let found: Vec<_> = self.entries.iter().filter(|entry| filter.wants(entry)).cloned().collect();
        let skipped = filter.limit.map_or(0, |limit| found.len().saturating_sub(limit));
        found.into_iter().skip(skipped).collect()
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}
