//! The attempts of one call. Each is admitted by the request limiter, and a failed one is retried
//! where that is safe and useful.

use std::time::Duration;

use backon::ExponentialBackoff;
use chrono::Utc;
use tracing::{Instrument, Span};

use crate::client::Client;
use crate::envelope::BodyParseError;
use crate::error::Error;
use crate::rate_limit::LimitKind;
use crate::request::{DecodedResponse, PreparedRequest};
use crate::request_limiter::Denied;
use crate::send::millis;

/// The shortest wait after the request limiter denied a request, so that it is not polled in a
/// tight loop.
const MIN_LIMITER_WAIT: Duration = Duration::from_millis(100);

/// The attempts of one call, numbered from 1.
#[derive(Debug)]
pub(crate) struct Attempts<'a> {
    client: &'a Client,
    request: &'a PreparedRequest,
    delays: ExponentialBackoff,
    started: u32,
}

impl Client {
    /// Sends `request`, with retries where that is safe and useful, and reads the body of the
    /// response.
    pub(crate) async fn execute<T>(
        &self,
        request: &PreparedRequest,
        read: impl Fn(&[u8]) -> Result<T, BodyParseError>,
    ) -> Result<DecodedResponse<T>, Error> {
        let mut attempts = Attempts::new(self, request);
        loop {
            let (attempt, span) = attempts.begin().await?;
            match self.send_and_read(request, attempt, &read).instrument(span).await {
                Ok(decoded) => return Ok(decoded),
                Err(error) => attempts.wait(error).await?,
            }
        }
    }
}

impl<'a> Attempts<'a> {
    pub(crate) fn new(client: &'a Client, request: &'a PreparedRequest) -> Self {
        Self { client, request, delays: client.retry.delays(), started: 0 }
    }

    /// Waits until the next attempt may start, and returns its number and its tracing span.
    pub(crate) async fn begin(&mut self) -> Result<(u32, Span), Error> {
        self.started += 1;
        self.wait_for_limiter().await?;
        let PreparedRequest { operation, url, .. } = self.request;
        let (method, path, attempt) = (&operation.method, url.path(), self.started);
        Ok((attempt, tracing::debug_span!("digitalocean", %method, path, attempt)))
    }

    /// Waits before the call is retried after `error`; returns `error` where a retry is not
    /// safe or not useful.
    pub(crate) async fn wait(&mut self, error: Error) -> Result<(), Error> {
        let (method, remaining) = (&self.request.operation.method, self.client.time_left());
        let Some(wait) = self.client.retry.wait(method, &error, self.delays.next(), remaining, Utc::now()) else {
            return Err(error);
        };
        tracing::debug!(%error, wait_ms = millis(wait), "request failed and will be retried");
        tokio::time::sleep(wait).await;
        Ok(())
    }

    /// Waits until the request limiter admits a request, if that is soon enough for the deadline
    /// and the retry policy.
    async fn wait_for_limiter(&self) -> Result<(), Error> {
        let Self { client, request, .. } = self;
        let Some(limiter) = &client.limiter else { return Ok(()) };
        while let Err(Denied { until }) = limiter.admit(client.rate_limit()).await {
            let wait = (until - Utc::now()).to_std().unwrap_or_default().max(MIN_LIMITER_WAIT);
            let in_time = client.time_left().is_none_or(|left| wait < left);
            if wait > client.retry.max_retry_after || !in_time {
                let (call, kind) = (Box::new(request.call()), LimitKind::ClientSide);
                let rate_limit = client.rate_limit();
                return Err(Error::RateLimited { call, kind, until, retry_after: None, rate_limit });
            }
            tracing::debug!(wait_ms = millis(wait), "request delayed by the request limiter");
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }
}
