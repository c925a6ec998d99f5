//! A request that is ready to be sent, and its response. No I/O.

use std::time::Instant;

use serde::Serialize;
use url::Url;

use crate::error::{Call, Error};
use crate::operation::Operation;
use crate::rate_limit::RateLimit;

/// A request that is ready to be sent: an operation with its parameters, query and body.
#[derive(Clone, Debug)]
pub(crate) struct PreparedRequest {
    pub(crate) operation: &'static Operation,
    pub(crate) url: Url,
    pub(crate) body: Option<serde_json::Value>,
}

/// A response whose body has been decoded.
#[derive(Debug)]
pub(crate) struct DecodedResponse<T> {
    pub(crate) value: T,
    pub(crate) call: Box<Call>,
    pub(crate) rate_limit: Option<RateLimit>,
    /// Number of attempts, that is of requests sent.
    pub(crate) attempts: u32,
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
    pub(crate) fn new(base_url: &Url, operation: &'static Operation, parameters: &[&str]) -> Result<Self, Error> {
        let segments = operation.segments(parameters)?;
        let mut url = base_url.clone();
        // Cannot fail: a base URL is http or https, and these always have a path.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url.set_query(operation.query());
        Ok(Self { operation, url, body: None })
    }

    pub(crate) fn with_query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    pub(crate) fn with_body(mut self, body: &impl Serialize) -> Result<Self, Error> {
        let value = serde_json::to_value(body);
        self.body = Some(value.map_err(|source| Error::Decode {
            call: Box::new(self.call()),
            at: "the request body".into(),
            snippet: String::new(),
            source,
        })?);
        Ok(self)
    }

    pub(crate) fn call(&self) -> Call {
        let Operation { method, scope, .. } = self.operation;
        Call { method: method.clone(), path: self.url.path().to_owned(), scope, request_id: None }
    }
}
