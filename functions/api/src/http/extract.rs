//! Extractors that read parameters and bodies as types. Input that does not fit is a problem that
//! points to the field.

use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use http::request::Parts;
use http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::page::{PAGE_PARAMETERS, PageQuery};
use super::parameters::{ParameterLocation, Parameters, expected, is_percent_encoded, is_plain, quoted_after};
use super::problem::{ApiProblem, ValidationError};

/// The largest accepted body in bytes. Valid bodies are a few hundred bytes long.
pub const MAX_BODY_BYTES: usize = 16 * 1024;

/// The query parameters; an unknown or invalid one is refused with 400.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiProblem> {
        let mut parameters = Parameters::of_query(parts.uri.query().unwrap_or_default());
        let read = parameters.read();
        parameters.finish(Vec::new(), read).map(Self)
    }
}

/// The filters of a list and the page, both query parameters like [`Query`].
#[derive(Debug)]
pub struct PagedQuery<T>(pub T, pub PageQuery);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for PagedQuery<T> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiProblem> {
        let all = Parameters::of_query(parts.uri.query().unwrap_or_default());
        let (mut page, mut filter) = all.split(&PAGE_PARAMETERS);
        let read = filter.read().zip(page.read()).map(|(filter, page)| Self(filter, page));
        filter.finish(vec![page], read)
    }
}

/// The path parameters; an invalid one is refused with 400.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Path<T> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiProblem> {
        let is_encoded = is_percent_encoded(parts.uri.path());
        let values = match RawPathParams::from_request_parts(parts, state).await {
            Ok(raw) if is_encoded => raw.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            _ => {
                let error = ValidationError::new("#/path", "expected percent-encoded UTF-8");
                return Err(ApiProblem::invalid(vec![error]));
            }
        };
        let mut parameters = Parameters::new(ParameterLocation::Path, values);
        let read = parameters.read();
        parameters.finish(Vec::new(), read).map(Self)
    }
}

/// A JSON body that must be present.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiProblem;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiProblem> {
        let is_json = declares_json(request.headers());
        let body = read_body(request).await?;
        if !is_json {
            return Err(ApiProblem::unsupported_media_type());
        }
        parse(&body).map(Self)
    }
}

/// A JSON body that may be null or missing.
#[derive(Debug)]
pub struct OptionalJson<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for OptionalJson<T> {
    type Rejection = ApiProblem;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiProblem> {
        let is_json = declares_json(request.headers());
        let body = read_body(request).await?;
        if body.is_empty() {
            return Ok(Self(T::default()));
        }
        if !is_json {
            return Err(ApiProblem::unsupported_media_type());
        }
        parse::<Option<T>>(&body).map(|body| Self(body.unwrap_or_default()))
    }
}

fn declares_json(headers: &HeaderMap) -> bool {
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media_type == "application/json" || (media_type.starts_with("application/") && media_type.ends_with("+json"))
}

async fn read_body(request: Request) -> Result<Vec<u8>, ApiProblem> {
    match to_bytes(request.into_body(), MAX_BODY_BYTES).await {
        Ok(body) => Ok(body.to_vec()),
        // API Gateway sends complete bodies, so only the size limit can end the read early.
        Err(_) => Err(ApiProblem::too_large()),
    }
}

/// Reads JSON in two steps: text that is not JSON gives 400; valid JSON that is not a `T` gives 422
/// with a pointer to the field.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiProblem> {
    let _: serde::de::IgnoredAny = serde_json::from_slice(body).map_err(|_| ApiProblem::malformed_body())?;
    std::str::from_utf8(body).map_err(|_| ApiProblem::malformed_body())?;
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let text = error.inner().to_string();
        let mut pointer = pointer_to(error.path());
        let detail = if let Some(field) = quoted_after(&text, "missing field `") {
            pointer = format!("{pointer}/{field}");
            "missing".to_owned()
        } else if text.starts_with("unknown field `") {
            "unknown field".to_owned()
        } else {
            expected(&text)
        };
        ApiProblem::unprocessable(vec![ValidationError::new(pointer, detail)])
    })
}

/// The path as a JSON pointer. The pointer ends before a field name that may not be repeated, see
/// [`is_plain`].
fn pointer_to(path: &serde_path_to_error::Path) -> String {
    let mut pointer = "#".to_owned();
    for segment in path {
        match segment {
            serde_path_to_error::Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            serde_path_to_error::Segment::Map { key } if is_plain(key) => pointer.push_str(&format!("/{key}")),
            _ => break,
        }
    }
    pointer
}

/// Deserializes a field that may be absent, null or a value. `None` leaves the target unchanged,
/// `Some(None)` clears it, and `Some(Some(value))` sets it.
///
/// # Errors
/// Fails if the value is not a `T`.
pub fn double_option<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[expect(dead_code, reason = "the test only deserializes it")]
        account: String,
        #[serde(default)]
        #[expect(dead_code, reason = "the test only deserializes it")]
        tags: Vec<u8>,
    }

    #[test]
    fn an_invalid_body_is_pointed_at_but_never_repeated() {
        let cases: [(&[u8], u16, &str, &str); 9] = [
            (b"{", 400, "", ""),
            (b"\xff", 400, "", ""),
            (b"{\"account\":\"\xff\"}", 400, "", ""),
            (b"{} {}", 400, "", ""),
            (b"[]", 422, "#/account", "missing"),
            (b"{}", 422, "#/account", "missing"),
            (br#"{"account":{"s3cret":1}}"#, 422, "#/account", "expected a string"),
            (br#"{"account":"a","acount":"s3cret"}"#, 422, "#/acount", "unknown field"),
            (br#"{"account":"a","tags":[1,"s3cret"]}"#, 422, "#/tags/1", "expected u8"),
        ];
        for (body, status, pointer, detail) in cases {
            let problem = parse::<Sample>(body).unwrap_err();
            let shown = String::from_utf8_lossy(body);
            assert_eq!(problem.status.as_u16(), status, "{shown}");
            if status == 422 && body != b"[]" {
                let error = &problem.errors[0];
                assert_eq!((error.pointer.as_str(), error.detail.as_str()), (pointer, detail), "{shown}");
            }
            assert!(!format!("{problem:?}").contains("s3cret"), "{shown}");
        }
        let problem = parse::<Sample>(br#"{"account":"a","dop_v1_0123":1}"#).unwrap_err();
        assert_eq!(problem.errors[0].pointer, "#");
    }
}
