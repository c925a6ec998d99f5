//! Makes API Gateway's events acceptable to `lambda_http`.
//!
//! API Gateway passes on what a caller puts into a URL or a header unchanged. `lambda_http` panics
//! on text that is not a valid URI and rejects an event with an invalid header. It also rejects
//! claims of the authorizer that are not text, although claims may be lists or numbers. Without
//! this module each of these would be a 500 for what is at worst a bad request.

use http::{HeaderName, HeaderValue, header};
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, LambdaEvent, lambda_runtime};
use runtime::bootstrap::InitTimer;
use runtime::{BoxError, Error};
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;
use tower::ServiceBuilder;

/// The header that identifies a request, so that a repetition starts nothing a second time.
/// <https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The headers that this crate reads. All others are removed: `lambda_http` would build the URI
/// from `host` and `x-forwarded-proto`, and the authorizer has already read `authorization`.
const HEADERS: [HeaderName; 3] = [header::ACCEPT, header::CONTENT_TYPE, IDEMPOTENCY_KEY];

/// An event that `lambda_http` can turn into a request without failing.
#[derive(Debug)]
pub struct GatewayEvent(LambdaRequest);

impl<'de> Deserialize<'de> for GatewayEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut event = Value::deserialize(deserializer)?;
        prepare(&mut event);
        LambdaRequest::deserialize(event).map(Self).map_err(de::Error::custom)
    }
}

impl From<GatewayEvent> for lambda_http::Request {
    fn from(event: GatewayEvent) -> Self {
        event.0.into()
    }
}

/// Logs that the function is ready, then serves events until Lambda ends the process.
///
/// # Errors
/// Fails if Lambda's Runtime API fails.
///
/// # Panics
/// Panics outside Lambda, where `AWS_LAMBDA_RUNTIME_API` and related variables are missing.
pub async fn run(init: InitTimer, router: axum::Router) -> Result<(), BoxError> {
    init.ready();
    let service = ServiceBuilder::new()
        .map_request(|event: LambdaEvent<GatewayEvent>| LambdaEvent {
            payload: event.payload.0,
            context: event.context,
        })
        .service(Adapter::from(router));
    lambda_runtime::run(service).await.map_err(|source| Error::Runtime(source).into())
}

fn prepare(event: &mut Value) {
    // API Gateway decodes the escapes of a path. Characters that would end the path or read as a
    // slash are escaped again.
    escape(event, "/rawPath", |byte| matches!(byte, b'?' | b'#' | b'\\') || byte.is_ascii_control());
    // The query string arrives exactly as the caller sent it.
    escape(event, "/rawQueryString", |byte| {
        !byte.is_ascii_graphic() || matches!(byte, b'"' | b'#' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}')
    });
    if let Some(Value::String(path)) = event.get_mut("rawPath")
        && !path.starts_with('/')
    {
        path.insert(0, '/');
    }
    if let Some(Value::Object(headers)) = event.get_mut("headers") {
        headers.retain(|name, value| {
            HEADERS.iter().any(|read| name.eq_ignore_ascii_case(read.as_str()))
                && value.as_str().is_some_and(|value| HeaderValue::from_str(value).is_ok())
        });
    }
    // Without a host the URI consists of the path alone, so no other field can make it invalid.
    if let Some(Value::Object(context)) = event.get_mut("requestContext") {
        context.remove("domainName");
    }
    // These fields repeat the query and path parameters in a joined, ambiguous form. Nothing reads
    // them, so they must not cause an error.
    if let Some(event) = event.as_object_mut() {
        event.remove("queryStringParameters");
        event.remove("pathParameters");
        event.remove("cookies");
    }
    // An invalid Base64 body makes the body's decoder panic.
    if event.get("isBase64Encoded").and_then(Value::as_bool) == Some(true) && !has_base64_body(event) {
        event["body"] = Value::Null;
    }
    if let Some(Value::Object(claims)) = event.pointer_mut("/requestContext/authorizer/jwt/claims") {
        for claim in claims.values_mut().filter(|claim| !claim.is_string()) {
            *claim = claim.to_string().into();
        }
    }
}

fn has_base64_body(event: &Value) -> bool {
    use base64::Engine;
    let body = event.get("body").and_then(Value::as_str).unwrap_or_default();
    base64::engine::general_purpose::STANDARD.decode(body).is_ok()
}

fn escape(event: &mut Value, pointer: &str, escaped: impl Fn(u8) -> bool) {
    let Some(Value::String(text)) = event.pointer_mut(pointer) else { return };
    if text.bytes().any(&escaped) {
        let mut written = String::with_capacity(text.len() + 16);
        for character in text.chars() {
            let mut buffer = [0; 4];
            let bytes = character.encode_utf8(&mut buffer).bytes();
            if bytes.clone().any(&escaped) {
                written.extend(bytes.map(|byte| format!("%{byte:02X}")));
            } else {
                written.push(character);
            }
        }
        *text = written;
    }
}
