//! The keys of balances, the billing history, and invoices with their lines.

use chrono::{DateTime, Utc};
use domain::billing::{HistoryEntry, Period};
use domain::{AccountId, InvoiceUuid};

use super::key::{Key, time};

/// The key of an account's balance at one moment.
pub fn balance(account: &AccountId, at: DateTime<Utc>) -> Key {
    Key::new(balance_partition(account), time(at))
}

/// The partition of an account's balances.
#[must_use]
pub fn balance_partition(account: &AccountId) -> String {
    format!("BALANCE#{account}")
}

/// The key of an entry of an account's billing history; `repetition` numbers identical entries,
/// from 0.
pub fn history(entry: &HistoryEntry, repetition: u32) -> Key {
    Key::new(history_partition(&entry.account), format!("{}#{}", time(entry.date), entry.digest(repetition)))
}

/// The partition of an account's billing history.
#[must_use]
pub fn history_partition(account: &AccountId) -> String {
    format!("HISTORY#{account}")
}

/// The first and the last sort key, both inclusive, of the history entries between two times.
#[must_use]
pub fn history_sort_keys(first: DateTime<Utc>, last: DateTime<Utc>) -> [String; 2] {
    // `~` sorts after every digest.
    [time(first), format!("{}#~", time(last))]
}

/// The key of an invoice header.
pub fn invoice(account: &AccountId, period: Period, uuid: &InvoiceUuid) -> Key {
    Key::new(invoice_partition(account), format!("{}{uuid}", invoice_month(period)))
}

/// The common prefix of the sort keys of a month's invoice headers.
#[must_use]
pub fn invoice_month(period: Period) -> String {
    format!("{period}#")
}

/// The partition of an account's invoice headers.
#[must_use]
pub fn invoice_partition(account: &AccountId) -> String {
    format!("INVOICES#{account}")
}

/// The entry in [`super::GSI1`] of an invoice: the invoices of its month in all accounts.
pub fn invoice_gsi1(account: &AccountId, period: Period, uuid: &InvoiceUuid) -> Key {
    Key::new(period_partition(period), format!("{account}#{uuid}"))
}

/// The partition of [`super::GSI1`] that lists the invoices of a month.
#[must_use]
pub fn period_partition(period: Period) -> String {
    format!("PERIOD#{period}")
}

/// The key of a page of an invoice's lines; pages count from 0.
pub fn lines(account: &AccountId, uuid: &InvoiceUuid, revision: u64, page: u32) -> Key {
    Key::new(lines_partition(account, uuid, revision), format!("{page:06}"))
}

/// Returns the page number in the sort key of a page of lines.
pub(crate) fn parse_lines_page(sk: &str) -> Option<u32> {
    sk.parse().ok()
}

/// The partition of one revision of an invoice's lines.
#[must_use]
pub fn lines_partition(account: &AccountId, uuid: &InvoiceUuid, revision: u64) -> String {
    format!("LINES#{account}#{uuid}#{revision}")
}
