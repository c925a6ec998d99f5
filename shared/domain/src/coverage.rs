//! How fresh and how complete the data of a response is.

use chrono::{DateTime, Utc};

/// The freshness of data that was read from DigitalOcean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// The age limit of the data: nothing in it is older than this, the oldest of the last complete
    /// reads that it depends on.
    pub as_of: DateTime<Utc>,
    /// True if the last read of every list that the data depends on was complete.
    pub complete: bool,
}
