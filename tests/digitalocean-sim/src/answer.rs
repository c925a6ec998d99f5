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
    pub(crate) body: Content,
    pub(crate) cut: Option<CutPoint>,
    /// How long it is kept back.
    pub(crate) delay: Duration,
}

/// What is sent.
pub(crate) enum Content {
    /// As a whole, its length announced.
    Whole(Vec<u8>),
    /// So many pieces, each made when it is sent; their length is not announced.
    Pieces(Box<dyn Iterator<Item = Vec<u8>> + Send>, usize),
}

impl Content {
    /// The first half.
    pub(crate) fn halved(self) -> Self {
        match self {
            Self::Whole(mut body) => {
                body.truncate(body.len() / 2);
                Self::Whole(body)
            }
            Self::Pieces(pieces, count) => Self::Pieces(Box::new(pieces.take(count / 2)), count / 2),
        }
    }

    fn into_body(self) -> Body {
        match self {
            Self::Whole(body) => Body::from(body),
            Self::Pieces(pieces, _) => Body::from_stream(stream::iter(pieces.map(Ok::<_, io::Error>))),
        }
    }

    /// A body that fails after its first half, and the length that it should have had.
    fn into_failing(self) -> (Body, Option<usize>) {
        let (sent, length): (Box<dyn Iterator<Item = Vec<u8>> + Send>, _) = match self {
            Self::Whole(mut body) => {
                let length = body.len();
                body.truncate(length / 2);
                (Box::new(std::iter::once(body)), Some(length))
            }
            Self::Pieces(pieces, count) => (Box::new(pieces.take(count / 2)), None),
        };
        let failed = stream::once(async {
            tokio::time::sleep(MID_BODY_PAUSE).await;
            Err(io::Error::from(io::ErrorKind::ConnectionAborted))
        });
        (Body::from_stream(stream::iter(sent.map(|piece| Ok(Bytes::from(piece)))).chain(failed)), length)
    }
}

impl Answer {
    pub(crate) fn empty(status: StatusCode) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        // Every answer has it (recorded by dns-lexicon/dns-lexicon; read by digitalocean/godo, `CheckResponse` in `godo.go`).
        if let Ok(id) = HeaderValue::try_from(Uuid::new_v4().to_string()) {
            headers.insert("x-request-id", id);
        }
        Self { status, headers, body: Content::Whole(Vec::new()), cut: None, delay: Duration::ZERO }
    }

    pub(crate) fn json(status: StatusCode, body: &Value) -> Self {
        Self { body: Content::Whole(body.to_string().into_bytes()), ..Self::empty(status) }
    }

    /// A file to save (OpenAPI `responses/invoice_csv`, `headers/content-disposition`).
    pub(crate) fn file(media_type: &str, name: &str, body: Content) -> Self {
        let mut answer = Self { body, ..Self::empty(StatusCode::OK) };
        let disposition = format!("attachment; filename=\"{name}\"");
        answer.set_headers([("content-type", Some(media_type)), ("content-disposition", Some(&disposition))]);
        answer
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
        let (body, announced) =
            if self.cut == Some(CutPoint::MidBody) { self.body.into_failing() } else { (self.body.into_body(), None) };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        if let Some(length) = announced {
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        response
    }
}
