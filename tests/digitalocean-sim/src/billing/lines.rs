//! The lines of an invoice, given in the seed or generated.

use rust_decimal::Decimal;
use serde_json::Value;

use super::{Generated, amount_of};

/// The source of an invoice's lines.
pub(crate) enum Lines<'a> {
    Given(&'a [Value]),
    Generated(Generated),
}

impl Lines<'_> {
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::Given(items) => items.len(),
            Self::Generated(generated) => generated.lines,
        }
    }

    /// Returns one item as DO shows it.
    pub(crate) fn item(&self, index: usize) -> Value {
        match self {
            Self::Given(items) => items.get(index).cloned().unwrap_or_default(),
            Self::Generated(generated) => generated.line(index).item(generated.period),
        }
    }
}

/// The sum of the items; none if one of them has no amount that can be added.
pub(crate) fn sum(items: &[Value]) -> Option<Decimal> {
    items.iter().map(amount_of).sum()
}
