//! A gate that every request passes before it is sent: where callers share a token's rate limit, it says whose turn it is.

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;

use crate::RateLimit;

/// Decides whether a request may be sent now. See [`Client::with_request_limiter`](crate::Client::with_request_limiter).
pub trait RequestLimiter: std::fmt::Debug + Send + Sync {
    /// Lets one request pass, or says when to ask again. `seen` is what DigitalOcean last said of the token's limit.
    fn admit(&self, seen: Option<RateLimit>) -> BoxFuture<'_, Result<(), Denied>>;
}

/// The gate is closed until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denied {
    /// When to ask again.
    pub until: DateTime<Utc>,
}
