//! The complete state of the simulator.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use crate::faults::FaultRegistry;
use crate::latency::Latency;
use crate::limits::Meter;
use crate::model::account::Account;
use crate::request::Request;
use crate::request_log::RequestLog;
use crate::scopes::Token;

/// The token of a request, with its account and its name.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) token: Token,
}

/// A write that waits to be applied some time after its answer: the client, the request, and the
/// time at which it takes effect.
pub(crate) struct DelayedWrite {
    pub(crate) at: DateTime<Utc>,
    pub(crate) identity: Identity,
    pub(crate) request: Request,
    pub(crate) action_fails: bool,
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
