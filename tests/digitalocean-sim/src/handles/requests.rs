//! The log of requests, in process.

use std::sync::Arc;

use crate::request_log::{LogEntry, RequestFilter};
use crate::state::Shared;

/// The log of requests.
pub struct Requests {
    shared: Arc<Shared>,
}

impl Requests {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Every request that is still in the log, the oldest first.
    #[must_use]
    pub fn all(&self) -> Vec<LogEntry> {
        self.find(&RequestFilter::default())
    }

    /// The requests that a filter wants.
    #[must_use]
    pub fn find(&self, filter: &RequestFilter) -> Vec<LogEntry> {
        self.shared.state().log.find(filter)
    }

    /// How many requests a filter wants.
    #[must_use]
    pub fn count(&self, filter: &RequestFilter) -> usize {
        self.find(filter).len()
    }

    /// Empties the log.
    pub fn clear(&self) {
        self.shared.state().log.clear();
    }
}
