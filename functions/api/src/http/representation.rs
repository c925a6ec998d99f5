//! Responds with lists as JSON, or as CSV to callers who prefer it.

use axum::Json;
use axum::extract::{FromRequestParts, OriginalUri};
use axum::response::{IntoResponse, Response};
use chrono::SecondsFormat;
use domain::Coverage;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use serde::Serialize;
use utoipa::ToSchema;

use super::columns::csv;
use super::parameters::name_of;
use super::problem::ApiProblem;

/// The media type of CSV (RFC 4180).
pub const CSV: &str = "text/csv";
/// The header of a CSV response that carries the JSON field `as_of`.
pub const X_AS_OF: &str = "x-as-of";
/// The header of a CSV response that carries the JSON field `complete`.
pub const X_COMPLETE: &str = "x-complete";

/// A response body that consists of rows and a few fields about them.
pub trait Tabular: Serialize {
    /// The type of a row; its schema defines the CSV columns.
    type Row: Serialize + ToSchema;

    /// The rows of this page, the cursor of the next page (`None` on the last page), and the
    /// freshness of the rows.
    fn page(&self) -> (&[Self::Row], Option<&str>, Coverage);
}

/// The media type that the caller prefers, and the request's URI for the link to the next page.
#[derive(Debug)]
pub struct Representation {
    csv: bool,
    uri: Uri,
}

impl<S: Send + Sync> FromRequestParts<S> for Representation {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let OriginalUri(uri) = OriginalUri::from_request_parts(parts, state).await?;
        Ok(Self { csv: prefers_csv(&parts.headers), uri })
    }
}

impl Representation {
    /// Builds the response in the media type that the caller prefers.
    ///
    /// # Errors
    /// 500 if the rows cannot be written as CSV, which is a bug.
    pub fn of<L: Tabular>(&self, list: &L) -> Result<Response, ApiProblem> {
        let mut response = if self.csv { self.csv_of(list)? } else { Json(list).into_response() };
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
        Ok(response)
    }

    fn csv_of<L: Tabular>(&self, list: &L) -> Result<Response, ApiProblem> {
        let (rows, next_cursor, Coverage { as_of, complete }) = list.page();
        let body = csv(rows).map_err(|error| {
            tracing::error!(error = runtime::telemetry::chain(&error), "cannot write CSV response");
            ApiProblem::internal()
        })?;
        let as_of = as_of.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let content_type = format!("{CSV};charset=utf-8");
        let headers = [
            (header::CONTENT_TYPE, content_type),
            (HeaderName::from_static(X_AS_OF), as_of),
            (HeaderName::from_static(X_COMPLETE), complete.to_string()),
        ];
        let mut response = (headers, body).into_response();
        if let Some(link) = next_cursor.and_then(|cursor| link_to_next(&self.uri, cursor)) {
            response.headers_mut().insert(header::LINK, link);
        }
        Ok(response)
    }
}

/// The `Link` header of the next page (RFC 8288): the request's own URI with this cursor.
fn link_to_next(uri: &Uri, cursor: &str) -> Option<HeaderValue> {
    let query = uri.query().unwrap_or_default();
    let others = query.split('&').filter(|pair| !pair.is_empty() && name_of(pair).as_deref() != Some("cursor"));
    let query: String = others.map(|pair| format!("{pair}&")).collect();
    let target = format!("{}?{query}cursor={cursor}", uri.path());
    let mut escaped = String::with_capacity(target.len());
    for byte in target.bytes() {
        match byte {
            b'<' | b'>' | b'"' => escaped.push_str(&format!("%{byte:02X}")),
            byte if byte.is_ascii_graphic() => escaped.push(byte.into()),
            byte => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    HeaderValue::from_str(&format!("<{escaped}>; rel=\"next\"")).ok()
}

/// Returns whether the caller prefers CSV to JSON (RFC 9110, 12.5.1). A caller who accepts neither
/// gets JSON.
fn prefers_csv(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<(String, u32)> = accepted.flat_map(|value| value.split(',')).map(range).collect();
    let preference = |of: [&str; 3]| {
        let exactness = |name: &str| of.iter().position(|range| *range == name).map(|index| of.len() - index);
        let matching = ranges.iter().filter_map(|(name, quality)| Some((exactness(name)?, *quality)));
        // The most exact matching range decides how much a type is preferred. Between types that
        // are preferred equally, the one with the more exact range wins.
        matching.max().filter(|(_, quality)| *quality > 0).map(|(exactness, quality)| (quality, exactness))
    };
    preference([CSV, "text/*", "*/*"]) > preference(["application/json", "application/*", "*/*"])
}

/// Parses a media range and its quality, in thousandths (0 to 1000).
fn range(text: &str) -> (String, u32) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let quality = quality.map_or(1.0, |quality| quality.parse::<f32>().unwrap_or(0.0).clamp(0.0, 1.0));
    (name, (quality * 1_000.0).round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_is_sent_only_where_it_is_preferred_to_json() {
        let cases = [
            ("text/csv", true),
            ("text/csv;charset=utf-8", true),
            ("TEXT/CSV", true),
            ("text/*", true),
            ("text/csv, */*", true),
            ("text/csv, */*;q=0.1", true),
            ("text/csv, application/json;q=0.5", true),
            ("application/json;q=0.4, text/csv;q=0.5", true),
            ("", false),
            ("*/*", false),
            ("application/json", false),
            ("text/csv, application/json", false),
            ("application/json, text/csv;q=0.9", false),
            ("text/csv;q=0", false),
            ("text/csv;q=0, */*", false),
            ("text/csv;q=x", false),
            ("text/html,application/xhtml+xml,*/*;q=0.8", false),
            ("application/pdf", false),
            (";;,=,/", false),
        ];
        for (accept, expected) in cases {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_str(accept).unwrap())]);
            assert_eq!(prefers_csv(&headers), expected, "{accept}");
        }
        assert!(!prefers_csv(&HeaderMap::new()));
    }

    #[test]
    fn the_next_page_is_the_same_request_with_another_cursor() {
        let cases = [
            ("/a", "</a?cursor=new>; rel=\"next\""),
            ("/a?limit=2&q=%C3%A9", "</a?limit=2&q=%C3%A9&cursor=new>; rel=\"next\""),
            ("/a?cursor=old&limit=2", "</a?limit=2&cursor=new>; rel=\"next\""),
            ("/a?%63ursor=old&&limit=2&cursors", "</a?limit=2&cursors&cursor=new>; rel=\"next\""),
            ("/b%3Ec%C3%A9", "</b%3Ec%C3%A9?cursor=new>; rel=\"next\""),
        ];
        for (uri, expected) in cases {
            let uri = Uri::builder().path_and_query(uri.as_bytes()).build().unwrap();
            assert_eq!(link_to_next(&uri, "new").unwrap(), expected, "{uri}");
        }
    }
}
