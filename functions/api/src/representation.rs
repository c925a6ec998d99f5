//! In which form a list is answered: JSON, or CSV for those who ask for it.

use axum::Json;
use axum::extract::{FromRequestParts, OriginalUri};
use axum::response::{IntoResponse, Response};
use chrono::SecondsFormat;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::columns::csv;
use crate::freshness::Coverage;
use crate::parameters::name_of;
use crate::problem::ApiProblem;

/// The media type of CSV.
pub const CSV: &str = "text/csv";
/// The header of a CSV answer that has what is `as_of` in JSON.
pub const X_AS_OF: &str = "x-as-of";
/// The header of a CSV answer that has what is `complete` in JSON.
pub const X_COMPLETE: &str = "x-complete";

/// An answer that is rows at its heart.
pub trait Tabular: Serialize {
    /// What a row holds.
    type Row: Serialize + ToSchema;

    /// The rows.
    fn rows(&self) -> &[Self::Row];

    /// The cursor of the next page, where there is one.
    fn next_cursor(&self) -> Option<&str>;

    /// How fresh the rows are.
    fn coverage(&self) -> Coverage;
}

/// The form that the caller wants, and what was asked for.
#[derive(Debug)]
pub struct Representation {
    csv: bool,
    uri: Uri,
}

impl FromRequestParts<AppState> for Representation {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        let OriginalUri(uri) = OriginalUri::from_request_parts(parts, state).await?;
        Ok(Self { csv: prefers_csv(&parts.headers), uri })
    }
}

impl Representation {
    /// The answer in the form that is wanted.
    ///
    /// # Errors
    /// When the rows make no CSV, which is a fault of ours.
    pub fn of<L: Tabular>(&self, list: &L) -> Result<Response, ApiProblem> {
        let mut response = if self.csv { self.csv_of(list)? } else { Json(list).into_response() };
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
        Ok(response)
    }

    fn csv_of<L: Tabular>(&self, list: &L) -> Result<Response, ApiProblem> {
        let body = csv(list.rows()).map_err(|error| {
            tracing::error!(error = runtime::telemetry::chain(&error), "rows that make no CSV");
            ApiProblem::internal()
        })?;
        let Coverage { as_of, complete } = list.coverage();
        let as_of = as_of.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let content_type = format!("{CSV};charset=utf-8");
        let headers = [
            (header::CONTENT_TYPE, content_type),
            (HeaderName::from_static(X_AS_OF), as_of),
            (HeaderName::from_static(X_COMPLETE), complete.to_string()),
        ];
        let mut response = (headers, body).into_response();
        if let Some(link) = list.next_cursor().and_then(|cursor| link_to_next(&self.uri, cursor)) {
            response.headers_mut().insert(header::LINK, link);
        }
        Ok(response)
    }
}

/// The header that names the next page (RFC 8288): what was asked, with this cursor.
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

/// Whether the caller would rather have CSV than JSON (RFC 9110, 12.5.1). Whoever wants neither gets JSON.
fn prefers_csv(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<(String, u32)> = accepted.flat_map(|value| value.split(',')).map(range).collect();
    let wish = |of: [&str; 3]| {
        let exactness = |name: &str| of.iter().position(|range| *range == name).map(|place| of.len() - place);
        let fitting = ranges.iter().filter_map(|(name, quality)| Some((exactness(name)?, *quality)));
        // The most exact range says how welcome a type is; between types as welcome, the one named more exactly was meant.
        fitting.max().filter(|(_, quality)| *quality > 0).map(|(exactness, quality)| (quality, exactness))
    };
    wish([CSV, "text/*", "*/*"]) > wish(["application/json", "application/*", "*/*"])
}

/// A media range and how welcome it is, in thousandths.
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
    fn csv_is_for_those_who_would_rather_have_it() {
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
