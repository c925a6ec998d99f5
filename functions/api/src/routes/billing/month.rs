//! Reads the invoices of one month or of all, and tells whether all of them are known.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use domain::billing::{Invoice, Period};
use domain::{AccountId, InvoiceUuid};
use store::Table;

use crate::freshness::{Coverage, Freshness};
use crate::problem::ApiProblem;

/// The number of invoice headers in one read from the table.
const READ_SIZE: usize = 200;

/// The sort key of invoices: the newest month first, then account and id.
pub(super) type InvoiceSortKey = (Reverse<Period>, AccountId, InvoiceUuid);

/// The sort key of an invoice.
pub(super) fn sort_key(invoice: &Invoice) -> InvoiceSortKey {
    (Reverse(invoice.period), invoice.account.clone(), invoice.uuid.clone())
}

/// Reads all invoices of these accounts, of one month or of all, sorted by [`sort_key`]. An account
/// has one invoice a month.
pub(super) async fn invoices(
    table: &Table,
    accounts: &[AccountId],
    period: Option<Period>,
) -> Result<Vec<Invoice>, ApiProblem> {
    let mut found = Vec::new();
    for account in accounts {
        match period {
            Some(period) => found.extend(table.invoices_in(account, period).await?),
            None => found.extend(all_of(table, account).await?),
        }
    }
    found.sort_by_cached_key(sort_key);
    Ok(found)
}

async fn all_of(table: &Table, account: &AccountId) -> Result<Vec<Invoice>, ApiProblem> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = table.invoices(account, after.as_deref(), READ_SIZE).await?;
        found.extend(page.items);
        after = page.next;
        if after.is_none() {
            return Ok(found);
        }
    }
}

/// The freshness of a list of invoices. The receipts of the billing history's worker show whether
/// all invoices are known; each invoice's own header shows whether its lines were read.
pub(super) fn invoices_coverage(freshness: &Freshness, now: DateTime<Utc>) -> Coverage {
    freshness.billing_coverage(&[billing::BILLING_HISTORY], now)
}

/// The freshness of the lines of these invoices, which must be all invoices of the accounts in that
/// month or in all. Only complete reads count: unread lines are not zero, and a month without an
/// invoice costs nothing only if its invoice would be known by now.
pub(super) fn lines_coverage(
    freshness: &Freshness,
    accounts: &[AccountId],
    invoices: &[Invoice],
    period: Option<Period>,
    now: DateTime<Utc>,
) -> Coverage {
    let Coverage { as_of, complete } = invoices_coverage(freshness, now);
    let is_known = |account: &AccountId| {
        let history = freshness.billing_read_at(account, &billing::BILLING_HISTORY);
        let is_over = |period: Period| history.is_some_and(|at| at >= period.end());
        period.is_none_or(is_over) || invoices.iter().any(|invoice| invoice.account == *account)
    };
    Coverage {
        as_of: invoices.iter().filter_map(read_at).min().map_or(as_of, |at| at.min(as_of)),
        complete: complete
            && invoices.iter().all(|invoice| invoice.current_lines().is_some())
            && accounts.iter().all(is_known),
    }
}

/// The time that an invoice's lines are valid for: of a preview, the time when DigitalOcean wrote
/// it; of other invoices, the time of the ingestion.
pub(super) fn read_at(invoice: &Invoice) -> Option<DateTime<Utc>> {
    let ingested_at = invoice.lines.as_ref().map(|set| set.ingested_at)?;
    Some(invoice.updated_at.unwrap_or(ingested_at))
}
