//! Whether the sums of an invoice agree.

use serde::{Deserialize, Serialize};

use crate::Money;

/// What the sums of an invoice, told in several places, are to each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TieOut {
    /// Whether they agree.
    pub status: TieOutStatus,
    /// Every one that does not; empty where all do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// Those that are not known yet; empty where all are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<AmountSource>,
}

/// Whether the sums of an invoice agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TieOutStatus {
    /// All are known and agree to the cent.
    Balanced,
    /// At least one differs from the lines.
    Differs,
    /// Those that are known agree, but not all are known.
    Incomplete,
}

/// Where an amount of the whole invoice is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmountSource {
    /// The sum of the lines: of the CSV, or of the JSON items where there is no CSV.
    Lines,
    /// The sum of the JSON items.
    Items,
    /// Product charges, overages, taxes, credits and adjustments of the summary, together.
    SummaryParts,
    /// The amount of the summary.
    Summary,
    /// The amount in the list of invoices.
    Invoice,
    /// The amount of the entry in the billing history.
    History,
}

/// One sum that differs from the sum of the lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Which sum.
    pub source: AmountSource,
    /// What it is.
    pub amount: Money,
    /// How much more than the lines it is; negative where it is less.
    pub difference: Money,
}
