//! Writes that were answered and are applied later.

use chrono::{DateTime, Utc};

use crate::dispatch;
use crate::faults::Arrival;
use crate::request::Request;
use crate::state::{Identity, State};

/// A write under way: who asked for what, and when it is applied.
pub(crate) struct LateWrite {
    pub(crate) at: DateTime<Utc>,
    pub(crate) identity: Identity,
    pub(crate) request: Request,
    pub(crate) action_fails: bool,
}

impl State {
    /// What has happened by now, in the order in which it did: late writes are applied, actions have ended, lists have caught up.
    pub(crate) fn settle(&mut self, now: DateTime<Utc>) {
        while let Some(write) = self.next_late(now) {
            if let Some(account) = self.accounts.get_mut(&write.identity.account) {
                account.settle(write.at);
            }
            let faults = Arrival { action_fails: write.action_fails, ..Arrival::default() };
            // One that is refused by now changes nothing, and its client has been answered long ago.
            let _ = dispatch::perform(self, &write.request, Some(&write.identity), &faults, write.at);
        }
        self.accounts.values_mut().for_each(|account| account.settle(now));
    }

    fn next_late(&mut self, now: DateTime<Utc>) -> Option<LateWrite> {
        let due = self.late.iter().enumerate().filter(|(_, write)| write.at <= now);
        let (index, _) = due.min_by_key(|(_, write)| write.at)?;
        Some(self.late.remove(index))
    }
}
