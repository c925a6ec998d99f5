//! The middleware around every request: request id, time limit, log line, metrics, response headers
//! and problem bodies.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderValue, header};
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use runtime::telemetry::CONTEXT;
use runtime::{Deadline, Metrics};
use tracing::Instrument;

use super::caller::{Caller, ClaimNames};
use super::problem::ApiProblem;

/// The function's name in logs and metrics, in the field where workers have their names.
const WORKER: &str = "api";
/// The part of the invocation's time that is reserved for the response that the time ran out.
const MARGIN: Duration = Duration::from_millis(500);
/// The response header that carries the request's id.
const X_REQUEST_ID: &str = "x-request-id";

/// The request's id: API Gateway's own, so that its access log and the function's log have the same
/// id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub String);

impl RequestId {
    fn of(parts: &Parts) -> Self {
        let given = match parts.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone(),
            _ => None,
        };
        Self(given.unwrap_or_else(|| uuid::Uuid::new_v4().to_string()))
    }
}

/// Runs the request under the invocation's time limit, then logs it, counts it and completes the
/// response.
pub async fn observe(State(names): State<Arc<ClaimNames>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let id = RequestId::of(&parts);
    let method = parts.method.to_string();
    // The route is logged, not the path, because a path may contain anything.
    let route = parts.extensions.get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let caller = Caller::of(&parts, &names);
    let role = caller.as_ref().map_or("none", Caller::role);
    let context = parts.lambda_context_ref().cloned();
    let span = tracing::error_span!(target: CONTEXT, "request", request_id = id.0, worker = WORKER);

    let mut request = Request::from_parts(parts, body);
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(caller);
    let answer = async {
        let answer = next.run(request);
        let response = match context {
            None => answer.await,
            Some(context) => {
                let time_left = Deadline::from_context(&context).earlier_by(MARGIN).remaining();
                tokio::time::timeout(time_left, answer).await.unwrap_or_else(|_| {
                    tracing::error!("invocation time limit reached");
                    ApiProblem::unavailable().into_response()
                })
            }
        };
        let response = finish(response, &id);
        let status = response.status().as_u16();
        let duration = started.elapsed();
        let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        tracing::info!(method, route, status, duration_ms, caller = role, "answered");
        measure(&id, &route, status, duration);
        response
    };
    answer.instrument(span).await
}

/// Writes the body of a problem, which needs the request's id, and the headers that every response
/// has.
fn finish(mut response: Response, id: &RequestId) -> Response {
    if let Some(problem) = response.extensions_mut().remove::<ApiProblem>() {
        let mut written = problem.into_response_for(&id.0);
        if let Some(allow) = response.headers().get(header::ALLOW) {
            written.headers_mut().insert(header::ALLOW, allow.clone());
        }
        response = written;
    }
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        headers.insert(X_REQUEST_ID, id);
    }
    response
}

fn measure(id: &RequestId, route: &str, status: u16, duration: Duration) {
    let mut metrics = Metrics::new(WORKER);
    metrics.property("request_id", id.0.as_str());
    metrics.property("route", route);
    metrics.property("status", status);
    metrics.count("Requests", 1);
    metrics.count("ServerErrors", u64::from(status >= 500));
    metrics.milliseconds("Duration", duration);
}
