//! Reads the invoices of one month or of all, and tells whether all of them are known.

use billing::invoice_sort_key;
use chrono::{DateTime, Utc};
use domain::billing::{Invoice, Period};
use domain::{AccountId, Coverage};
use inventory::Freshness;
use store::Table;

use crate::http::problem::ApiProblem;

/// Reads all invoices of these accounts, of one month or of all, sorted by [`invoice_sort_key`]. An
/// account has one invoice a month.
pub(super) async fn invoices(
    table: &Table,
    accounts: &[AccountId],
    period: Option<Period>,
) -> Result<Vec<Invoice>, ApiProblem> {
    let mut found = Vec::new();
    for account in accounts {
        match period {
            Some(period) => found.extend(table.invoices_in(account, period).await?),
            None => found.extend(table.invoices(account).await?),
        }
    }
    found.sort_by_cached_key(invoice_sort_key);
    Ok(found)
}

/// The freshness of a list of invoices. The receipts of the billing history's worker show whether
/// all invoices are known; each invoice's own header shows whether its lines were read.
pub(super) fn invoices_coverage(freshness: &Freshness, now: DateTime<Utc>) -> Coverage {
    freshness.coverage_of_runs(&[billing::BILLING_HISTORY.sync_kind], now)
}

/// The freshness of the lines of these invoices, see [`billing::lines_coverage`].
pub(super) fn lines_coverage(
    freshness: &Freshness,
    accounts: &[AccountId],
    invoices: &[Invoice],
    period: Option<Period>,
    now: DateTime<Utc>,
) -> Coverage {
    let read_at = |account: &AccountId| freshness.last_complete_run_at(account, &billing::BILLING_HISTORY.sync_kind);
    billing::lines_coverage(invoices_coverage(freshness, now), read_at, accounts, invoices, period)
}
