//! The invoices of a month, or of all months, and whether they are all there.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use domain::billing::{Invoice, Period};
use domain::{AccountId, InvoiceUuid};
use store::Table;

use crate::freshness::{Coverage, Freshness};
use crate::problem::ApiProblem;

/// Heads read at a time.
const READ_SIZE: usize = 200;

/// Where an invoice stands among others: the newest month first, then by account and id.
pub(super) type InvoiceSortKey = (Reverse<Period>, AccountId, InvoiceUuid);

/// The place of an invoice.
pub(super) fn sort_key(invoice: &Invoice) -> InvoiceSortKey {
    (Reverse(invoice.period), invoice.account.clone(), invoice.uuid.clone())
}

/// All invoices of these accounts, of a month or of all, in their order: there is one a month in an account.
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

/// How fresh a list of invoices is: whether all are known says the receipt of who looks for them, and how each was read its own head.
pub(super) fn invoices_coverage(freshness: &Freshness, now: DateTime<Utc>) -> Coverage {
    freshness.billing_coverage(&[billing::BILLING_HISTORY], now)
}

/// How fresh the lines of these invoices are, which are all of the accounts' of that month, or of all months. Only what was read whole
/// counts: lines that were not read are not nothing, and a month without an invoice costs nothing only if its invoice would be known.
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

/// When what DigitalOcean said of its lines was read; of a preview, when DigitalOcean said it.
pub(super) fn read_at(invoice: &Invoice) -> Option<DateTime<Utc>> {
    let ingested_at = invoice.lines.as_ref().map(|set| set.ingested_at)?;
    Some(invoice.updated_at.unwrap_or(ingested_at))
}
