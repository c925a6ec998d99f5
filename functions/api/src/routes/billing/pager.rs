//! Records of several accounts as one list: account by account, each in the order of its partition.

use domain::AccountId;
use serde::{Deserialize, Serialize};
use store::RecordPage;

/// Reads made for one page at the most.
const READS_PER_PAGE: usize = 20;

/// Where a page ended: in this account's records, after this place; at their beginning without one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MultiAccountCursor {
    account: AccountId,
    after: Option<String>,
}

/// A walk through the accounts' records until the page is full.
pub(super) struct MultiAccountPager<T> {
    /// Those still to be read, in order; the first is being read.
    accounts: std::vec::IntoIter<AccountId>,
    at: Option<MultiAccountCursor>,
    reads: usize,
    limit: usize,
    items: Vec<T>,
}

impl<T> MultiAccountPager<T> {
    /// For at most so many records of these accounts, which are in order, from this place on.
    pub(super) fn new(mut accounts: Vec<AccountId>, from: Option<MultiAccountCursor>, limit: usize) -> Self {
        // An account that is gone was left behind: what sorts after it comes next.
        accounts.retain(|account| from.as_ref().is_none_or(|from| *account >= from.account));
        let mut accounts = accounts.into_iter();
        let first = accounts.next().map(|account| {
            let after = from.filter(|from| from.account == account).and_then(|from| from.after);
            MultiAccountCursor { account, after }
        });
        Self { accounts, at: first, reads: 0, limit, items: Vec::new() }
    }

    /// What to read next, and how many records at the most; `None` where the page is done.
    pub(super) fn next_read(&self) -> Option<(&AccountId, Option<&str>, usize)> {
        let wanted = self.limit - self.items.len();
        let at = self.at.as_ref().filter(|_| wanted > 0 && self.reads < READS_PER_PAGE)?;
        Some((&at.account, at.after.as_deref(), wanted))
    }

    /// Takes what was read.
    pub(super) fn add_page(&mut self, found: RecordPage<T>) {
        self.reads += 1;
        self.items.extend(found.items);
        self.at = match (self.at.take(), found.next) {
            (Some(at), Some(after)) => Some(MultiAccountCursor { after: Some(after), ..at }),
            _ => self.accounts.next().map(|account| MultiAccountCursor { account, after: None }),
        };
    }

    /// The records, and where the next page begins.
    pub(super) fn finish(self) -> (Vec<T>, Option<MultiAccountCursor>) {
        (self.items, self.at)
    }
}
