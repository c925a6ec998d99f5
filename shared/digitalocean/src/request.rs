//! One call: its attempts, and what each answer means.

use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::Instrument;
use url::Url;

use crate::client::Client;
use crate::envelope::{ErrorBody, Unreadable, read_one};
use crate::error::{Call, Error, TransportKind};
use crate::gate::Closed;
use crate::operation::Operation;
use crate::rate_limit::{LimitKind, Limited, RateLimit, retry_after};

/// The longest piece of an answer that an error quotes, in characters.
const SNIPPET: usize = 300;
/// How long a closed gate is left alone at the least.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);

/// What to send: an operation with its parameters, query and body.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    operation: &'static Operation,
    url: Url,
    body: Option<serde_json::Value>,
}

/// A decoded answer.
#[derive(Debug)]
pub(crate) struct Reply<T> {
    pub(crate) value: T,
    pub(crate) call: Box<Call>,
    pub(crate) rate_limit: Option<RateLimit>,
}

impl Request {
    pub(crate) fn with_query(&self, query: &[(&'static str, String)]) -> Self {
        let mut request = self.clone();
        if !query.is_empty() {
            request.url.query_pairs_mut().extend_pairs(query);
        }
        request
    }

    fn call(&self) -> Call {
        let Operation { method, scope, .. } = self.operation;
        Call { method: method.clone(), path: self.url.path().to_owned(), scope, request_id: None }
    }
}

impl Client {
    pub(crate) fn request(&self, operation: &'static Operation, parameters: &[&str]) -> Result<Request, Error> {
        let segments = operation.segments(parameters)?;
        let mut url = Url::clone(&self.base_url);
        // A base URL is http or https, which always has a path.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        Ok(Request { operation, url, body: None })
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

    /// The same with a JSON body.
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
            at: "the request".into(),
            snippet: String::new(),
            source,
        })?);
        Ok(self.execute(&request, &mut 0, |body| read_one(body, key)).await?.value)
    }

    /// Sends `request`, again where that is safe and worth it, and adds the attempts to `requests`.
    pub(crate) async fn execute<T>(
        &self,
        request: &Request,
        requests: &mut u32,
        read: impl Fn(&[u8]) -> Result<T, Unreadable>,
    ) -> Result<Reply<T>, Error> {
        let mut delays = self.retry.delays();
        let mut attempt = 0;
        loop {
            attempt += 1;
            self.pass_gate(request).await?;
            let span = tracing::debug_span!("digitalocean", method = %request.operation.method, path = request.url.path(), attempt);
            let error = match self.attempt(request, attempt, requests, &read).instrument(span).await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            let remaining = self.deadline.remaining();
            match self.retry.wait(&request.operation.method, &error, delays.next(), remaining, Utc::now()) {
                Some(wait) => {
                    tracing::debug!(%error, wait_ms = millis(wait), "the call is repeated");
                    tokio::time::sleep(wait).await;
                }
                None => return Err(error),
            }
        }
    }

    /// Waits until the gate lets a request pass, if that is soon.
    async fn pass_gate(&self, request: &Request) -> Result<(), Error> {
        let Some(gate) = &self.gate else { return Ok(()) };
        while let Err(Closed { until }) = gate.admit(self.rate_limit()).await {
            let wait = (until - Utc::now()).to_std().unwrap_or_default().max(SHORTEST_WAIT);
            let in_time = self.deadline.remaining().is_none_or(|left| wait < left);
            if wait > self.retry.max_retry_after || !in_time {
                let (call, kind) = (Box::new(request.call()), LimitKind::Gate);
                return Err(Error::RateLimited { call, kind, until, retry_after: None, rate_limit: self.rate_limit() });
            }
            tracing::debug!(wait_ms = millis(wait), "the gate is closed");
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }

    async fn attempt<T>(
        &self,
        request: &Request,
        attempt: u32,
        requests: &mut u32,
        read: &impl Fn(&[u8]) -> Result<T, Unreadable>,
    ) -> Result<Reply<T>, Error> {
        let mut call = Box::new(request.call());
        let remaining = self.deadline.remaining();
        if remaining.is_some_and(|left| left.is_zero()) {
            return Err(Error::DeadlineExceeded { call, sent: false });
        }
        let timeout = remaining.map_or(self.attempt_timeout, |left| left.min(self.attempt_timeout));
        let mut http = self
            .http
            .request(request.operation.method.clone(), request.url.clone())
            .header(http::header::AUTHORIZATION, self.token.authorization()?)
            .header(http::header::ACCEPT, "application/json")
            .timeout(timeout);
        if let Some(body) = &request.body {
            http = http.json(body);
        }

        self.count_request();
        *requests += 1;
        let started = Instant::now();
        let response = match http.send().await {
            Ok(response) => response,
            Err(error) => return Err(self.transport(call, error, attempt, started)),
        };
        let (status, headers) = (response.status(), response.headers().clone());
        let rate_limit = RateLimit::read(&headers, Utc::now());
        self.saw_rate_limit(rate_limit);
        call.request_id = headers.get("x-request-id").and_then(|id| id.to_str().ok()).map(|id| self.token.redact(id));
        let body = response.bytes().await;
        tracing::debug!(
            status = status.as_u16(),
            duration_ms = millis(started.elapsed()),
            request_id = call.request_id.as_deref(),
            remaining = rate_limit.and_then(|seen| seen.remaining),
            "DigitalOcean answered"
        );
        let body = match body {
            Ok(body) => self.token.redact_bytes(body.into()),
            Err(error) => return Err(self.transport(call, error, attempt, started)),
        };

        if !status.is_success() {
            return Err(refusal(call, status, &headers, &body, rate_limit, attempt));
        }
        match read(&body) {
            Ok(value) => Ok(Reply { value, call, rate_limit }),
            Err(Unreadable::ErrorBody(error)) => Err(api_error(call, status, error)),
            Err(Unreadable::Truncated(source)) => {
                Err(Error::Transport { call, kind: TransportKind::Body, attempts: attempt, source: Box::new(source) })
            }
            Err(Unreadable::Shape { at, source }) => Err(Error::Decode { call, at, snippet: quotable(&body), source }),
        }
    }

    /// A request that got no usable answer; past the deadline, that is what failed it.
    fn transport(&self, call: Box<Call>, error: reqwest::Error, attempts: u32, started: Instant) -> Error {
        let kind = if error.is_connect() {
            TransportKind::Connect
        } else if error.is_timeout() {
            TransportKind::Timeout
        } else if error.is_body() || error.is_decode() {
            TransportKind::Body
        } else {
            TransportKind::Interrupted
        };
        tracing::debug!(duration_ms = millis(started.elapsed()), %kind, "DigitalOcean did not answer");
        if error.is_timeout() && self.deadline.has_passed() {
            return Error::DeadlineExceeded { call, sent: kind != TransportKind::Connect };
        }
        Error::Transport { call, kind, attempts, source: Box::new(error.without_url()) }
    }
}

/// What an answer that is not a success means.
fn refusal(
    mut call: Box<Call>,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    rate_limit: Option<RateLimit>,
    attempts: u32,
) -> Error {
    let now = Utc::now();
    let error = ErrorBody::read(body);
    if let Some(id) = error.as_ref().and_then(|error| error.request_id.clone()) {
        call.request_id = Some(clipped(&id));
    }
    let message = match &error {
        Some(error) => clipped(&error.message),
        None if status.is_redirection() => {
            "a redirect, which is never followed with a token; check the base URL".to_owned()
        }
        None => snippet(body),
    };
    match status {
        StatusCode::UNAUTHORIZED => Error::Unauthorized { call, message },
        StatusCode::FORBIDDEN => Error::Forbidden { call, message },
        // Only DigitalOcean's own "not found" proves an absence; a gateway's page does not. Its body may be missing, its request id not.
        StatusCode::NOT_FOUND if error.is_some() || (body.is_empty() && call.request_id.is_some()) => {
            Error::NotFound { call, message }
        }
        StatusCode::TOO_MANY_REQUESTS => {
            let Limited { kind, until, retry_after } = Limited::read(headers, rate_limit, now);
            Error::RateLimited { call, kind, until, retry_after, rate_limit }
        }
        status if status.is_server_error() => {
            let wait = retry_after(headers, now).and_then(|wait| TimeDelta::from_std(wait).ok());
            let retry_at = wait.and_then(|wait| now.checked_add_signed(wait));
            Error::ServerError { call, status, message, attempts, retry_at }
        }
        status => Error::Api { call, status, id: error.map(|error| error.id.to_ascii_lowercase()), message },
    }
}

/// An error body where the status promised a result. It keeps that status: a "not found" under 200 proves no absence.
fn api_error(mut call: Box<Call>, status: StatusCode, error: ErrorBody) -> Error {
    call.request_id = error.request_id.map(|id| clipped(&id)).or(call.request_id);
    let id = Some(error.id.to_ascii_lowercase());
    Error::Api { call, status, id, message: clipped(&error.message) }
}

/// What may be quoted of an answer that is not as documented: JSON may hold passwords, whatever else came instead is worth seeing.
fn quotable(body: &[u8]) -> String {
    if body.trim_ascii_start().starts_with(b"{") { "JSON, not quoted".to_owned() } else { snippet(body) }
}

/// The beginning of an answer, on one line.
fn snippet(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body.get(..SNIPPET * 4).unwrap_or(body));
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() { "(empty)".to_owned() } else { clipped(&text) }
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(SNIPPET) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snippets_are_bounded_and_on_one_line() {
        assert_eq!(snippet(b""), "(empty)");
        assert_eq!(snippet(b"<html>\n\n  <b>down</b>"), "<html> <b>down</b>");
        let long = "ä".repeat(5_000);
        assert_eq!(snippet(long.as_bytes()).chars().count(), SNIPPET + 1);
    }
}
