//! A call: its attempts, and the mapping of each response to a result or an error.

use std::time::{Duration, Instant};

use chrono::Utc;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::Instrument;
use url::Url;

use crate::attempts::Attempts;
use crate::client::Client;
use crate::envelope::{BodyParseError, read_no_content, read_one, read_unwrapped};
use crate::error::{Call, Error, TransportKind};
use crate::error_mapping::{api_error, response_error, safe_snippet};
use crate::operation::Operation;
use crate::rate_limit::RateLimit;

/// A request that is ready to be sent: an operation with its parameters, query and body.
#[derive(Clone, Debug)]
pub(crate) struct PreparedRequest {
    pub(crate) operation: &'static Operation,
    pub(crate) url: Url,
    body: Option<serde_json::Value>,
}

/// A response whose body has been decoded.
#[derive(Debug)]
pub(crate) struct DecodedResponse<T> {
    pub(crate) value: T,
    pub(crate) call: Box<Call>,
    pub(crate) rate_limit: Option<RateLimit>,
}

/// A response whose body has not been read.
#[derive(Debug)]
pub(crate) struct UnreadResponse {
    pub(crate) response: reqwest::Response,
    pub(crate) call: Box<Call>,
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) started: Instant,
}

impl PreparedRequest {
    pub(crate) fn with_query(&self, query: &[(&'static str, String)]) -> Self {
        let mut request = self.clone();
        if !query.is_empty() {
            request.url.query_pairs_mut().extend_pairs(query);
        }
        request
    }

    pub(crate) fn call(&self) -> Call {
        let Operation { method, scope, .. } = self.operation;
        Call { method: method.clone(), path: self.url.path().to_owned(), scope, request_id: None }
    }
}

impl Client {
    pub(crate) fn request(&self, operation: &'static Operation, parameters: &[&str]) -> Result<PreparedRequest, Error> {
        let segments = operation.segments(parameters)?;
        let mut url = Url::clone(&self.base_url);
        // Cannot fail: a base URL is http or https, and these always have a path.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        Ok(PreparedRequest { operation, url, body: None })
    }

    /// Calls `operation` and reads the object under `key`.
    pub(crate) async fn get_one<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        parameters: &[&str],
        key: &'static str,
    ) -> Result<T, Error> {
        let request = self.request(operation, parameters)?;
        Ok(self.execute(&request, &mut 0, |body| read_one(body, key)).await?.value)
    }

    /// Calls `operation` and reads its response, an object that is not wrapped in a key.
    pub(crate) async fn get_unwrapped<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        parameters: &[&str],
        query: &[(&'static str, String)],
    ) -> Result<T, Error> {
        let request = self.request(operation, parameters)?.with_query(query);
        Ok(self.execute(&request, &mut 0, read_unwrapped).await?.value)
    }

    /// Calls `operation` with a JSON body and reads the object under `key`.
    pub(crate) async fn send_one<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        parameters: &[&str],
        body: &impl Serialize,
        key: &'static str,
    ) -> Result<T, Error> {
        let mut request = self.request(operation, parameters)?;
        let value = serde_json::to_value(body);
        request.body = Some(value.map_err(|source| Error::Decode {
            call: Box::new(request.call()),
            at: "the request body".into(),
            snippet: String::new(),
            source,
        })?);
        Ok(self.execute(&request, &mut 0, |body| read_one(body, key)).await?.value)
    }

    /// Calls `operation` and ignores the content of a successful response.
    pub(crate) async fn send_without_result(
        &self,
        operation: &'static Operation,
        parameters: &[&str],
    ) -> Result<(), Error> {
        let request = self.request(operation, parameters)?;
        self.execute(&request, &mut 0, read_no_content).await?;
        Ok(())
    }

    /// Sends `request`, with retries where that is safe and useful, and adds the number of attempts
    /// to `requests`.
    pub(crate) async fn execute<T>(
        &self,
        request: &PreparedRequest,
        requests: &mut u32,
        read: impl Fn(&[u8]) -> Result<T, BodyParseError>,
    ) -> Result<DecodedResponse<T>, Error> {
        let mut attempts = Attempts::new(self, request);
        loop {
            let (attempt, span) = attempts.begin().await?;
            match self.attempt(request, attempt, requests, &read).instrument(span).await {
                Ok(decoded) => return Ok(decoded),
                Err(error) => attempts.wait(error).await?,
            }
        }
    }

    async fn attempt<T>(
        &self,
        request: &PreparedRequest,
        attempt: u32,
        requests: &mut u32,
        read: &impl Fn(&[u8]) -> Result<T, BodyParseError>,
    ) -> Result<DecodedResponse<T>, Error> {
        let timeout = self.time_for_attempt(request)?;
        let unread = self.send_attempt(request, attempt, requests, "application/json", Some(timeout)).await?;
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
            Ok(value) => Ok(DecodedResponse { value, call, rate_limit }),
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
    pub(crate) async fn send_attempt(
        &self,
        request: &PreparedRequest,
        attempt: u32,
        requests: &mut u32,
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
        *requests += 1;
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
