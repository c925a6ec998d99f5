//! What happens with the time: delayed writes, ends of actions, and updates of lists.

use chrono::{DateTime, Utc};

use crate::endpoints::actions;
use crate::faults::MatchedFaults;
use crate::model::account::Account;
use crate::perform::perform;
use crate::state::{DelayedWrite, State};

/// Applies everything that is due by `now`, in the order of the due times.
pub(crate) fn apply(state: &mut State, now: DateTime<Utc>) {
    while let Some(write) = next_write(state, now) {
        if let Some(account) = state.accounts.get_mut(&write.identity.account) {
            advance(account, write.at);
        }
        let faults = MatchedFaults { action_fails: write.action_fails, ..MatchedFaults::default() };
        // A write that is refused by now changes nothing. The error has no receiver, since the
        // client was answered long ago.
        let _ = perform(state, &write.request, Some(&write.identity), &faults, write.at);
    }
    state.accounts.values_mut().for_each(|account| advance(account, now));
}

/// Ends the actions and the list delays of an account that are over.
fn advance(account: &mut Account, now: DateTime<Utc>) {
    actions::end_due(account, now);
    account.expire_list_lags(now);
}

fn next_write(state: &mut State, now: DateTime<Utc>) -> Option<DelayedWrite> {
    let due = state.delayed_writes.iter().enumerate().filter(|(_, write)| write.at <= now);
    let (index, _) = due.min_by_key(|(_, write)| write.at)?;
    Some(state.delayed_writes.remove(index))
}
