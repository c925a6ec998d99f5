//! Writes that were answered and are applied later.

use chrono::{DateTime, Utc};

use crate::dispatch;
use crate::faults::MatchedFaults;
use crate::request::Request;
use crate::state::{Identity, State};

/// A write under way: who asked for what, and when it is applied.
pub(crate) struct DelayedWrite {
    pub(crate) at: DateTime<Utc>,
    pub(crate) identity: Identity,
    pub(crate) request: Request,
    pub(crate) action_fails: bool,
}

impl State {
    /// What has happened by now, in the order in which it did: late writes are applied, actions have ended, lists have caught up.
    pub(crate) fn advance_to(&mut self, now: DateTime<Utc>) {
        while let Some(write) = self.next_due(now) {
            if let Some(account) = self.accounts.get_mut(&write.identity.account) {
                account.advance_to(write.at);
            }
            let faults = MatchedFaults { action_fails: write.action_fails, ..MatchedFaults::default() };
            // One that is refused by now changes nothing, and its client has been answered long ago.
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
