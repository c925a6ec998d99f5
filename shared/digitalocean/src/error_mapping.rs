//! Maps error responses to errors, and limits how much of a response an error quotes.

use chrono::{TimeDelta, Utc};
use http::{HeaderMap, StatusCode};

use crate::envelope::ErrorBody;
use crate::error::{Call, Error};
use crate::rate_limit::{RateLimit, TooManyRequests, retry_after};

/// Longest part of a response that an error quotes, in characters.
const MAX_SNIPPET_CHARS: usize = 300;

/// Maps a response without a success status to an error.
pub(crate) fn response_error(
    mut call: Box<Call>,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    rate_limit: Option<RateLimit>,
    attempts: u32,
) -> Error {
    let now = Utc::now();
    let error = ErrorBody::parse(body);
    if let Some(id) = error.as_ref().and_then(|error| error.request_id.clone()) {
        call.request_id = Some(truncated(&id));
    }
    let message = match &error {
        Some(error) => truncated(&error.message),
        None if status.is_redirection() => {
            "DigitalOcean sent a redirect, which is never followed with a token; check the base URL".to_owned()
        }
        None => snippet(body),
    };
    // Only DigitalOcean itself knows about tokens, scopes and what exists; the error page of a
    // proxy proves nothing. The body of its own response may be missing, but not its request id.
    let is_own = error.is_some() || (body.is_empty() && call.request_id.is_some());
    match status {
        StatusCode::UNAUTHORIZED if is_own => Error::Unauthorized { call, message },
        StatusCode::FORBIDDEN if is_own => Error::Forbidden { call, message },
        StatusCode::NOT_FOUND if is_own => Error::NotFound { call, message },
        StatusCode::TOO_MANY_REQUESTS => {
            let TooManyRequests { kind, until, retry_after } = TooManyRequests::classify(headers, rate_limit, now);
            Error::RateLimited { call, kind, until, retry_after, rate_limit }
        }
        status if status.is_server_error() => {
            let wait = retry_after(headers, now).and_then(|wait| TimeDelta::from_std(wait).ok());
            let retry_at = wait.and_then(|wait| now.checked_add_signed(wait));
            Error::ServerError { call, status, message, attempts, retry_at }
        }
        status => Error::Api { call, status, id: error.map(|error| error.id.to_ascii_lowercase()), message },
    }
}

/// Maps an error body that came with a success status. The error keeps that status, since a "not
/// found" with status 200 does not prove that a resource is absent.
pub(crate) fn api_error(mut call: Box<Call>, status: StatusCode, error: ErrorBody) -> Error {
    call.request_id = error.request_id.map(|id| truncated(&id)).or(call.request_id);
    let id = Some(error.id.to_ascii_lowercase());
    Error::Api { call, status, id, message: truncated(&error.message) }
}

/// The part of an undocumented response that an error may quote: JSON may hold passwords and is not
/// quoted; any other content is quoted because it helps to find the fault.
pub(crate) fn safe_snippet(body: &[u8]) -> String {
    if body.trim_ascii_start().starts_with(b"{") {
        "JSON, not quoted because it may hold secrets".to_owned()
    } else {
        snippet(body)
    }
}

/// The start of a response, on one line.
fn snippet(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body.get(..MAX_SNIPPET_CHARS * 4).unwrap_or(body));
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() { "(empty)".to_owned() } else { truncated(&text) }
}

fn truncated(text: &str) -> String {
    match text.char_indices().nth(MAX_SNIPPET_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snippets_are_bounded_and_on_one_line() {
        assert_eq!(snippet(b""), "(empty)");
        assert_eq!(snippet(b"<html>\n\n  <b>down</b>"), "<html> <b>down</b>");
        let long = "ä".repeat(5_000);
        assert_eq!(snippet(long.as_bytes()).chars().count(), MAX_SNIPPET_CHARS + 1);
    }
}
