//! The representation of tie-outs: comparisons of the sums of invoices.

use billing::{TieOutTotal, invoice_tie_out, lines_amount};
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
    pub total: TieOutTotal,
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
    pub differences: Vec<Difference>,
    /// Sums that are not known yet: `lines`, `items`, `summary_parts`, `summary`, `invoice` or
    /// `history`.
    #[schema(value_type = Vec<String>)]
    pub missing: Vec<AmountSource>,
}

impl From<&Invoice> for TieOutRowView {
    fn from(invoice: &Invoice) -> Self {
        let TieOut { status, differences, missing } = invoice_tie_out(invoice);
        Self {
            account: invoice.account.to_string(),
            invoice_uuid: invoice.uuid.to_string(),
            invoice_id: invoice.invoice_id.clone(),
            invoice_status: invoice.status,
            period: invoice.period.to_string(),
            status,
            amount: invoice.amount,
            lines_amount: lines_amount(invoice),
            differences,
            missing,
        }
    }
}

impl Tabular for TieOutList {
    type Row = TieOutRowView;

    fn page(&self) -> (&[TieOutRowView], Option<&str>, Coverage) {
        self.list.page()
    }
}
