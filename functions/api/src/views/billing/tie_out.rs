//! The representation of tie-outs: comparisons of the sums of invoices.

use domain::Coverage;
use domain::Money;
use domain::billing::{AmountSource, Difference, Invoice, InvoiceStatus, TieOut, TieOutStatus};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::representation::Tabular;
use crate::views::List;

/// A page of invoice tie-outs and the total of all pages.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TieOutList {
    /// The page of tie-outs with its cursor and freshness.
    #[serde(flatten)]
    pub list: List<TieOutRowView>,
    /// Totals of all invoices, including those on other pages.
    pub total: TieOutTotalView,
}

/// The comparison of an invoice's sums.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = TieOut)]
pub struct TieOutRowView {
    /// Account that was billed.
    #[schema(example = "main")]
    pub account: String,
    /// DigitalOcean's id of the invoice.
    #[schema(example = "22737513-0ea7-4206-8ceb-98a575af7681")]
    pub invoice_uuid: String,
    /// Number printed on the invoice.
    #[schema(required, example = "106")]
    pub invoice_id: Option<String>,
    /// Status of the invoice; `open` for the preview of the running month.
    #[schema(value_type = String, pattern = "^(pending|ingesting|ingested|failed|open)$", example = "ingested")]
    pub invoice_status: InvoiceStatus,
    /// Month of the invoice.
    #[schema(example = "2026-04")]
    pub period: String,
    /// Result of the comparison: `balanced` (all sums are known and equal to the cent), `differs`
    /// (at least one sum differs from the lines) or `incomplete` (the known sums are equal, but not
    /// all are known).
    #[schema(value_type = String, pattern = "^(balanced|differs|incomplete)$", example = "balanced")]
    pub status: TieOutStatus,
    /// Amount of the invoice, as in DigitalOcean's list of invoices.
    pub amount: Money,
    /// Sum of the lines; null if none were read yet.
    #[schema(required)]
    pub lines_amount: Option<Money>,
    /// Sums that differ from the sum of the lines.
    pub differences: Vec<DifferenceView>,
    /// Sums that are not known yet: `lines`, `items`, `summary_parts`, `summary`, `invoice` or
    /// `history`.
    #[schema(value_type = Vec<String>)]
    pub missing: Vec<AmountSource>,
}

/// A sum that differs from the sum of the lines.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Difference)]
pub struct DifferenceView {
    /// Source of the sum: the JSON `items`, the `summary_parts`, the `summary`, the list of
    /// invoices (`invoice`) or the `history`.
    #[schema(value_type = String, example = "history")]
    pub source: AmountSource,
    /// Sum according to the source.
    pub amount: Money,
    /// Sum minus the sum of the lines; negative if it is less.
    pub difference: Money,
}

/// The comparison of all invoices together.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = TieOutTotal)]
pub struct TieOutTotalView {
    /// Result for all invoices: `balanced` if every invoice is balanced, `differs` if at least one
    /// differs, otherwise `incomplete`, also if there are no invoices.
    #[schema(value_type = String, pattern = "^(balanced|differs|incomplete)$", example = "balanced")]
    pub status: TieOutStatus,
    /// Number of invoices on all pages.
    #[schema(example = 137)]
    pub invoices: u32,
    /// Number of balanced invoices.
    #[schema(example = 137)]
    pub balanced: u32,
    /// Number of invoices in which a sum differs.
    #[schema(example = 0)]
    pub differs: u32,
    /// Number of invoices in which a sum is unknown but none differs.
    #[schema(example = 0)]
    pub incomplete: u32,
    /// Sum of the invoices' amounts, as in DigitalOcean's list of invoices.
    pub amount: Money,
    /// Sum of all lines; null if the lines of at least one invoice were not read.
    #[schema(required)]
    pub lines_amount: Option<Money>,
    /// Amount minus the sum of the lines; null if the lines of at least one invoice were not read.
    #[schema(required)]
    pub difference: Option<Money>,
}

impl From<&Invoice> for TieOutRowView {
    fn from(invoice: &Invoice) -> Self {
        let TieOut { status, differences, missing } = tie_out(invoice);
        Self {
            account: invoice.account.to_string(),
            invoice_uuid: invoice.uuid.to_string(),
            invoice_id: invoice.invoice_id.clone(),
            invoice_status: invoice.status,
            period: invoice.period.to_string(),
            status,
            amount: invoice.amount,
            lines_amount: lines_amount(invoice),
            differences: differences.into_iter().map(Into::into).collect(),
            missing,
        }
    }
}

impl From<Difference> for DifferenceView {
    fn from(Difference { source, amount, difference }: Difference) -> Self {
        Self { source, amount, difference }
    }
}

impl TieOutTotalView {
    /// Adds up the tie-outs of these invoices.
    #[must_use]
    pub fn of(invoices: &[Invoice]) -> Self {
        let statuses = || invoices.iter().map(|invoice| tie_out(invoice).status);
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
            difference: lines_amount.map(|lines| Money::usd(amount.amount - lines.amount).into()),
        }
    }
}

/// The tie-out of an invoice. An invoice whose lines are to be read, or read again, has none: the
/// lines of the previous ingestion were compared with an amount that may have changed since.
pub(super) fn tie_out(invoice: &Invoice) -> TieOut {
    let without_lines =
        || TieOut { status: TieOutStatus::Incomplete, differences: Vec::new(), missing: vec![AmountSource::Lines] };
    invoice.current_lines().map_or_else(without_lines, |set| set.tie_out.clone())
}

/// The sum of an invoice's lines. It is derived from the amount and its difference, and unknown if
/// the amount was not compared with the lines.
fn lines_amount(invoice: &Invoice) -> Option<Money> {
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

impl Tabular for TieOutList {
    type Row = TieOutRowView;

    fn page(&self) -> (&[TieOutRowView], Option<&str>, Coverage) {
        self.list.page()
    }
}
