//! Reads tokens from AWS Secrets Manager and caches them in the process.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use aws_sdk_secretsmanager::{Client, operation::get_secret_value::GetSecretValueError};
use domain::is_slug;
use futures::{FutureExt, future::BoxFuture};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::{BoxError, Error};

/// The time for which a value is cached, or the fact that the secret does not exist.
pub const DEFAULT_TTL: Duration = Duration::from_secs(300);
/// The age below which [`Secrets::refresh`] does not fetch a value again. When a token is revoked,
/// many requests are refused at once, and one fetch is enough for all of them.
const REFRESH_FLOOR: Duration = Duration::from_secs(5);
/// The purpose whose token is used for purposes without a secret of their own.
const FALLBACK_PURPOSE: &str = "sync";

/// The reason why a source returns no value.
#[derive(Debug)]
pub enum FetchError {
    /// The secret does not exist. A source must not return this for any other reason, because the
    /// caller then uses another token.
    NotFound,
    /// The request failed, so it is unknown whether the secret exists.
    Failed(BoxError),
}

/// A source of secrets; a trait, so that the cache can be tested without AWS.
pub trait SecretSource: Send + Sync {
    /// Returns the current value of the secret with this name.
    fn fetch<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<SecretString, FetchError>>;
}

impl SecretSource for Client {
    /// Calls `GetSecretValue`, see
    /// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>.
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

/// A cache of the tokens of all accounts. A token's secret is named `<base>/<purpose>`, where an
/// account's base is `<prefix>/<slug>`.
///
/// A secret's value is the token itself or `{"token": "..."}`; white space around it is ignored.
pub struct Secrets {
    source: Arc<dyn SecretSource>,
    prefix: String,
    ttl: Duration,
    now: fn() -> Instant,
    slots: Mutex<HashMap<String, Arc<Slot>>>,
}

/// The cache entry of one secret. The lock is held during the fetch, so that concurrent callers
/// wait for its result instead of fetching as well.
type Slot = tokio::sync::Mutex<Option<Cached>>;

struct Cached {
    /// The token; `None` if the secret does not exist.
    token: Option<SecretString>,
    fetched_at: Instant,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").field("prefix", &self.prefix).field("ttl", &self.ttl).finish_non_exhaustive()
    }
}

impl Secrets {
    /// Creates the cache for a source, usually [`crate::AwsClients::secretsmanager`], with
    /// [`DEFAULT_TTL`]. The prefix is `secret_prefix` of [`crate::WorkerConfig`].
    pub fn new(source: impl SecretSource + 'static, prefix: impl Into<String>) -> Self {
        Self {
            source: Arc::new(source),
            prefix: prefix.into(),
            ttl: DEFAULT_TTL,
            now: Instant::now,
            slots: Mutex::default(),
        }
    }

    /// Sets the time to live of cached values.
    #[must_use]
    pub const fn with_ttl(mut self, ttl: Duration) -> Self {
        self.ttl = ttl;
        self
    }

    /// Returns the token for a purpose (`sync`, `fast`, `billing`, `provisioning`) of the account
    /// whose secrets' names begin with `base` (`arcadia/dev/do/main`). If the purpose has no secret
    /// of its own, it is the token for `sync`.
    ///
    /// # Errors
    /// [`Error::SecretNotFound`]: neither secret exists. [`Error::SecretFetch`]: Secrets Manager
    /// refused, throttled or was unreachable; another token is not used then, because the rate
    /// limits of two purposes would be mixed up unnoticed. [`Error::SecretUnusable`]: the value is
    /// empty or has neither of the two forms. [`Error::SecretBase`]: the base is not one slug below
    /// this deployment's prefix. [`Error::InvalidSlug`]: the purpose is not a slug.
    pub async fn token(&self, base: &str, purpose: &str) -> Result<SecretString, Error> {
        self.find(base, purpose, self.ttl).await
    }

    /// Returns the token like [`Secrets::token`], but fetches it again. Use it when the provider
    /// has refused the cached token with 401, since the token may have been rotated. Values fetched
    /// in the last five seconds are not fetched again.
    /// # Errors
    /// The errors are those of [`Secrets::token`].
    pub async fn refresh(&self, base: &str, purpose: &str) -> Result<SecretString, Error> {
        self.find(base, purpose, self.ttl.min(REFRESH_FLOOR)).await
    }

    async fn find(&self, base: &str, purpose: &str, max_age: Duration) -> Result<SecretString, Error> {
        // The base comes from an account's record. A name outside the prefix belongs to another
        // deployment and must not be read.
        if !base.strip_prefix(&self.prefix).and_then(|suffix| suffix.strip_prefix('/')).is_some_and(is_slug) {
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

    /// Returns the token under this name, cached for no longer than `max_age`; `None` if the secret
    /// does not exist. Failures are not cached.
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

/// Extracts the token from a secret's value. Errors describe the problem without the value.
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
    // The token becomes an HTTP header. Checked here, the error names the secret instead of a
    // header.
    if !token.expose_secret().bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(unusable("it contains a character that is not visible ASCII"));
    }
    Ok(token)
}

#[cfg(test)]
#[path = "secrets_tests.rs"]
mod tests;
