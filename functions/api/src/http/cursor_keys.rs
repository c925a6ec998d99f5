//! Loads the key of cursors from Secrets Manager.

use std::fmt;

use runtime::secrets::{FetchError, SecretSource};
use tokio::sync::OnceCell;

use super::cursor::CursorKey;
use super::problem::ApiProblem;

/// The deployment's key for cursors. A process reads the secret once, when the first list is
/// requested.
///
/// A new value of the secret takes effect in each process when it starts. From then on, cursors of
/// the old value are refused with 400 and callers restart their lists.
pub struct CursorKeys {
    source: Box<dyn SecretSource>,
    secret_name: String,
    key: OnceCell<CursorKey>,
}

impl fmt::Debug for CursorKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CursorKeys").field("secret_name", &self.secret_name).finish_non_exhaustive()
    }
}

impl CursorKeys {
    /// Creates the loader for the secret of this name or ARN; nothing is read yet.
    #[must_use]
    pub fn new(source: impl SecretSource + 'static, secret_name: &str) -> Self {
        Self { source: Box::new(source), secret_name: secret_name.to_owned(), key: OnceCell::new() }
    }

    /// Returns the key, reading the secret on the first call.
    ///
    /// # Errors
    /// 503 if Secrets Manager does not return the secret. A failure is not cached, so the next
    /// request reads again.
    pub async fn key(&self) -> Result<&CursorKey, ApiProblem> {
        self.key.get_or_try_init(|| self.fetch()).await
    }

    async fn fetch(&self) -> Result<CursorKey, ApiProblem> {
        let failed = |error: &dyn fmt::Display| {
            tracing::error!(secret = self.secret_name, error = %error, "cannot read the secret for cursors");
            ApiProblem::unavailable()
        };
        match self.source.fetch(&self.secret_name).await {
            Ok(secret) => CursorKey::derive(&secret).map_err(|error| failed(&error)),
            Err(FetchError::NotFound) => Err(failed(&"the secret does not exist")),
            Err(FetchError::Failed(source)) => Err(failed(&domain::error_chain(source.as_ref()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use domain::Scope;
    use futures::FutureExt;
    use futures::future::BoxFuture;
    use secrecy::SecretString;

    use super::*;

    /// A secret source that fails on the first call and succeeds afterwards.
    #[derive(Default)]
    struct FailsOnce(AtomicUsize);

    impl SecretSource for FailsOnce {
        fn fetch<'a>(&'a self, _name: &'a str) -> BoxFuture<'a, Result<SecretString, FetchError>> {
            let fetched = self.0.fetch_add(1, Ordering::Relaxed);
            let answer = if fetched == 0 { Err(FetchError::NotFound) } else { Ok("k".repeat(64).into()) };
            async move { answer }.boxed()
        }
    }

    #[tokio::test]
    async fn the_key_is_cached_but_a_failure_is_not() {
        let keys = CursorKeys::new(FailsOnce::default(), "name");
        assert_eq!(keys.key().await.unwrap_err().kind, "unavailable");
        let seal = async || keys.key().await.unwrap().binding(&Scope::Platform, "list", &());
        let cursor = seal().await.seal(&1u8).unwrap();
        assert_eq!(seal().await.open::<u8>(&cursor).unwrap(), 1);
    }
}
