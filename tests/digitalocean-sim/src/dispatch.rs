//! The way of a request: who asks, the rate limits, the faults, the scopes, the handler, the page.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use crate::answer::{Answer, Content};
use crate::call::{Call, Reply};
use crate::error::{ApiError, id_for};
use crate::faults::{Arrival, CutPoint, Effect, LimitKind, Terminal};
use crate::habits::span;
use crate::late::LateWrite;
use crate::limits::{self, Limits, Verdict};
use crate::paging;
use crate::request::Request;
use crate::request_log::LogEntry;
use crate::route::{self, Access};
use crate::scopes::MissingScope;
use crate::state::{Identity, Shared, State};

/// A request that has been counted and waits for its answer.
struct Arrived {
    seq: u64,
    identity: Option<Identity>,
    limits: Limits,
    headers: HeaderMap,
    verdict: Verdict,
    faults: Arrival,
    latency: Duration,
}

/// Answers a request. What it does to the state happens after its delays.
pub(crate) async fn serve(shared: Arc<Shared>, request: Request) -> Answer {
    let arrived = arrive(&shared, &request);
    let wait = arrived.latency + arrived.faults.delay;
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    let answer = answer(&shared, &mut shared.state(), &request, &arrived);
    if !answer.hold.is_zero() {
        tokio::time::sleep(answer.hold).await;
    }
    shared.state().log.answered(arrived.seq, answer.seen_status());
    answer
}

fn arrive(shared: &Shared, request: &Request) -> Arrived {
    let now = shared.clock.now();
    let mut state = shared.state();
    let state = &mut *state;
    let identity = request.bearer.as_deref().and_then(|bearer| state.identify(bearer));
    let account = identity.as_ref().map(|identity| identity.account.as_str());
    let limits = account.and_then(|name| state.accounts.get(name)).map(|account| account.limits).unwrap_or_default();
    let (verdict, headers) = match &identity {
        Some(identity) => {
            let meter = state.meters.entry((identity.account.clone(), identity.name.clone())).or_default();
            (meter.take(limits, request, now), meter.headers(limits, now))
        }
        None => (Verdict::Allowed, limits::headers(limits.hourly, limits.hourly, now.timestamp())),
    };
    let faults =
        if verdict == Verdict::Allowed { state.faults.arrive(request, account, now) } else { Arrival::default() };
    let seq = state.log.push(LogEntry {
        seq: 0,
        time: now,
        method: request.method.to_string(),
        path: request.path.clone(),
        query: request.query.to_string(),
        route: route::find(&request.method, &request.path).map(|(route, _)| route.path.to_owned()),
        account: account.map(ToOwned::to_owned),
        token: identity.as_ref().map(|identity| identity.name.clone()),
        status: None,
        faults: faults.ids.clone(),
    });
    let latency = state.latency.of(&request.path);
    Arrived { seq, identity, limits, headers, verdict, faults, latency }
}

fn answer(shared: &Shared, state: &mut State, request: &Request, arrived: &Arrived) -> Answer {
    let mut answer = match arrived.verdict {
        Verdict::Allowed => match &arrived.faults.terminal {
            Some(terminal) => return faulty(shared, state, request, arrived, terminal),
            None => usual(shared, state, request, arrived),
        },
        Verdict::Burst { .. } | Verdict::Hourly => Answer::error(&ApiError::too_many_requests()),
    };
    answer.headers.extend(arrived.headers.clone());
    if let Verdict::Burst { retry_after } = arrived.verdict {
        // OpenAPI description, "Rate Limit": a burst 429 says 0 remaining, and it alone has `retry-after`.
        answer.headers.insert("ratelimit-remaining", HeaderValue::from(0));
        answer.headers.insert("retry-after", HeaderValue::from(retry_after));
    }
    answer
}

/// The answer of a request that a fault decides. The rate limit headers are on it too, before the fault's own.
fn faulty(shared: &Shared, state: &mut State, request: &Request, arrived: &Arrived, fault: &Terminal) -> Answer {
    let mut answer = match fault {
        Effect::Status { status, body, .. } => {
            let status = code(*status);
            match body {
                Some(Value::String(text)) => {
                    Answer { body: Content::Whole(text.clone().into_bytes()), ..Answer::empty(status) }
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
        Effect::AppliedThen { status } => {
            usual(shared, state, request, arrived);
            error_answer(code(*status))
        }
        Effect::AppliedLater { after_ms, status } => {
            state.late.extend(arrived.identity.clone().map(|identity| LateWrite {
                at: shared.clock.now() + span(*after_ms),
                identity,
                request: request.clone(),
                action_fails: arrived.faults.action_fails,
            }));
            status.map_or_else(|| Answer::empty(StatusCode::OK), |status| error_answer(code(status)))
        }
        // The others show what was asked for, more or less.
        _ => usual(shared, state, request, arrived),
    };
    answer.headers.extend(arrived.headers.clone());
    match fault {
        Effect::Status { headers, .. } => {
            answer.set_headers(headers.iter().map(|(name, value)| (name.as_str(), value.as_deref())));
        }
        Effect::Cut { at } => answer.cut = Some(*at),
        Effect::AppliedLater { status: None, .. } => answer.cut = Some(CutPoint::BeforeResponse),
        Effect::LateAnswer { delay_ms } => answer.hold = Duration::from_millis(*delay_ms),
        Effect::TruncatedJson => answer.body = answer.body.halved(),
        Effect::RateLimit { limit, wait_seconds } => {
            let now = shared.clock.now().timestamp();
            let hourly = *limit == LimitKind::Hourly;
            let reset = now + if hourly { *wait_seconds } else { 3600 };
            answer.headers.extend(limits::headers(arrived.limits.hourly, 0, reset));
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

/// DO's body for a status of the server's own failing (OpenAPI `responses/server_error`).
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

/// The answer without any fault but a stale state or a shifted page.
fn usual(shared: &Shared, state: &mut State, request: &Request, arrived: &Arrived) -> Answer {
    let identity = arrived.identity.as_ref();
    perform(state, request, identity, &arrived.faults, shared.clock.now()).unwrap_or_else(|error| Answer::error(&error))
}

/// Does what is asked.
pub(crate) fn perform(
    state: &mut State,
    request: &Request,
    identity: Option<&Identity>,
    faults: &Arrival,
    now: DateTime<Utc>,
) -> Result<Answer, ApiError> {
    let identity = identity.ok_or_else(ApiError::unauthorized)?;
    // An unknown method of a known path is 404 too: DO's own answer is not recorded.
    let (route, params) = route::find(&request.method, &request.path).ok_or_else(ApiError::not_found)?;
    let token = &identity.token;
    let granted = token.may_any(route.scopes);
    if !granted {
        match (token.missing_scope, route.access) {
            (MissingScope::Filtered, Access::List) => {}
            (MissingScope::Filtered, Access::Object) if token.hidden_status == 404 => return Err(ApiError::not_found()),
            _ => return Err(ApiError::forbidden()),
        }
    }
    let stale = faults.stale.as_deref().filter(|_| request.method == Method::GET);
    let mut past = stale.and_then(|fault| state.faults.snapshot(fault, &identity.account));
    let account = match &mut past {
        Some(past) => past,
        None => state.accounts.get_mut(&identity.account).ok_or_else(ApiError::unauthorized)?,
    };
    let mut call = Call { account, token, request, params, now, action_fails: faults.action_fails };
    match (route.handler)(&mut call)? {
        Reply::Json(status, body) => Ok(Answer::json(status, &body)),
        Reply::File { media_type, name, body } => Ok(Answer::file(media_type, &name, body)),
        Reply::Rows(rows) => Ok(Answer::json(StatusCode::OK, &paging::page_of_rows(rows, request, faults.shift))),
        Reply::NoContent => Ok(Answer::empty(StatusCode::NO_CONTENT)),
        Reply::List(mut list) => {
            if !granted {
                list.items.clear();
            }
            Ok(Answer::json(StatusCode::OK, &paging::page(&list, request, token, faults.shift)))
        }
    }
}
