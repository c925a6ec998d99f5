//! Pages through the records of several accounts as one list: account by account, each in the order
//! of its partition.

use domain::AccountId;
use serde::{Deserialize, Serialize};
use store::RecordPage;

/// The maximum number of reads for one page.
const READS_PER_PAGE: usize = 20;

/// The position after a page: an account and the sort key of the last record that was read in it,
/// `None` for its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MultiAccountCursor {
    account: AccountId,
    after: Option<String>,
}

/// Collects the records of the accounts until the page is full.
pub(super) struct MultiAccountPager<T> {
    /// The accounts that follow the current one, in order.
    accounts: std::vec::IntoIter<AccountId>,
    at: Option<MultiAccountCursor>,
    reads: usize,
    limit: usize,
    items: Vec<T>,
}

impl<T> MultiAccountPager<T> {
    /// Starts a page of at most `limit` records at the cursor. The accounts must be sorted.
    pub(super) fn new(mut accounts: Vec<AccountId>, from: Option<MultiAccountCursor>, limit: usize) -> Self {
        // If the cursor's account no longer exists, the list continues with the next one in order.
        accounts.retain(|account| from.as_ref().is_none_or(|from| *account >= from.account));
        let mut accounts = accounts.into_iter();
        let first = accounts.next().map(|account| {
            let after = from.filter(|from| from.account == account).and_then(|from| from.after);
            MultiAccountCursor { account, after }
        });
        Self { accounts, at: first, reads: 0, limit, items: Vec::new() }
    }

    /// The next read: the account, the position in it and the maximum number of records; `None`
    /// once the page is done.
    pub(super) fn next_read(&self) -> Option<(&AccountId, Option<&str>, usize)> {
        let remaining = self.limit - self.items.len();
        let at = self.at.as_ref().filter(|_| remaining > 0 && self.reads < READS_PER_PAGE)?;
        Some((&at.account, at.after.as_deref(), remaining))
    }

    /// Adds the records of the last read.
    pub(super) fn add_page(&mut self, found: RecordPage<T>) {
        self.reads += 1;
        self.items.extend(found.items);
        self.at = match (self.at.take(), found.next) {
            (Some(at), Some(after)) => Some(MultiAccountCursor { after: Some(after), ..at }),
            _ => self.accounts.next().map(|account| MultiAccountCursor { account, after: None }),
        };
    }

    /// Returns the records and the cursor of the next page.
    pub(super) fn finish(self) -> (Vec<T>, Option<MultiAccountCursor>) {
        (self.items, self.at)
    }
}
