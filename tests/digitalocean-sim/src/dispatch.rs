//! The processing of a request: authentication, rate limits, latency, faults, then its execution.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::consistency::time_delta;
use crate::content::Content;
use crate::error::{ApiError, id_for};
use crate::faults::{CutPoint, Effect, LimitKind, MatchedFaults, TerminalEffect};
use crate::limits::{self, LimitDecision, Limits};
use crate::perform::perform;
use crate::request::Request;
use crate::request_log::LogEntry;
use crate::routing;
use crate::shared::Shared;
use crate::state::{DelayedWrite, Identity, State};

/// A request that has been counted against the limits and waits for its answer.
struct AdmittedRequest {
    seq: u64,
    identity: Option<Identity>,
    limits: Limits,
    headers: HeaderMap,
    decision: LimitDecision,
    faults: MatchedFaults,
    latency: Duration,
}

/// Answers a request. The state changes only after the request's delays.
pub(crate) async fn serve(shared: Arc<Shared>, request: Request) -> Answer {
    let admitted = admit(&shared, &request);
    let wait = admitted.latency + admitted.faults.delay;
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    let answer = answer(&shared, &mut shared.state(), &request, &admitted);
    if !answer.delay.is_zero() {
        tokio::time::sleep(answer.delay).await;
    }
    shared.state().log.answered(admitted.seq, answer.received_status());
    answer
}

fn admit(shared: &Shared, request: &Request) -> AdmittedRequest {
    let now = shared.clock.now();
    let mut state = shared.state();
    let state = &mut *state;
    let identity = request.bearer.as_deref().and_then(|bearer| state.identify(bearer));
    let account = identity.as_ref().map(|identity| identity.account.as_str());
    let limits = account.and_then(|name| state.accounts.get(name)).map(|account| account.limits).unwrap_or_default();
    let (decision, headers) = match &identity {
        Some(identity) => {
            let meter = state.meters.entry((identity.account.clone(), identity.name.clone())).or_default();
            (meter.take(limits, request, now), meter.headers(limits, now))
        }
        None => (LimitDecision::Allowed, limits::headers(limits.hourly, limits.hourly, now.timestamp())),
    };
    let faults = if decision == LimitDecision::Allowed {
        state.faults.match_request(request, account, now)
    } else {
        MatchedFaults::default()
    };
    let seq = state.log.push(LogEntry {
        seq: 0,
        time: now,
        method: request.method.to_string(),
        path: request.path.clone(),
        query: request.query.to_string(),
        route: routing::find(&request.method, &request.path).map(|(route, _)| route.path.to_owned()),
        account: account.map(ToOwned::to_owned),
        token: identity.as_ref().map(|identity| identity.name.clone()),
        status: None,
        faults: faults.ids.clone(),
    });
    let latency = state.latency.of(&request.path);
    AdmittedRequest { seq, identity, limits, headers, decision, faults, latency }
}

fn answer(shared: &Shared, state: &mut State, request: &Request, admitted: &AdmittedRequest) -> Answer {
    let mut answer = match admitted.decision {
        LimitDecision::Allowed => match &admitted.faults.terminal {
            Some(terminal) => return faulty_answer(shared, state, request, admitted, terminal),
            None => usual_answer(shared, state, request, admitted),
        },
        LimitDecision::Burst { .. } | LimitDecision::Hourly => Answer::error(&ApiError::too_many_requests()),
    };
    answer.headers.extend(admitted.headers.clone());
    if let LimitDecision::Burst { retry_after } = admitted.decision {
        // OpenAPI description, "Rate Limit": a 429 of the burst limit shows 0 remaining, and only
        // that one has `retry-after`.
        answer.headers.insert("ratelimit-remaining", HeaderValue::from(0));
        answer.headers.insert("retry-after", HeaderValue::from(retry_after));
    }
    answer
}

/// Answers a request that a fault applies to. The rate limit headers are set first, so that the
/// fault's own headers override them.
fn faulty_answer(
    shared: &Shared,
    state: &mut State,
    request: &Request,
    admitted: &AdmittedRequest,
    fault: &TerminalEffect,
) -> Answer {
    let mut answer = match fault {
        Effect::Status { status, body, .. } => {
            let status = code(*status);
            match body {
                Some(Value::String(text)) => {
                    Answer { body: Content::Buffered(text.clone().into_bytes()), ..Answer::empty(status) }
                }
                Some(body) => Answer::json(status, body),
                None => error_answer(status),
            }
        }
        Effect::ErrorBody { status, id, message } => {
            Answer::json(code(*status), &json!({ "id": id, "message": message }))
        }
        Effect::Cut { at: CutPoint::BeforeResponse } => Answer::empty(StatusCode::OK),
        Effect::RateLimit { .. } => Answer::error(&ApiError::too_many_requests()),
        Effect::ErrorAfterApply { status } => {
            usual_answer(shared, state, request, admitted);
            error_answer(code(*status))
        }
        Effect::DelayedApply { after_ms, status } => {
            state.delayed_writes.extend(admitted.identity.clone().map(|identity| DelayedWrite {
                at: shared.clock.now() + time_delta(*after_ms),
                identity,
                request: request.clone(),
                action_fails: admitted.faults.action_fails,
            }));
            status.map_or_else(|| Answer::empty(StatusCode::OK), |status| error_answer(code(status)))
        }
        // The other effects show the requested object or list, changed or not.
        _ => usual_answer(shared, state, request, admitted),
    };
    answer.headers.extend(admitted.headers.clone());
    match fault {
        Effect::Status { headers, .. } => {
            answer.set_headers(headers.iter().map(|(name, value)| (name.as_str(), value.as_deref())));
        }
        Effect::Cut { at } => answer.cut = Some(*at),
        Effect::DelayedApply { status: None, .. } => answer.cut = Some(CutPoint::BeforeResponse),
        Effect::DelayedAnswer { delay_ms } => answer.delay = Duration::from_millis(*delay_ms),
        Effect::TruncatedJson => answer.body = answer.body.first_half(),
        Effect::RateLimit { limit, wait_seconds } => {
            let now = shared.clock.now().timestamp();
            let hourly = *limit == LimitKind::Hourly;
            let reset = now + if hourly { *wait_seconds } else { 3600 };
            answer.headers.extend(limits::headers(admitted.limits.hourly, 0, reset));
            if !hourly {
                answer.headers.insert("retry-after", HeaderValue::from(*wait_seconds));
            }
        }
        _ => {}
    }
    answer
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// DO's body for an error status (OpenAPI `responses/server_error`).
fn error_answer(status: StatusCode) -> Answer {
    let message = match status.as_u16() {
        401 => ApiError::unauthorized().message,
        403 => ApiError::forbidden().message,
        404 => ApiError::not_found().message,
        429 => ApiError::too_many_requests().message,
        500.. => "Unexpected server-side error".to_owned(),
        _ => status.canonical_reason().unwrap_or("Error").to_owned(),
    };
    Answer::json(status, &json!({ "id": id_for(status), "message": message }))
}

/// Answers a request as DO would. Of the faults, only the effects of stale reads, shifted pages and
/// failing actions apply here.
fn usual_answer(shared: &Shared, state: &mut State, request: &Request, admitted: &AdmittedRequest) -> Answer {
    let identity = admitted.identity.as_ref();
    perform(state, request, identity, &admitted.faults, shared.clock.now())
        .unwrap_or_else(|error| Answer::error(&error))
}
