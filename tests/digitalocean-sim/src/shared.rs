//! The state behind one lock, with the clock that it follows.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use crate::clock::Clock;
use crate::due;
use crate::model::account::Account;
use crate::state::State;

/// The state, shared by the server, the admin endpoints and the handles.
pub(crate) struct Shared {
    pub(crate) clock: Clock,
    pub(crate) base_url: String,
    state: Mutex<State>,
}

impl Shared {
    pub(crate) fn new(state: State, clock: Clock, base_url: String) -> Self {
        Self { clock, base_url, state: Mutex::new(state) }
    }

    /// Locks the state and applies what is due by now. Lock poisoning is ignored: the state after a
    /// panicked handler is still consistent enough for a test to report its own failure.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        due::apply(&mut state, self.clock.now());
        state
    }

    /// Reads or changes one account.
    pub(crate) fn edit<T>(
        &self,
        account: &str,
        edit: impl FnOnce(&mut Account, DateTime<Utc>) -> Result<T, String>,
    ) -> Result<T, String> {
        let now = self.clock.now();
        let mut state = self.state();
        let held = state.accounts.get_mut(account).ok_or_else(|| format!("there is no account `{account}`"))?;
        edit(held, now)
    }
}
