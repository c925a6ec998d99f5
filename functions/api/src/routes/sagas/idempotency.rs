//! The header `Idempotency-Key` of requests that start sagas.

use axum::extract::FromRequestParts;
use chrono::{DateTime, TimeDelta, Utc};
use domain::contains_token;
use http::request::Parts;
use sagas::record::{Idempotency, digest};

use crate::AppState;
use crate::http::caller::Admin;
use crate::http::gateway::IDEMPOTENCY_KEY;
use crate::http::problem::{ApiProblem, ValidationError};

/// The time after which a key is forgotten and may be used for another request.
const KEY_RETENTION: TimeDelta = TimeDelta::days(7);

/// The longest accepted key in characters.
const MAX_KEY_LENGTH: usize = 128;

/// The idempotency key of a request; `None` without the header.
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
                let detail =
                    "expected a single value of 1 to 128 printable characters without spaces, not a token".to_owned();
                Err(ApiProblem::invalid(vec![ValidationError::new("#/header/idempotency-key", detail)]))
            }
        }
    }
}

impl IdempotencyKey {
    /// Combines the key with the hash of the request's body for the table. The caller is part of
    /// the key's scope, so two callers may use the same key. The scope is hashed because the
    /// caller's subject may contain any character.
    pub(super) fn for_request(self, admin: &Admin, body_hash: &str, now: DateTime<Utc>) -> Option<Idempotency> {
        Some(Idempotency {
            scope: digest(&admin.subject()),
            key: self.0?,
            body_hash: body_hash.to_owned(),
            expires_at: now + KEY_RETENTION,
        })
    }
}
