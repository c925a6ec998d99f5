//! The header `Idempotency-Key`.

use axum::extract::FromRequestParts;
use chrono::{DateTime, TimeDelta, Utc};
use http::request::Parts;
use sagas::record::{Idempotency, digest};

use crate::AppState;
use crate::caller::Admin;
use crate::gateway::IDEMPOTENCY_KEY;
use crate::problem::{ApiProblem, ValidationError};
use crate::text::contains_token;

/// How long a key is remembered.
const KEY_RETENTION: TimeDelta = TimeDelta::days(7);

/// The longest key taken.
const MAX_KEY_LENGTH: usize = 128;

/// The key of a request, if it has one.
#[derive(Debug)]
pub(in crate::routes) struct IdempotencyKey(Option<String>);

impl FromRequestParts<AppState> for IdempotencyKey {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiProblem> {
        let mut values = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
        let Some(value) = values.next() else { return Ok(Self(None)) };
        let fits = |key: &&str| {
            (1..=MAX_KEY_LENGTH).contains(&key.len())
                && key.bytes().all(|b| b.is_ascii_graphic())
                && !contains_token(key)
        };
        match value.to_str().ok().filter(fits) {
            Some(key) if values.next().is_none() => Ok(Self(Some(key.to_owned()))),
            _ => {
                let detail = "expected once, 1 to 128 printable characters without spaces, no token".to_owned();
                Err(ApiProblem::invalid(vec![ValidationError {
                    pointer: "#/header/idempotency-key".to_owned(),
                    detail,
                }]))
            }
        }
    }
}

impl IdempotencyKey {
    /// It with what is asked, for the table. Keys are each caller's own, whatever is in the text that names the caller.
    pub(super) fn for_request(self, admin: &Admin, body_hash: &str, now: DateTime<Utc>) -> Option<Idempotency> {
        Some(Idempotency {
            scope: digest(&admin.subject()),
            key: self.0?,
            body_hash: body_hash.to_owned(),
            expires_at: now + KEY_RETENTION,
        })
    }
}
