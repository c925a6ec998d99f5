//! The tie-out of an invoice: whether its sums agree.

use serde::{Deserialize, Serialize};

use crate::Money;

/// The tie-out of an invoice: the comparison of its total amount in the several places where
/// DigitalOcean states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TieOut {
    /// The result of the comparison.
    pub status: TieOutStatus,
    /// The amounts that differ from the sum of the lines; empty if all agree.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// The places whose amount is not known yet; empty if all are known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<AmountSource>,
}

/// The result of a tie-out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TieOutStatus {
    /// All amounts are known and agree to the cent.
    Balanced,
    /// At least one amount differs from the sum of the lines.
    Differs,
    /// The known amounts agree, but not all are known.
    Incomplete,
}

/// A place where the total amount of an invoice is stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmountSource {
    /// The sum of the lines: of the CSV, or of the JSON items if there is no CSV.
    Lines,
    /// The sum of the JSON items.
    Items,
    /// The sum of the summary's product charges, overages, taxes, credits and adjustments.
    SummaryParts,
    /// The amount of the summary.
    Summary,
    /// The amount in the list of invoices.
    Invoice,
    /// The amount of the entry in the billing history.
    History,
}

/// A sum that differs from the sum of the lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Difference {
    /// Source of the sum: the JSON `items`, the `summary_parts`, the `summary`, the list of
    /// invoices (`invoice`) or the `history`.
    #[cfg_attr(feature = "schema", schema(value_type = String, example = "history"))]
    pub source: AmountSource,
    /// Sum according to the source.
    pub amount: Money,
    /// Sum minus the sum of the lines; negative if it is less.
    pub difference: Money,
}
