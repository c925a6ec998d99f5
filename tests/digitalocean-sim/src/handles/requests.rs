//! The request log of a simulator in the same process.

use std::sync::Arc;

use crate::request_log::{LogEntry, RequestFilter};
use crate::shared::Shared;

/// The log of all requests to the API.
pub struct Requests {
    shared: Arc<Shared>,
}

impl Requests {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Returns all requests that are still in the log, the oldest first.
    #[must_use]
    pub fn all(&self) -> Vec<LogEntry> {
        self.find(&RequestFilter::default())
    }

    /// Returns the requests that match a filter.
    #[must_use]
    pub fn find(&self, filter: &RequestFilter) -> Vec<LogEntry> {
        self.shared.state().log.find(filter)
    }

    /// Returns the number of requests that match a filter.
    #[must_use]
    pub fn count(&self, filter: &RequestFilter) -> usize {
        self.find(filter).len()
    }

    /// Removes all requests from the log.
    pub fn clear(&self) {
        self.shared.state().log.clear();
    }
}
