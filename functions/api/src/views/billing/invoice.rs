//! Invoices.

use chrono::{DateTime, Utc};
use domain::Money;
use domain::billing::{AmountSource, Invoice, InvoiceStatus, TieOut, TieOutStatus};
use serde::Serialize;
use utoipa::ToSchema;

use super::DifferenceView;
use super::tie_out::tie_out;
use crate::views::Price;

/// An invoice, and what was found of its lines.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Invoice)]
pub struct InvoiceView {
    /// The account it is for.
    #[schema(example = "main")]
    pub account: String,
    /// DigitalOcean's id of it.
    #[schema(example = "22737513-0ea7-4206-8ceb-98a575af7681")]
    pub uuid: String,
    /// The number on its face.
    #[schema(required, example = "106")]
    pub invoice_id: Option<String>,
    /// The month it is for.
    #[schema(example = "2026-04")]
    pub period: String,
    /// Its amount, as the list of invoices has it.
    pub amount: Price,
    /// How far it was taken in: `pending`, `ingesting`, `ingested`, `failed` (see `error`; lines of before still stand), or `open`: it is
    /// the running month's preview, which changes every day.
    #[schema(value_type = String, pattern = "^(pending|ingesting|ingested|failed|open)$", example = "ingested")]
    pub status: InvoiceStatus,
    /// How many lines it has; null while none were read.
    #[schema(required, example = 33)]
    pub lines: Option<u32>,
    /// How many of them have a resource.
    #[schema(required, example = 17)]
    pub matched: Option<u32>,
    /// How many of the others have a reason that explains it.
    #[schema(required, example = 16)]
    pub explained: Option<u32>,
    /// Whether its sums agree: `balanced`, `differs`, or `incomplete` where not all are known.
    #[schema(value_type = String, pattern = "^(balanced|differs|incomplete)$", example = "balanced")]
    pub tie_out: TieOutStatus,
    /// Every sum that differs from that of the lines.
    pub differences: Vec<DifferenceView>,
    /// The sums that are not known yet: `lines`, `items`, `summary_parts`, `summary`, `invoice` or `history`.
    #[schema(value_type = Vec<String>)]
    pub missing: Vec<AmountSource>,
    /// What the preview of its month came to last; null where there was none.
    #[schema(required)]
    pub previewed: Option<PreviewedView>,
    /// When its lines were read.
    #[schema(required)]
    pub ingested_at: Option<DateTime<Utc>>,
    /// When DigitalOcean last wrote it, which it says of the preview alone.
    #[schema(required)]
    pub updated_at: Option<DateTime<Utc>>,
    /// Why it could not be read last time, and what to do; null when nothing is wrong.
    #[schema(required)]
    pub error: Option<String>,
}

/// What the preview of a month came to last, beside what was billed.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Previewed)]
pub struct PreviewedView {
    /// What it came to.
    pub amount: Price,
    /// How much more than that was billed; negative where it was less.
    pub difference: Price,
}

impl From<Invoice> for InvoiceView {
    fn from(invoice: Invoice) -> Self {
        let TieOut { status: tie_out, differences, missing } = tie_out(&invoice);
        let Invoice {
            account, uuid, invoice_id, period, amount, status, updated_at, lines, preview_amount, error, ..
        } = invoice;
        let previewed = preview_amount.map(|previewed| PreviewedView {
            amount: previewed.into(),
            difference: Money::usd(amount.amount - previewed.amount).into(),
        });
        let counts = lines.as_ref().map(|set| set.counts);
        let ingested_at = lines.as_ref().map(|set| set.ingested_at);
        Self {
            account: account.into(),
            uuid: uuid.into(),
            invoice_id,
            period: period.into(),
            amount: amount.into(),
            status,
            lines: counts.map(|counts| counts.lines),
            matched: counts.map(|counts| counts.matched),
            explained: counts.map(|counts| counts.explained),
            tie_out,
            differences: differences.into_iter().map(Into::into).collect(),
            missing,
            previewed,
            ingested_at,
            updated_at,
            error,
        }
    }
}
