//! The invoice header: the identity of an invoice, and the progress of its ingestion.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Period, TieOut};
use crate::{AccountId, InvoiceUuid, Money};

/// The progress of the ingestion of an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    /// The invoice is known and its lines are to be read. If it has lines from before, they stay
    /// visible: its amount has changed since they were read.
    Pending,
    /// A worker is reading the invoice's lines.
    Ingesting,
    /// The invoice's lines are stored.
    Ingested,
    /// The invoice's lines could not be read. If it has lines from before, they stay visible.
    Failed,
    /// The invoice is the preview of the running month, which DigitalOcean rewrites every day.
    Open,
}

/// The header of one invoice from DigitalOcean.
/// <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Billing/operation/invoices_list>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// The account that is billed.
    pub account: AccountId,
    /// DigitalOcean's id of the invoice.
    pub uuid: InvoiceUuid,
    /// The number printed on the invoice; absent where DigitalOcean gives none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_id: Option<String>,
    /// The month that is billed.
    pub period: Period,
    /// The amount in DigitalOcean's list of invoices.
    pub amount: Money,
    /// The progress of the ingestion.
    pub status: InvoiceStatus,
    /// The time at which DigitalOcean last wrote the invoice; given for the preview only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<DateTime<Utc>>,
    /// The revision of the lines that readers see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<LineSet>,
    /// A revision that is being written; readers do not see it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staged_revision: Option<StagedRevision>,
    /// Revisions that readers no longer see and whose lines still need an expiry time.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub superseded_revisions: BTreeSet<u64>,
    /// The last amount of the month's preview, once the month is billed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview_amount: Option<Money>,
    /// The reason why the last attempt to read the invoice failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The number of writes to this record. Each write is conditional on it.
    pub version: u64,
}

impl Invoice {
    /// Returns the visible lines if they are up to date: no read is pending or has failed since,
    /// and the invoice still has the amount that they were compared with.
    #[must_use]
    pub fn current_lines(&self) -> Option<&LineSet> {
        let is_read = matches!(self.status, InvoiceStatus::Ingested | InvoiceStatus::Open) && self.error.is_none();
        self.lines.as_ref().filter(|_| is_read)
    }
}

/// A revision of an invoice's lines. It is only ever replaced as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineSet {
    /// The number of the revision: the version of the invoice at which the writing of the revision
    /// began.
    pub revision: u64,
    /// The SHA-256 of the revision's content, in hex: its lines, their owners, and the result of
    /// the tie-out.
    pub content_hash: String,
    /// The number of lines, by whether they have an owner.
    pub counts: MatchCounts,
    /// The tie-out: the comparison of the invoice's sums.
    pub tie_out: TieOut,
    /// The time at which the revision was written.
    pub ingested_at: DateTime<Utc>,
}

/// A revision that is being written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagedRevision {
    /// The number that the revision will have.
    pub revision: u64,
    /// A digest of the lines. Only a writer with exactly the same lines may continue this revision.
    pub digest: String,
}

/// The number of lines with and without an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MatchCounts {
    /// The number of all lines.
    pub lines: u32,
    /// The number of lines that are matched to a resource.
    pub matched: u32,
    /// The number of lines that have no resource, but a reason that explains it.
    pub explained: u32,
}

impl MatchCounts {
    /// Returns the number of lines that have neither a resource nor a reason that explains it.
    #[must_use]
    pub fn unexplained(&self) -> u32 {
        self.lines.saturating_sub(self.matched).saturating_sub(self.explained)
    }

    /// Returns the share of lines that are matched to a resource, in percent with one decimal. It
    /// is 100 if there are no lines.
    #[must_use]
    pub fn rate(&self) -> Decimal {
        let hundred = Decimal::ONE_HUNDRED;
        let share = (Decimal::from(self.matched) * hundred).checked_div(self.lines.into());
        share.unwrap_or(hundred).round_dp(1)
    }
}

impl std::ops::AddAssign for MatchCounts {
    fn add_assign(&mut self, other: Self) {
        let Self { lines, matched, explained } = other;
        self.lines += lines;
        self.matched += matched;
        self.explained += explained;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_the_percentage_of_lines_with_a_resource() {
        for (lines, matched, rate) in [(33, 6, "18.2"), (33, 17, "51.5"), (3, 3, "100"), (0, 0, "100"), (7, 0, "0")] {
            let counts = MatchCounts { lines, matched, explained: 0 };
            assert_eq!(counts.rate().normalize().to_string(), rate);
            assert_eq!(counts.unexplained(), lines - matched);
        }
    }
}
