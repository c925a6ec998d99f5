//! Writes that are applied some time after their answer.

use chrono::{DateTime, Utc};

use crate::dispatch;
use crate::faults::MatchedFaults;
use crate::request::Request;
use crate::state::{Identity, State};

/// A write that waits to be applied: the client, the request, and the time at which it takes
/// effect.
pub(crate) struct DelayedWrite {
    pub(crate) at: DateTime<Utc>,
    pub(crate) identity: Identity,
    pub(crate) request: Request,
    pub(crate) action_fails: bool,
}

impl State {
    /// Applies everything that is due by `now`, in the order of the due times: delayed writes, ends
    /// of actions, and updates of lists.
    pub(crate) fn advance_to(&mut self, now: DateTime<Utc>) {
        while let Some(write) = self.next_due(now) {
            if let Some(account) = self.accounts.get_mut(&write.identity.account) {
                account.advance_to(write.at);
            }
            let faults = MatchedFaults { action_fails: write.action_fails, ..MatchedFaults::default() };
            // A write that is refused by now changes nothing. The error has no receiver, since the
            // client was answered long ago.
            let _ = dispatch::perform(self, &write.request, Some(&write.identity), &faults, write.at);
        }
        self.accounts.values_mut().for_each(|account| account.advance_to(now));
    }

    fn next_due(&mut self, now: DateTime<Utc>) -> Option<DelayedWrite> {
        let due = self.delayed_writes.iter().enumerate().filter(|(_, write)| write.at <= now);
        let (index, _) = due.min_by_key(|(_, write)| write.at)?;
        Some(self.delayed_writes.remove(index))
    }
}
