//! The order of invoices, and the freshness of what is said about a month's lines.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use domain::billing::{Invoice, Period};
use domain::{AccountId, Coverage, InvoiceUuid};

/// The sort key of invoices: the newest month first, then account and id.
pub type InvoiceSortKey = (Reverse<Period>, AccountId, InvoiceUuid);

/// The sort key of an invoice.
#[must_use]
pub fn invoice_sort_key(invoice: &Invoice) -> InvoiceSortKey {
    (Reverse(invoice.period), invoice.account.clone(), invoice.uuid.clone())
}

/// The freshness of the lines of these invoices, which must be all invoices of the accounts in that
/// month or in all. Only complete reads count: unread lines are not zero, and a month without an
/// invoice costs nothing only if its invoice would be known by now.
///
/// `history` is the freshness of the list of invoices, and `history_read_at` returns when the
/// history of an account was last read completely.
pub fn lines_coverage(
    history: Coverage,
    history_read_at: impl Fn(&AccountId) -> Option<DateTime<Utc>>,
    accounts: &[AccountId],
    invoices: &[Invoice],
    period: Option<Period>,
) -> Coverage {
    let is_known = |account: &AccountId| {
        let is_over = |period: Period| history_read_at(account).is_some_and(|at| at >= period.end());
        period.is_none_or(is_over) || invoices.iter().any(|invoice| invoice.account == *account)
    };
    Coverage {
        as_of: invoices.iter().filter_map(lines_read_at).min().map_or(history.as_of, |at| at.min(history.as_of)),
        complete: history.complete
            && invoices.iter().all(|invoice| invoice.current_lines().is_some())
            && accounts.iter().all(is_known),
    }
}

/// The time that an invoice's lines are valid for: of a preview, the time when DigitalOcean wrote
/// it; of other invoices, the time of the ingestion.
#[must_use]
pub fn lines_read_at(invoice: &Invoice) -> Option<DateTime<Utc>> {
    let ingested_at = invoice.lines.as_ref().map(|set| set.ingested_at)?;
    Some(invoice.updated_at.unwrap_or(ingested_at))
}
