//! Whether the sums of invoices agree.

use domain::Money;
use domain::billing::{AmountSource, Difference, Invoice, InvoiceStatus, TieOut, TieOutStatus};
use serde::Serialize;
use utoipa::ToSchema;

use crate::freshness::Coverage;
use crate::representation::Tabular;
use crate::views::{List, Price};

/// A page of invoices with what their sums are to each other, and what holds for all of them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TieOutList {
    /// The page.
    #[serde(flatten)]
    pub list: List<TieOutRowView>,
    /// All invoices together, those on other pages too.
    pub total: TieOutTotalView,
}

/// What the sums of an invoice are to each other.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = TieOut)]
pub struct TieOutRowView {
    /// The account.
    #[schema(example = "main")]
    pub account: String,
    /// The invoice.
    #[schema(example = "22737513-0ea7-4206-8ceb-98a575af7681")]
    pub invoice_uuid: String,
    /// The number on its face.
    #[schema(required, example = "106")]
    pub invoice_id: Option<String>,
    /// The status of the invoice: `open` where it is the running month's preview.
    #[schema(value_type = String, pattern = "^(pending|ingesting|ingested|failed|open)$", example = "ingested")]
    pub invoice_status: InvoiceStatus,
    /// The month it is for.
    #[schema(example = "2026-04")]
    pub period: String,
    /// `balanced`: all sums are known and agree to the cent; `differs`: at least one differs from the lines; `incomplete`: those that are
    /// known agree, but not all are known.
    #[schema(value_type = String, pattern = "^(balanced|differs|incomplete)$", example = "balanced")]
    pub status: TieOutStatus,
    /// Its amount, as the list of invoices has it.
    pub amount: Price,
    /// What its lines add up to; null while none were read.
    #[schema(required)]
    pub lines_amount: Option<Price>,
    /// Every sum that differs from that of the lines.
    pub differences: Vec<DifferenceView>,
    /// The sums that are not known yet: `lines`, `items`, `summary_parts`, `summary`, `invoice` or `history`.
    #[schema(value_type = Vec<String>)]
    pub missing: Vec<AmountSource>,
}

/// One sum that differs from the sum of the lines.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Difference)]
pub struct DifferenceView {
    /// Which: of the JSON `items`, of the `summary_parts`, of the `summary`, of the list of invoices (`invoice`) or of the `history`.
    #[schema(value_type = String, example = "history")]
    pub source: AmountSource,
    /// What it is.
    pub amount: Price,
    /// How much more than the lines it is; negative where it is less.
    pub difference: Price,
}

/// All invoices together.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = TieOutTotal)]
pub struct TieOutTotalView {
    /// `balanced` where every invoice is; `differs` where one does; else `incomplete`, and so where there is no invoice.
    #[schema(value_type = String, pattern = "^(balanced|differs|incomplete)$", example = "balanced")]
    pub status: TieOutStatus,
    /// How many invoices there are.
    #[schema(example = 137)]
    pub invoices: u32,
    /// How many of them are balanced.
    #[schema(example = 137)]
    pub balanced: u32,
    /// In how many a sum differs.
    #[schema(example = 0)]
    pub differs: u32,
    /// In how many a sum is not known.
    #[schema(example = 0)]
    pub incomplete: u32,
    /// Their amounts, as the list of invoices has them, added up.
    pub amount: Price,
    /// What their lines add up to; null where those of one were not read.
    #[schema(required)]
    pub lines_amount: Option<Price>,
    /// How much more the amounts are than the lines; null where those of one were not read.
    #[schema(required)]
    pub difference: Option<Price>,
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
            amount: invoice.amount.into(),
            lines_amount: lines_amount(invoice).map(Into::into),
            differences: differences.into_iter().map(Into::into).collect(),
            missing,
        }
    }
}

impl From<Difference> for DifferenceView {
    fn from(Difference { source, amount, difference }: Difference) -> Self {
        Self { source, amount: amount.into(), difference: difference.into() }
    }
}

impl TieOutTotalView {
    /// Of these invoices.
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
            amount: amount.into(),
            lines_amount: lines_amount.map(Into::into),
            difference: lines_amount.map(|lines| Money::usd(amount.amount - lines.amount).into()),
        }
    }
}

/// What the sums of an invoice are to each other. One whose lines are still to be read, or read again, lacks their sum: its amount may be
/// another than that which those of before were held against.
pub(super) fn tie_out(invoice: &Invoice) -> TieOut {
    let unread =
        || TieOut { status: TieOutStatus::Incomplete, differences: Vec::new(), missing: vec![AmountSource::Lines] };
    invoice.current_lines().map_or_else(unread, |set| set.tie_out.clone())
}

/// What its lines add up to, to the cent: its amount, unless that is said to differ from them or was not held against them.
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

    fn rows(&self) -> &[TieOutRowView] {
        self.list.rows()
    }

    fn next_cursor(&self) -> Option<&str> {
        Tabular::next_cursor(&self.list)
    }

    fn coverage(&self) -> Coverage {
        self.list.coverage()
    }
}
