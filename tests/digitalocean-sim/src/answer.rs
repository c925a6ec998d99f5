//! An answer before it goes onto the wire.

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures::{StreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;
use uuid::Uuid;

use crate::error::ApiError;
use crate::faults::CutPoint;
use crate::wire::Wire;

/// Long enough for the first half of a body to reach the client before the connection ends.
const MID_BODY_PAUSE: Duration = Duration::from_millis(30);

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) cut: Option<CutPoint>,
}

impl Answer {
    pub(crate) fn empty(status: StatusCode) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        // Every answer has it (recorded by dns-lexicon/dns-lexicon; read by digitalocean/godo, `CheckResponse` in `godo.go`).
        if let Ok(id) = HeaderValue::try_from(Uuid::new_v4().to_string()) {
            headers.insert("x-request-id", id);
        }
        Self { status, headers, body: Vec::new(), cut: None }
    }

    pub(crate) fn json(status: StatusCode, body: &Value) -> Self {
        Self { body: body.to_string().into_bytes(), ..Self::empty(status) }
    }

    pub(crate) fn error(error: &ApiError) -> Self {
        Self::json(error.status, &error.body())
    }

    /// Sets headers; none removes one. Names and values that HTTP does not allow are left out.
    pub(crate) fn set_headers<'a>(&mut self, headers: impl IntoIterator<Item = (&'a str, Option<&'a str>)>) {
        for (name, value) in headers {
            let Ok(name) = HeaderName::try_from(name) else { continue };
            match value.map(HeaderValue::try_from) {
                Some(Ok(value)) => drop(self.headers.insert(name, value)),
                Some(Err(_)) => {}
                None => drop(self.headers.remove(name)),
            }
        }
    }

    /// The status that the client saw, if it saw one.
    pub(crate) fn seen_status(&self) -> Option<u16> {
        (!self.is_unseen()).then_some(self.status.as_u16())
    }

    fn is_unseen(&self) -> bool {
        matches!(self.cut, Some(CutPoint::BeforeResponse | CutPoint::Applied))
    }

    pub(crate) fn into_response(self, wire: &Wire) -> Response {
        if self.is_unseen() {
            wire.cut();
        }
        let length = self.body.len();
        let body = if self.cut == Some(CutPoint::MidBody) { half(self.body) } else { Body::from(self.body) };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        if self.cut == Some(CutPoint::MidBody) {
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        response
    }
}

/// A body that fails after its first half.
fn half(mut body: Vec<u8>) -> Body {
    body.truncate(body.len() / 2);
    let sent = stream::iter([Ok::<_, io::Error>(Bytes::from(body))]);
    let failed = stream::once(async {
        tokio::time::sleep(MID_BODY_PAUSE).await;
        Err(io::Error::from(io::ErrorKind::ConnectionAborted))
    });
    Body::from_stream(sent.chain(failed))
}
