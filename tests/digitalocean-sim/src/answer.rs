//! An answer before it is written to the connection.

use std::time::Duration;

use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;
use uuid::Uuid;

use crate::content::Content;
use crate::error::ApiError;
use crate::faults::CutPoint;
use crate::wire::Wire;

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Content,
    pub(crate) cut: Option<CutPoint>,
    /// Time to hold the finished answer back before it is sent.
    pub(crate) delay: Duration,
}

impl Answer {
    pub(crate) fn empty(status: StatusCode) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        // DO sends the header on every answer (recorded by dns-lexicon/dns-lexicon; read by
        // digitalocean/godo, `CheckResponse` in `godo.go`).
        if let Ok(id) = HeaderValue::try_from(Uuid::new_v4().to_string()) {
            headers.insert("x-request-id", id);
        }
        Self { status, headers, body: Content::Buffered(Vec::new()), cut: None, delay: Duration::ZERO }
    }

    pub(crate) fn json(status: StatusCode, body: &Value) -> Self {
        Self { body: Content::Buffered(body.to_string().into_bytes()), ..Self::empty(status) }
    }

    /// Builds a file download (OpenAPI `responses/invoice_csv`, `headers/content-disposition`).
    pub(crate) fn file(media_type: &str, name: &str, body: Content) -> Self {
        let mut answer = Self { body, ..Self::empty(StatusCode::OK) };
        let disposition = format!("attachment; filename=\"{name}\"");
        answer.set_headers([("content-type", Some(media_type)), ("content-disposition", Some(&disposition))]);
        answer
    }

    pub(crate) fn error(error: &ApiError) -> Self {
        Self::json(error.status, &error.body())
    }

    /// Sets headers; a value of `None` removes the header. Names and values that HTTP does not
    /// allow are skipped.
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

    /// The status that the client received; none if the connection was closed before the response.
    pub(crate) fn received_status(&self) -> Option<u16> {
        (!self.is_cut_before_response()).then_some(self.status.as_u16())
    }

    fn is_cut_before_response(&self) -> bool {
        matches!(self.cut, Some(CutPoint::BeforeResponse | CutPoint::Applied))
    }

    pub(crate) fn into_response(self, wire: &Wire) -> Response {
        if self.is_cut_before_response() {
            wire.cut();
        }
        let (body, content_length) =
            if self.cut == Some(CutPoint::MidBody) { self.body.into_failing() } else { (self.body.into_body(), None) };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        if let Some(length) = content_length {
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        response
    }
}
