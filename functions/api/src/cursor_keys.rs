//! Where the key of cursors comes from.

use std::fmt;

use runtime::secrets::{FetchError, SecretSource};
use tokio::sync::OnceCell;

use crate::cursor::CursorKey;
use crate::problem::ApiProblem;

/// The deployment's key for cursors: read from Secrets Manager once in a process, when it is needed first.
///
/// A new value of the secret takes effect in each process when it starts. Cursors of the old value are refused with 400 from then on, and
/// lists are begun again.
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
    /// From the secret of this name or ARN.
    #[must_use]
    pub fn new(source: impl SecretSource + 'static, secret_name: &str) -> Self {
        Self { source: Box::new(source), secret_name: secret_name.to_owned(), key: OnceCell::new() }
    }

    /// The key.
    ///
    /// # Errors
    /// 503 when Secrets Manager does not give it. A failure is not kept: the next request asks again.
    pub async fn key(&self) -> Result<&CursorKey, ApiProblem> {
        self.key.get_or_try_init(|| self.fetch()).await
    }

    async fn fetch(&self) -> Result<CursorKey, ApiProblem> {
        let failed = |error: &dyn fmt::Display| {
            tracing::error!(secret = self.secret_name, error = %error, "cannot read the key of cursors");
            ApiProblem::unavailable()
        };
        match self.source.fetch(&self.secret_name).await {
            Ok(secret) => CursorKey::derive(&secret).map_err(|error| failed(&error)),
            Err(FetchError::NotFound) => Err(failed(&"there is no such secret")),
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

    /// Fails the first time, then has the secret.
    #[derive(Default)]
    struct Unsteady(AtomicUsize);

    impl SecretSource for Unsteady {
        fn fetch<'a>(&'a self, _name: &'a str) -> BoxFuture<'a, Result<SecretString, FetchError>> {
            let fetched = self.0.fetch_add(1, Ordering::Relaxed);
            let answer = if fetched == 0 { Err(FetchError::NotFound) } else { Ok("k".repeat(64).into()) };
            async move { answer }.boxed()
        }
    }

    #[tokio::test]
    async fn a_failure_is_not_kept_and_the_key_is() {
        let keys = CursorKeys::new(Unsteady::default(), "name");
        assert_eq!(keys.key().await.unwrap_err().kind, "unavailable");
        let seal = async || keys.key().await.unwrap().binding(&Scope::Platform, "list", &());
        let cursor = seal().await.seal(&1u8).unwrap();
        assert_eq!(seal().await.open::<u8>(&cursor).unwrap(), 1);
    }
}
