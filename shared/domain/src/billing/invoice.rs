//! The head of an invoice: what it is, and how far it was taken in.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Period, TieOut};
use crate::{AccountId, InvoiceUuid, Money};

/// How far an invoice was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    /// It is known and to be read. Lines of before, if any, still stand: its amount has changed since.
    Pending,
    /// Its lines are being read.
    Ingesting,
    /// Its lines are there.
    Ingested,
    /// Its lines could not be read; those of before, if any, still stand.
    Failed,
    /// It is the running month's preview, which is written anew every day.
    Open,
}

/// One invoice of DigitalOcean's.
/// <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Billing/operation/invoices_list>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// The account it is for.
    pub account: AccountId,
    /// DigitalOcean's id of it.
    pub uuid: InvoiceUuid,
    /// The number on its face.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_id: Option<String>,
    /// The month it is for.
    pub period: Period,
    /// Its amount, as the list of invoices has it.
    pub amount: Money,
    /// How far it was taken in.
    pub status: InvoiceStatus,
    /// When DigitalOcean last wrote it, which it says of the preview alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<DateTime<Utc>>,
    /// The lines that readers see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<LineSet>,
    /// Lines that are being written; no reader sees them yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staged_revision: Option<StagedRevision>,
    /// Sets that no reader is led to any more, and that are still to be given their end.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub superseded_revisions: BTreeSet<u64>,
    /// What the preview of its month came to last, once the month is billed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview_amount: Option<Money>,
    /// Why it could not be read last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Counts the writes of this record; each is conditional on it.
    pub version: u64,
}

impl Invoice {
    /// The lines it shows, if they are those of its last reading: nothing is left to be read or went wrong since, and its amount is that which
    /// they were held against.
    #[must_use]
    pub fn current_lines(&self) -> Option<&LineSet> {
        let is_read = matches!(self.status, InvoiceStatus::Ingested | InvoiceStatus::Open) && self.error.is_none();
        self.lines.as_ref().filter(|_| is_read)
    }
}

/// A set of lines, which is only ever replaced as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineSet {
    /// Which set it is: the version of the invoice that its writing began with.
    pub revision: u64,
    /// SHA-256 of what the set says, in hex: its lines, their owners and whether its sums agree.
    pub content_hash: String,
    /// What was found of its lines.
    pub counts: MatchCounts,
    /// Whether its sums agree.
    pub tie_out: TieOut,
    /// When it was made.
    pub ingested_at: DateTime<Utc>,
}

/// A set of lines that is being written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagedRevision {
    /// Which set it will be.
    pub revision: u64,
    /// What the lines say: only the very same lines may go on with it.
    pub digest: String,
}

/// How many lines have an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MatchCounts {
    /// All lines.
    pub lines: u32,
    /// Those with a resource.
    pub matched: u32,
    /// Those without one, and with a reason that explains it.
    pub explained: u32,
}

impl MatchCounts {
    /// Lines that have neither a resource nor a reason that explains it.
    #[must_use]
    pub fn unexplained(&self) -> u32 {
        self.lines.saturating_sub(self.matched).saturating_sub(self.explained)
    }

    /// The share of lines with a resource, in percent with one decimal. Nothing of nothing is all of it.
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
    fn the_rate_is_the_share_that_has_a_resource() {
        for (lines, matched, rate) in [(33, 6, "18.2"), (33, 17, "51.5"), (3, 3, "100"), (0, 0, "100"), (7, 0, "0")] {
            let counts = MatchCounts { lines, matched, explained: 0 };
            assert_eq!(counts.rate().normalize().to_string(), rate);
            assert_eq!(counts.unexplained(), lines - matched);
        }
    }
}
