//! The header `Idempotency-Key`.

use axum::extract::FromRequestParts;
use chrono::{DateTime, TimeDelta, Utc};
use http::request::Parts;
use sagas::record::{Idempotency, digest};

use crate::AppState;
use crate::caller::Admin;
use crate::gateway::IDEMPOTENCY_KEY;
use crate::problem::{FieldError, Problem};
use crate::text::holds_token;

/// How long a key is remembered.
const REMEMBERED: TimeDelta = TimeDelta::days(7);

/// The longest key taken.
const LONGEST: usize = 128;

/// The key of a request, if it has one.
#[derive(Debug)]
pub(in crate::routes) struct Key(Option<String>);

impl FromRequestParts<AppState> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
        let Some(value) = values.next() else { return Ok(Self(None)) };
        let fits = |key: &&str| {
            (1..=LONGEST).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()) && !holds_token(key)
        };
        match value.to_str().ok().filter(fits) {
            Some(key) if values.next().is_none() => Ok(Self(Some(key.to_owned()))),
            _ => {
                let detail = "expected once, 1 to 128 printable characters without spaces, no token".to_owned();
                Err(Problem::invalid(vec![FieldError { pointer: "#/header/idempotency-key".to_owned(), detail }]))
            }
        }
    }
}

impl Key {
    /// It with what is asked, for the table. Keys are each caller's own, whatever is in the text that names the caller.
    pub(super) fn with(self, admin: &Admin, body_hash: &str, now: DateTime<Utc>) -> Option<Idempotency> {
        Some(Idempotency {
            scope: digest(&admin.subject()),
            key: self.0?,
            body_hash: body_hash.to_owned(),
            expires_at: now + REMEMBERED,
        })
    }
}
