//! One attempt of a call: the HTTP request, and the mapping of its response to a result or an
//! error.

use std::time::{Duration, Instant};

use chrono::Utc;

use crate::client::Client;
use crate::envelope::BodyParseError;
use crate::error::{Call, Error, TransportKind};
use crate::error_mapping::{api_error, response_error, safe_snippet};
use crate::rate_limit::RateLimit;
use crate::request::{DecodedResponse, PreparedRequest, UnreadResponse};

impl Client {
    /// Sends `request` once and reads the body of the response.
    pub(crate) async fn send_and_read<T>(
        &self,
        request: &PreparedRequest,
        attempt: u32,
        read: &impl Fn(&[u8]) -> Result<T, BodyParseError>,
    ) -> Result<DecodedResponse<T>, Error> {
        let timeout = self.time_for_attempt(request)?;
        let unread = self.send(request, attempt, "application/json", Some(timeout)).await?;
        let UnreadResponse { response, call, rate_limit, started } = unread;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await;
        tracing::debug!(duration_ms = millis(started.elapsed()), complete = body.is_ok(), "response body read");
        let body = match body {
            Ok(body) => self.token.redact_bytes(body.into()),
            Err(error) => return Err(self.transport_error(call, error, attempt, started)),
        };

        if !status.is_success() {
            return Err(response_error(call, status, &headers, &body, rate_limit, attempt));
        }
        match read(&body) {
            Ok(value) => Ok(DecodedResponse { value, call, rate_limit, attempts: attempt }),
            Err(BodyParseError::ErrorBody(error)) => Err(api_error(call, status, error)),
            Err(BodyParseError::Truncated(source)) => {
                Err(Error::Transport { call, kind: TransportKind::Body, attempts: attempt, source: Box::new(source) })
            }
            Err(BodyParseError::UnexpectedShape { at, source }) => {
                Err(Error::Decode { call, at, snippet: safe_snippet(&body), source })
            }
        }
    }

    /// Returns the time that an attempt starting now may take.
    pub(crate) fn time_for_attempt(&self, request: &PreparedRequest) -> Result<Duration, Error> {
        if !self.may_send() {
            return Err(Error::DeadlineExceeded { call: Box::new(request.call()), sent: false });
        }
        Ok(self.time_left().map_or(self.attempt_timeout, |left| left.min(self.attempt_timeout)))
    }

    /// Sends `request` once and reads the response up to the end of the headers. If `timeout` is
    /// given, it also covers the body.
    pub(crate) async fn send(
        &self,
        request: &PreparedRequest,
        attempt: u32,
        accept: &'static str,
        timeout: Option<Duration>,
    ) -> Result<UnreadResponse, Error> {
        let mut call = Box::new(request.call());
        let mut http = self
            .http
            .request(request.operation.method.clone(), request.url.clone())
            .header(http::header::AUTHORIZATION, self.token.authorization()?)
            .header(http::header::ACCEPT, accept);
        if let Some(timeout) = timeout {
            http = http.timeout(timeout);
        }
        if let Some(body) = &request.body {
            http = http.json(body);
        }

        self.count_request();
        let started = Instant::now();
        let response = match http.send().await {
            Ok(response) => response,
            Err(error) => return Err(self.transport_error(call, error, attempt, started)),
        };
        let (status, headers) = (response.status(), response.headers());
        let rate_limit = RateLimit::from_headers(headers, Utc::now());
        // A burst 429 also has `ratelimit-remaining: 0`, whatever is left of the hour, so it must
        // not be recorded as the hourly limit.
        if !headers.contains_key(http::header::RETRY_AFTER) {
            self.record_rate_limit(rate_limit);
        }
        call.request_id = headers.get("x-request-id").and_then(|id| id.to_str().ok()).map(|id| self.token.redact(id));
        tracing::debug!(
            status = status.as_u16(),
            duration_ms = millis(started.elapsed()),
            request_id = call.request_id.as_deref(),
            remaining = rate_limit.and_then(|seen| seen.remaining),
            "response received from DigitalOcean"
        );
        Ok(UnreadResponse { response, call, rate_limit, started })
    }

    /// The error for a request without a usable response. After a timeout past the deadline, the
    /// deadline is reported as the cause.
    pub(crate) fn transport_error(
        &self,
        call: Box<Call>,
        error: reqwest::Error,
        attempts: u32,
        started: Instant,
    ) -> Error {
        let kind = if error.is_connect() {
            TransportKind::Connect
        } else if error.is_timeout() {
            TransportKind::Timeout
        } else if error.is_body() || error.is_decode() {
            TransportKind::Body
        } else {
            TransportKind::Interrupted
        };
        tracing::debug!(duration_ms = millis(started.elapsed()), %kind, "no usable response from DigitalOcean");
        if error.is_timeout() && self.is_past_deadline() {
            return Error::DeadlineExceeded { call, sent: kind != TransportKind::Connect };
        }
        Error::Transport { call, kind, attempts, source: Box::new(error.without_url()) }
    }
}

pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
