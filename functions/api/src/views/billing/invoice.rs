//! The representation of invoices.

use billing::invoice_tie_out;
use chrono::{DateTime, Utc};
use domain::Money;
use domain::billing::{AmountSource, Difference, Invoice, InvoiceStatus, TieOut, TieOutStatus};
use serde::Serialize;
use utoipa::ToSchema;

/// An invoice and the results of its ingestion.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Invoice)]
pub struct InvoiceView {
    /// Account that was billed.
    #[schema(example = "main")]
    pub account: String,
    /// DigitalOcean's id of the invoice.
    #[schema(example = "22737513-0ea7-4206-8ceb-98a575af7681")]
    pub uuid: String,
    /// Number printed on the invoice.
    #[schema(required, example = "106")]
    pub invoice_id: Option<String>,
    /// Month of the invoice.
    #[schema(example = "2026-04")]
    pub period: String,
    /// Amount of the invoice, as in DigitalOcean's list of invoices.
    pub amount: Money,
    /// State of the ingestion: `pending`, `ingesting`, `ingested`, `failed` (see `error`; lines of
    /// an earlier ingestion remain), or `open` (the preview of the running month, which changes
    /// every day).
    #[schema(value_type = String, pattern = "^(pending|ingesting|ingested|failed|open)$", example = "ingested")]
    pub status: InvoiceStatus,
    /// Number of lines; null if none were read yet.
    #[schema(required, example = 33)]
    pub lines: Option<u32>,
    /// Number of lines that have a resource.
    #[schema(required, example = 17)]
    pub matched: Option<u32>,
    /// Number of lines without a resource that have an explanation.
    #[schema(required, example = 16)]
    pub explained: Option<u32>,
    /// Result of the tie-out: `balanced`, `differs`, or `incomplete` if not all sums are known.
    #[schema(value_type = String, pattern = "^(balanced|differs|incomplete)$", example = "balanced")]
    pub tie_out: TieOutStatus,
    /// Sums that differ from the sum of the lines.
    pub differences: Vec<Difference>,
    /// Sums that are not known yet: `lines`, `items`, `summary_parts`, `summary`, `invoice` or
    /// `history`.
    #[schema(value_type = Vec<String>)]
    pub missing: Vec<AmountSource>,
    /// Last preview of the month, compared with the invoice; null if there was none.
    #[schema(required)]
    pub previewed: Option<PreviewedView>,
    /// Time when the lines were read.
    #[schema(required)]
    pub ingested_at: Option<DateTime<Utc>>,
    /// Time when DigitalOcean last wrote the preview; null for other invoices, as DigitalOcean does
    /// not return it.
    #[schema(required)]
    pub updated_at: Option<DateTime<Utc>>,
    /// Error of the last ingestion and what to do about it; null if there was none.
    #[schema(required)]
    pub error: Option<String>,
}

/// The last preview of a month, compared with the invoice.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Previewed)]
pub struct PreviewedView {
    /// Amount of the last preview.
    pub amount: Money,
    /// Invoice amount minus the preview's amount; negative if less was billed.
    pub difference: Money,
}

impl From<Invoice> for InvoiceView {
    fn from(invoice: Invoice) -> Self {
        let TieOut { status: tie_out, differences, missing } = invoice_tie_out(&invoice);
        let Invoice {
            account, uuid, invoice_id, period, amount, status, updated_at, lines, preview_amount, error, ..
        } = invoice;
        let previewed = preview_amount.map(|previewed| PreviewedView {
            amount: previewed,
            difference: Money::usd(amount.amount - previewed.amount),
        });
        let counts = lines.as_ref().map(|set| set.counts);
        let ingested_at = lines.as_ref().map(|set| set.ingested_at);
        Self {
            account: account.into(),
            uuid: uuid.into(),
            invoice_id,
            period: period.into(),
            amount,
            status,
            lines: counts.map(|counts| counts.lines),
            matched: counts.map(|counts| counts.matched),
            explained: counts.map(|counts| counts.explained),
            tie_out,
            differences,
            missing,
            previewed,
            ingested_at,
            updated_at,
            error,
        }
    }
}
