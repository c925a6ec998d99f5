//! The execution of a request against the state: scopes, handler, paging.

use chrono::{DateTime, Utc};
use http::{Method, StatusCode};

use crate::answer::Answer;
use crate::call::{Call, Reply};
use crate::error::ApiError;
use crate::faults::MatchedFaults;
use crate::paging;
use crate::request::Request;
use crate::route::Access;
use crate::routing;
use crate::scopes::MissingScope;
use crate::state::{Identity, State};

/// Executes a request against the state and returns DO's answer to it.
pub(crate) fn perform(
    state: &mut State,
    request: &Request,
    identity: Option<&Identity>,
    faults: &MatchedFaults,
    now: DateTime<Utc>,
) -> Result<Answer, ApiError> {
    let identity = identity.ok_or_else(ApiError::unauthorized)?;
    // An unknown method of a known path is a 404 too: DO's own answer is not recorded.
    let (route, params) = routing::find(&request.method, &request.path).ok_or_else(ApiError::not_found)?;
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
