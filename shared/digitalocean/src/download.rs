//! Files: their bytes as they arrive, never held whole.

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
use crate::operation::Operation;
use crate::request::{PreparedRequest, UnreadResponse};

/// A file that is arriving. Its bytes are handed on as they come, without a look at them.
///
/// Until its first bytes are there, the call is repeated like any other. After them it is not, since what was handed out cannot be
/// taken back: an error then ends the file, and who wants it makes another call. Each piece may take as long as an attempt, and all of
/// them until the client's deadline.
///
/// The end is told from a break: a file that is shorter than announced, or that lacks its last chunk, ends with an error.
#[derive(Debug)]
#[must_use = "a file is read by chunk"]
pub struct Download {
    client: Client,
    call: Box<Call>,
    attempts: u32,
    first: Option<Bytes>,
    /// None once it has ended, in whichever way.
    response: Option<Response>,
    failed: bool,
}

impl Download {
    /// The next bytes; `None` after the last. After an error there is no end, only errors.
    ///
    /// # Errors
    /// [`Error::Transport`] when it breaks off, of kind [`TransportKind::Timeout`] when it stalls; [`Error::DeadlineExceeded`].
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        let chunk = match &mut self.response {
            Some(response) => next(&self.client, response, &self.call, self.attempts).await,
            None if self.failed => {
                Err(download_error(&self.call, self.attempts, TransportKind::Body, "the file had broken off"))
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
    /// Calls `operation`, which answers with a file.
    pub(crate) async fn download(
        &self,
        operation: &'static Operation,
        parameters: &[&str],
        media_type: &'static str,
    ) -> Result<Download, Error> {
        let request = self.request(operation, parameters)?;
        let mut attempts = Attempts::new(self, &request);
        loop {
            let (attempt, span) = attempts.begin().await?;
            match self.begin_download(&request, attempt, media_type).instrument(span).await {
                Ok(file) => return Ok(file),
                Err(error) => attempts.wait(error).await?,
            }
        }
    }

    /// One attempt, as far as the first bytes.
    async fn begin_download(
        &self,
        request: &PreparedRequest,
        attempt: u32,
        media_type: &'static str,
    ) -> Result<Download, Error> {
        let ends = Instant::now() + self.time_for_attempt(request)?;
        let mut requests = 0;
        let unread = self.send_attempt(request, attempt, &mut requests, media_type, None);
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
                let source = serde_json::Error::custom("JSON where a file was due");
                Error::Decode { call, at: ".".to_owned(), snippet: safe_snippet(&body), source }
            }
        })
    }

    /// What an answer is that did not come in time: past the deadline, that is what failed it.
    fn timeout_error(&self, call: &Call, attempts: u32, elapsed: tokio::time::error::Elapsed) -> Error {
        if self.deadline.has_passed() {
            return Error::DeadlineExceeded { call: Box::new(call.clone()), sent: true };
        }
        download_error(call, attempts, TransportKind::Timeout, elapsed)
    }
}

/// The next bytes of a file, if they come within the time of an attempt.
async fn next(client: &Client, response: &mut Response, call: &Call, attempts: u32) -> Result<Option<Bytes>, Error> {
    let left = client.deadline.remaining().unwrap_or(Duration::MAX).min(client.attempt_timeout);
    next_until(client, response, call, attempts, Instant::now() + left).await
}

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

/// JSON is what DigitalOcean answers errors with, and never a file.
fn is_json(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    media_type.trim_start().to_ascii_lowercase().starts_with("application/json")
}
