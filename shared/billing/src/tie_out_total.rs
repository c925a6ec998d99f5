//! The tie-outs of several invoices together.

use domain::Money;
use domain::billing::{AmountSource, Difference, Invoice, TieOut, TieOutStatus};
use serde::Serialize;

/// The comparison of all invoices together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TieOutTotal {
    /// Result for all invoices: `balanced` if every invoice is balanced, `differs` if at least one
    /// differs, otherwise `incomplete`, also if there are no invoices.
    #[cfg_attr(feature = "schema", schema(value_type = String, pattern = "^(balanced|differs|incomplete)$", example = "balanced"))]
    pub status: TieOutStatus,
    /// Number of invoices on all pages.
    #[cfg_attr(feature = "schema", schema(example = 137))]
    pub invoices: u32,
    /// Number of balanced invoices.
    #[cfg_attr(feature = "schema", schema(example = 137))]
    pub balanced: u32,
    /// Number of invoices in which a sum differs.
    #[cfg_attr(feature = "schema", schema(example = 0))]
    pub differs: u32,
    /// Number of invoices in which a sum is unknown but none differs.
    #[cfg_attr(feature = "schema", schema(example = 0))]
    pub incomplete: u32,
    /// Sum of the invoices' amounts, as in DigitalOcean's list of invoices.
    pub amount: Money,
    /// Sum of all lines; null if the lines of at least one invoice were not read.
    #[cfg_attr(feature = "schema", schema(required))]
    pub lines_amount: Option<Money>,
    /// Amount minus the sum of the lines; null if the lines of at least one invoice were not read.
    #[cfg_attr(feature = "schema", schema(required))]
    pub difference: Option<Money>,
}

impl TieOutTotal {
    /// Adds up the tie-outs of these invoices.
    #[must_use]
    pub fn of(invoices: &[Invoice]) -> Self {
        let statuses = || invoices.iter().map(|invoice| invoice_tie_out(invoice).status);
        let count = |status| u32::try_from(statuses().filter(|one| *one == status).count()).unwrap_or(u32::MAX);
        let amount = Money::usd(invoices.iter().map(|invoice| invoice.amount.amount).sum());
        let lines: Option<Vec<Money>> = invoices.iter().map(lines_amount).collect();
        let lines_amount = lines.map(|lines| Money::usd(lines.iter().map(|lines| lines.amount).sum()));
        let [balanced, differs, incomplete] =
            [TieOutStatus::Balanced, TieOutStatus::Differs, TieOutStatus::Incomplete].map(count);
        let status = match (differs, incomplete) {
            (0, 0) if balanced > 0 => TieOutStatus::Balanced,
            (0, _) => TieOutStatus::Incomplete,
            _ => TieOutStatus::Differs,
        };
        Self {
            status,
            invoices: u32::try_from(invoices.len()).unwrap_or(u32::MAX),
            balanced,
            differs,
            incomplete,
            amount,
            lines_amount,
            difference: lines_amount.map(|lines| Money::usd(amount.amount - lines.amount)),
        }
    }
}

/// The tie-out of an invoice. An invoice whose lines are to be read, or read again, has none: the
/// lines of the previous ingestion were compared with an amount that may have changed since.
#[must_use]
pub fn invoice_tie_out(invoice: &Invoice) -> TieOut {
    let without_lines =
        || TieOut { status: TieOutStatus::Incomplete, differences: Vec::new(), missing: vec![AmountSource::Lines] };
    invoice.current_lines().map_or_else(without_lines, |set| set.tie_out.clone())
}

/// The sum of an invoice's lines. It is derived from the amount and its difference, and unknown if
/// the amount was not compared with the lines.
#[must_use]
pub fn lines_amount(invoice: &Invoice) -> Option<Money> {
    let TieOut { differences, missing, .. } = &invoice.current_lines()?.tie_out;
    if missing.contains(&AmountSource::Invoice) {
        return None;
    }
    let difference = differences.iter().find(|difference| difference.source == AmountSource::Invoice);
    Some(
        difference.map_or(invoice.amount, |Difference { amount, difference, .. }| {
            Money::usd(amount.amount - difference.amount)
        }),
    )
}
