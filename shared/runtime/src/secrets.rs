//! Tokens from AWS Secrets Manager, cached in the process.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use aws_sdk_secretsmanager::{Client, operation::get_secret_value::GetSecretValueError};
use futures::{FutureExt, future::BoxFuture};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::{BoxError, Error, batch::is_slug};

/// How long a value, or the knowledge that there is none, is used without asking again.
pub const DEFAULT_TTL: Duration = Duration::from_secs(300);
/// A value younger than this is not fetched again on [`Secrets::refresh`]: many requests are refused at once when a token is
/// revoked, and one fetch answers them all.
const REFRESH_FLOOR: Duration = Duration::from_secs(5);
/// The purpose whose token stands in for one that has no secret of its own.
const FALLBACK_PURPOSE: &str = "sync";

/// Why a source has no value to give.
#[derive(Debug)]
pub enum FetchError {
    /// There is no such secret. Nothing else may say so: it makes the caller use another token.
    NotFound,
    /// It is not known whether there is one.
    Failed(BoxError),
}

/// Where secrets come from; a trait so that the cache is tested without AWS.
pub trait SecretSource: Send + Sync {
    /// The current value of the secret of this name.
    fn fetch<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<SecretString, FetchError>>;
}

impl SecretSource for Client {
    /// See <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>.
    fn fetch<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<SecretString, FetchError>> {
        async move {
            match self.get_secret_value().secret_id(name).send().await {
                Ok(output) => Ok(output.secret_string.unwrap_or_default().into()),
                Err(error)
                    if error.as_service_error().is_some_and(GetSecretValueError::is_resource_not_found_exception) =>
                {
                    Err(FetchError::NotFound)
                }
                Err(error) => Err(FetchError::Failed(error.into())),
            }
        }
        .boxed()
    }
}

/// The tokens of all accounts, each under `<base>/<purpose>`, where an account's base is `<prefix>/<slug>`.
///
/// A secret's value is the token itself or `{"token": "..."}`; white space around it is dropped.
pub struct Secrets {
    source: Arc<dyn SecretSource>,
    prefix: String,
    ttl: Duration,
    now: fn() -> Instant,
    slots: Mutex<HashMap<String, Arc<Slot>>>,
}

/// One secret. The lock is held during the fetch, so that concurrent callers wait for it rather than fetch as well.
type Slot = tokio::sync::Mutex<Option<Cached>>;

struct Cached {
    /// `None`: there is no such secret.
    token: Option<SecretString>,
    fetched_at: Instant,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").field("prefix", &self.prefix).field("ttl", &self.ttl).finish_non_exhaustive()
    }
}

impl Secrets {
    /// Over a source, usually [`crate::AwsClients::secretsmanager`], with [`DEFAULT_TTL`]; the prefix is [`crate::WorkerConfig`]'s
    /// `secret_prefix`.
    pub fn new(source: impl SecretSource + 'static, prefix: impl Into<String>) -> Self {
        Self {
            source: Arc::new(source),
            prefix: prefix.into(),
            ttl: DEFAULT_TTL,
            now: Instant::now,
            slots: Mutex::default(),
        }
    }

    /// The same with another time to live.
    #[must_use]
    pub const fn with_ttl(mut self, ttl: Duration) -> Self {
        self.ttl = ttl;
        self
    }

    /// The token of the account whose secrets' names begin with `base` (`arcadia/dev/do/main`) for this purpose (`sync`, `fast`,
    /// `billing`, `provisioning`); the one for `sync` if the purpose has no secret of its own.
    ///
    /// # Errors
    /// [`Error::SecretNotFound`]: neither exists. [`Error::SecretFetch`]: refused, throttled or unreachable; another token is
    /// not used then, because the purposes' rate limits would be mixed up unnoticed. [`Error::SecretUnusable`]: it is empty or
    /// not in one of the two forms. [`Error::SecretBase`]: the base is not one slug below this deployment's prefix.
    /// [`Error::InvalidSlug`]: the purpose is not a slug.
    pub async fn token(&self, base: &str, purpose: &str) -> Result<SecretString, Error> {
        self.find(base, purpose, self.ttl).await
    }

    /// As [`Secrets::token`], but asks Secrets Manager again: the provider has refused the cached token with 401, so it may
    /// have been rotated. Values fetched in the last five seconds are kept.
    ///
    /// # Errors
    /// As for [`Secrets::token`].
    pub async fn refresh(&self, base: &str, purpose: &str) -> Result<SecretString, Error> {
        self.find(base, purpose, self.ttl.min(REFRESH_FLOOR)).await
    }

    async fn find(&self, base: &str, purpose: &str, max_age: Duration) -> Result<SecretString, Error> {
        // A base comes from an account's record; what is not below the prefix is none of this deployment's business.
        if !base.strip_prefix(&self.prefix).and_then(|rest| rest.strip_prefix('/')).is_some_and(is_slug) {
            return Err(Error::SecretBase { prefix: self.prefix.clone() });
        }
        if !is_slug(purpose) {
            return Err(Error::InvalidSlug { what: "purpose" });
        }
        let mut names = vec![format!("{base}/{purpose}")];
        if purpose != FALLBACK_PURPOSE {
            names.push(format!("{base}/{FALLBACK_PURPOSE}"));
        }
        for name in &names {
            if let Some(token) = self.cached(name, max_age).await? {
                return Ok(token);
            }
        }
        Err(Error::SecretNotFound { names })
    }

    /// The token under this name, no older than `max_age`; `None` if there is no such secret. Failures are not kept.
    async fn cached(&self, name: &str, max_age: Duration) -> Result<Option<SecretString>, Error> {
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(slots.entry(name.to_owned()).or_default())
        };
        let mut slot = slot.lock().await;
        if let Some(cached) = slot.as_ref().filter(|cached| (self.now)() - cached.fetched_at < max_age) {
            return Ok(cached.token.clone());
        }
        let token = match self.source.fetch(name).await {
            Ok(value) => Some(parse(name, &value)?),
            Err(FetchError::NotFound) => None,
            Err(FetchError::Failed(source)) => return Err(Error::SecretFetch { name: name.to_owned(), source }),
        };
        *slot = Some(Cached { token: token.clone(), fetched_at: (self.now)() });
        Ok(token)
    }
}

/// The token in a secret's value. A problem is described without the value.
fn parse(name: &str, value: &SecretString) -> Result<SecretString, Error> {
    #[derive(Deserialize)]
    struct Wrapped {
        token: String,
    }
    let unusable = |problem| Error::SecretUnusable { name: name.to_owned(), problem };
    let text = value.expose_secret().trim();
    let token: SecretString = if text.starts_with('{') {
        let wrapped: Wrapped =
            serde_json::from_str(text).map_err(|_| unusable("it is JSON, but not {\"token\": \"...\"}"))?;
        SecretString::from(wrapped.token)
    } else {
        text.into()
    };
    let token: SecretString = token.expose_secret().trim().into();
    if token.expose_secret().is_empty() {
        return Err(unusable("it is empty"));
    }
    // It becomes an HTTP header: refused here by name rather than there by a header error.
    if !token.expose_secret().bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(unusable("it holds something other than visible ASCII characters"));
    }
    Ok(token)
}

#[cfg(test)]
#[path = "secrets_tests.rs"]
mod tests;
