//! The complete state of the simulator, protected by one lock.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use crate::clock::Clock;
use crate::delayed_writes::DelayedWrite;
use crate::faults::FaultRegistry;
use crate::latency::Latency;
use crate::limits::Meter;
use crate::model::account::Account;
use crate::request_log::RequestLog;
use crate::scopes::Token;

/// The token of a request, with its account and its name.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) token: Token,
}

pub(crate) struct State {
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) meters: HashMap<(String, String), Meter>,
    pub(crate) faults: FaultRegistry,
    pub(crate) log: RequestLog,
    pub(crate) latency: Latency,
    pub(crate) delayed_writes: Vec<DelayedWrite>,
}

impl State {
    pub(crate) fn identify(&self, bearer: &str) -> Option<Identity> {
        self.accounts.iter().find_map(|(account, held)| {
            let (name, token) = held.tokens.iter().find(|(_, token)| token.value == bearer)?;
            Some(Identity { account: account.clone(), name: name.clone(), token: token.clone() })
        })
    }
}

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
        state.advance_to(self.clock.now());
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
