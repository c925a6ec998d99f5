//! The registered faults, and their effect on an incoming request.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::effect::{Effect, ListChange};
use super::rule::{Fault, Times};
use crate::model::account::Account;
use crate::request::Request;

/// The accounts at the time when a fault with stale reads was set.
pub(crate) type Snapshot = BTreeMap<String, Account>;

struct Entry {
    fault: Fault,
    id: String,
    matched: u64,
    applied: u64,
    snapshot: Option<Snapshot>,
    ends: Option<DateTime<Utc>>,
}

/// The faults in the order in which they were set.
#[derive(Default)]
pub(crate) struct FaultRegistry {
    entries: Vec<Entry>,
    next: u64,
}

/// The combined effect of the faults on one request.
#[derive(Default)]
pub(crate) struct MatchedFaults {
    pub(crate) ids: Vec<String>,
    pub(crate) delay: Duration,
    /// Number of objects by which pages after the first are shifted: positive for removed objects,
    /// negative for inserted ones.
    pub(crate) shift: i64,
    /// Id of the fault whose snapshot is served.
    pub(crate) stale: Option<String>,
    /// True if the action that the request starts must fail.
    pub(crate) action_fails: bool,
    /// Effect that determines the answer; none for the usual answer.
    pub(crate) terminal: Option<TerminalEffect>,
}

/// An effect that determines the answer. The first matching fault that has one wins.
pub(crate) type TerminalEffect = Effect;

impl FaultRegistry {
    /// Sets a fault and returns its id. A fault with the same id is replaced.
    pub(crate) fn set(&mut self, mut fault: Fault, accounts: &Snapshot, now: DateTime<Utc>) -> String {
        self.next += 1;
        let id = fault.id.get_or_insert_with(|| format!("fault-{}", self.next)).clone();
        self.remove(&id);
        let (snapshot, ends) = match fault.effect {
            Effect::StaleReads { seconds } => {
                let ends = seconds.map(|s| now + TimeDelta::seconds(i64::try_from(s).unwrap_or(i64::from(u32::MAX))));
                (Some(accounts.clone()), ends)
            }
            _ => (None, None),
        };
        self.entries.push(Entry { fault, id: id.clone(), matched: 0, applied: 0, snapshot, ends });
        id
    }

    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.id != id);
        self.entries.len() < before
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    /// The faults as JSON, each with the number of requests that it matched and that it was applied
    /// to.
    pub(crate) fn show(&self) -> Vec<Value> {
        self.entries.iter().map(Entry::show).collect()
    }

    pub(crate) fn applied(&self, id: &str) -> Option<u64> {
        self.entries.iter().find(|entry| entry.id == id).map(|entry| entry.applied)
    }

    pub(crate) fn snapshot(&self, id: &str, account: &str) -> Option<Account> {
        self.entries.iter().find(|entry| entry.id == id)?.snapshot.as_ref()?.get(account).cloned()
    }

    /// Counts a request for every fault that matches it, up to the first one that determines the
    /// answer.
    pub(crate) fn match_request(
        &mut self,
        request: &Request,
        account: Option<&str>,
        now: DateTime<Utc>,
    ) -> MatchedFaults {
        let mut matched = MatchedFaults::default();
        for entry in &mut self.entries {
            if !entry.applies(request, account, now) {
                continue;
            }
            matched.ids.push(entry.id.clone());
            match &entry.fault.effect {
                Effect::Delay { delay_ms } => matched.delay += Duration::from_millis(*delay_ms),
                Effect::PageShift { change, items } => {
                    let items = i64::try_from(*items).unwrap_or(i64::MAX);
                    matched.shift += if *change == ListChange::Remove { items } else { -items };
                }
                Effect::ActionFails => matched.action_fails = true,
                Effect::StaleReads { .. } => matched.stale = Some(entry.id.clone()),
                terminal => {
                    matched.terminal = Some(terminal.clone());
                    break;
                }
            }
        }
        matched
    }
}

impl Entry {
    fn applies(&mut self, request: &Request, account: Option<&str>, now: DateTime<Utc>) -> bool {
        if self.ends.is_some_and(|ends| now >= ends) || !self.fault.matches(request, account) {
            return false;
        }
        self.matched += 1;
        let left = match self.fault.times {
            Times::Unlimited => true,
            Times::Count(count) => self.applied < count,
        };
        let applies = left && self.matched > self.fault.after;
        self.applied += u64::from(applies);
        applies
    }

    fn show(&self) -> Value {
        let mut shown = json!(self.fault);
        shown["matched"] = json!(self.matched);
        shown["applied"] = json!(self.applied);
        shown
    }
}
