//! API Gateway's events, made fit for `lambda_http`.
//!
//! What a caller puts into a URL or a header reaches the event as it was sent, and `lambda_http` panics on what makes no URI and refuses an
//! event with a header that is none; an authorizer's claims may be lists or numbers, and `lambda_http` refuses all but text. Each would be a
//! 500 for what is at worst a bad request.

use http::{HeaderName, HeaderValue, header};
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, LambdaEvent, lambda_runtime};
use runtime::bootstrap::InitTimer;
use runtime::{BoxError, Error};
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;
use tower::ServiceBuilder;

/// The header that names a request, so that repeating it starts nothing twice.
/// <https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The headers that anything here reads. The rest is left out: with `host` and `x-forwarded-proto` `lambda_http` would write a URI, and
/// `authorization` is the authorizer's, who has read it.
const HEADERS: [HeaderName; 3] = [header::ACCEPT, header::CONTENT_TYPE, IDEMPOTENCY_KEY];

/// An event that `lambda_http` can make a request of.
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

/// Logs that the function is ready and serves events until Lambda ends the process.
///
/// # Errors
/// When the Runtime API fails.
///
/// # Panics
/// Outside Lambda: without `AWS_LAMBDA_RUNTIME_API` and its companions.
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
    // API Gateway undoes the escapes of a path: what would end it, or read as a slash, is escaped again.
    escape(event, "/rawPath", |byte| matches!(byte, b'?' | b'#' | b'\\') || byte.is_ascii_control());
    // A query comes as it was sent.
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
    // Without a host the URI is the path alone, and nothing else can spoil it.
    if let Some(Value::Object(context)) = event.get_mut("requestContext") {
        context.remove("domainName");
    }
    // The same parameters again, joined in a way that loses which is which; not read, so no reason to fail.
    if let Some(event) = event.as_object_mut() {
        event.remove("queryStringParameters");
        event.remove("pathParameters");
        event.remove("cookies");
    }
    // Only the body's decoder would mind, and it panics.
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
