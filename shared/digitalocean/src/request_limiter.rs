//! Client-side admission control: a limiter admits every request before it is sent, so that callers
//! can share the rate limit of one token.

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;

use crate::RateLimit;

/// A limiter that decides whether a request may be sent now. See
/// [`Client::with_request_limiter`](crate::Client::with_request_limiter).
pub trait RequestLimiter: std::fmt::Debug + Send + Sync {
    /// Admits one request, or returns the time of the next try. `seen` is the token's limit in
    /// DigitalOcean's last response.
    fn admit(&self, seen: Option<RateLimit>) -> BoxFuture<'_, Result<(), Denied>>;
}

/// The denial of a request by a [`RequestLimiter`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denied {
    /// Time at which to ask the limiter again.
    pub until: DateTime<Utc>,
}
