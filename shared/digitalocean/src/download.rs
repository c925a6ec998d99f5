//! Downloads: the bytes of a file as they arrive, never held in memory as a whole.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, header};
use reqwest::Response;
use serde::de::Error as _;
use tracing::Instrument;

use crate::attempts::Attempts;
use crate::client::Client;
use crate::envelope::ErrorBody;
use crate::error::{Call, Error, TransportKind};
use crate::error_mapping::{api_error, response_error, safe_snippet};
use crate::request::{PreparedRequest, UnreadResponse};

/// A file that is being downloaded. Its bytes are returned as they arrive, without any
/// interpretation.
///
/// Until the first bytes have arrived, the call is retried like any other. After that it is not,
/// because bytes that were returned cannot be taken back: an error then ends the download, and the
/// caller has to start another one. Each chunk may take as long as an attempt, and all chunks
/// together until the client's deadline.
///
/// A file that is shorter than announced, or that lacks its last chunk, ends with an error, so that
/// it cannot be mistaken for a complete one.
#[derive(Debug)]
#[must_use = "a download does nothing until `chunk` is called"]
pub struct Download {
    client: Client,
    call: Box<Call>,
    attempts: u32,
    first: Option<Bytes>,
    /// None once the file has ended, with or without an error.
    response: Option<Response>,
    failed: bool,
}

impl Download {
    /// Returns the next bytes, or `None` after the last. After an error, every further call returns
    /// an error as well.
    ///
    /// # Errors
    /// [`Error::Transport`] when the file breaks off, of kind [`TransportKind::Timeout`] when it
    /// stalls; [`Error::DeadlineExceeded`].
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        let chunk = match &mut self.response {
            Some(response) => {
                let left = self.client.time_left().unwrap_or(Duration::MAX).min(self.client.attempt_timeout);
                next_until(&self.client, response, &self.call, self.attempts, Instant::now() + left).await
            }
            None if self.failed => {
                Err(download_error(&self.call, self.attempts, TransportKind::Body, "the download has already failed"))
            }
            None => Ok(None),
        };
        self.failed = chunk.is_err();
        if !matches!(chunk, Ok(Some(_))) {
            self.response = None;
        }
        chunk
    }
}

impl Client {
    /// Sends `request`, whose response is a file.
    pub(crate) async fn download(
        &self,
        request: &PreparedRequest,
        media_type: &'static str,
    ) -> Result<Download, Error> {
        let mut attempts = Attempts::new(self, request);
        loop {
            let (attempt, span) = attempts.begin().await?;
            match self.begin_download(request, attempt, media_type).instrument(span).await {
                Ok(file) => return Ok(file),
                Err(error) => attempts.wait(error).await?,
            }
        }
    }

    /// Makes one attempt, up to the first bytes of the file.
    async fn begin_download(
        &self,
        request: &PreparedRequest,
        attempt: u32,
        media_type: &'static str,
    ) -> Result<Download, Error> {
        let ends = Instant::now() + self.time_for_attempt(request)?;
        let unread = self.send(request, attempt, media_type, None);
        let unread = tokio::time::timeout_at(ends.into(), unread).await;
        let unread = unread.map_err(|elapsed| self.timeout_error(&request.call(), attempt, elapsed))??;
        let UnreadResponse { mut response, call, rate_limit, started } = unread;
        let status = response.status();
        if status.is_success() && !is_json(response.headers()) {
            let first = next_until(self, &mut response, &call, attempt, ends).await?;
            let response = first.is_some().then_some(response);
            return Ok(Download { client: self.clone(), call, attempts: attempt, first, response, failed: false });
        }
        let headers = response.headers().clone();
        let body = tokio::time::timeout_at(ends.into(), response.bytes()).await;
        let body = match body.map_err(|elapsed| self.timeout_error(&call, attempt, elapsed))? {
            Ok(body) => self.token.redact_bytes(body.into()),
            Err(error) => return Err(self.transport_error(call, error, attempt, started)),
        };
        if !status.is_success() {
            return Err(response_error(call, status, &headers, &body, rate_limit, attempt));
        }
        Err(match ErrorBody::parse(&body) {
            Some(error) => api_error(call, status, error),
            None => {
                let source = serde_json::Error::custom("the response is JSON instead of a file");
                Error::Decode { call, at: ".".to_owned(), snippet: safe_snippet(&body), source }
            }
        })
    }

    /// The error for a response that did not arrive in time: once the deadline has passed, the
    /// deadline is reported as the cause.
    fn timeout_error(&self, call: &Call, attempts: u32, elapsed: tokio::time::error::Elapsed) -> Error {
        if self.is_past_deadline() {
            return Error::DeadlineExceeded { call: Box::new(call.clone()), sent: true };
        }
        download_error(call, attempts, TransportKind::Timeout, elapsed)
    }
}

/// Returns the next bytes of a file, if they arrive in time.
async fn next_until(
    client: &Client,
    response: &mut Response,
    call: &Call,
    attempts: u32,
    until: Instant,
) -> Result<Option<Bytes>, Error> {
    match tokio::time::timeout_at(until.into(), response.chunk()).await {
        Ok(Ok(chunk)) => Ok(chunk),
        Ok(Err(error)) => Err(download_error(call, attempts, TransportKind::Body, error.without_url())),
        Err(elapsed) => Err(client.timeout_error(call, attempts, elapsed)),
    }
}

fn download_error(
    call: &Call,
    attempts: u32,
    kind: TransportKind,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Error {
    Error::Transport { call: Box::new(call.clone()), kind, attempts, source: source.into() }
}

/// Returns whether the response is JSON, which DigitalOcean sends only for errors and never as a
/// file.
fn is_json(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    media_type.trim_start().to_ascii_lowercase().starts_with("application/json")
}
