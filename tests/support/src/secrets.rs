//! Secrets Manager in memory.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use futures::future::BoxFuture;
use runtime::secrets::{FetchError, SecretSource};
use secrecy::SecretString;

/// A fake Secrets Manager. A secret with several values returns them one after another, and the
/// last one from then on.
#[derive(Clone, Debug, Default)]
pub struct FakeSecrets(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    values: HashMap<String, VecDeque<String>>,
    throttled: Vec<String>,
    fetches: usize,
}

impl FakeSecrets {
    /// Stores a secret with these values, in place of a secret with the same name.
    pub fn put(&self, name: &str, values: &[&str]) {
        self.state().values.insert(name.to_owned(), values.iter().map(|&value| value.to_owned()).collect());
    }

    /// Deletes a secret, so that it is not found.
    pub fn remove(&self, name: &str) {
        self.state().values.remove(name);
    }

    /// Makes all further fetches of secrets with this prefix fail.
    pub fn throttle(&self, prefix: &str) {
        self.state().throttled.push(prefix.to_owned());
    }

    /// Returns how many fetches there were, failed ones included.
    #[must_use]
    pub fn fetches(&self) -> usize {
        self.state().fetches
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SecretSource for FakeSecrets {
    fn fetch<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<SecretString, FetchError>> {
        async move {
            let mut state = self.state();
            state.fetches += 1;
            if state.throttled.iter().any(|throttled| name.starts_with(throttled)) {
                return Err(FetchError::Failed("ThrottlingException: Rate exceeded".into()));
            }
            let values = state.values.get_mut(name).ok_or(FetchError::NotFound)?;
            let value = if values.len() > 1 { values.pop_front() } else { values.front().cloned() };
            Ok(value.unwrap_or_default().into())
        }
        .boxed()
    }
}
