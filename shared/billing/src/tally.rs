//! Counting lines as they pass.

use std::collections::BTreeMap;

use domain::billing::{CostKind, CostLine, MatchCounts, UnmatchedReason};
use rust_decimal::Decimal;

/// The lines of an invoice, counted and summed as they pass.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineTally {
    /// How many lines there are, and how many have an owner.
    pub counts: MatchCounts,
    /// Their sum.
    pub sum: Decimal,
    /// How many lines have which reason.
    pub reasons: BTreeMap<UnmatchedReason, u32>,
    /// How many lines are of which product that no rule knows.
    pub unknown_products: BTreeMap<String, u32>,
}

impl LineTally {
    /// Counts a line.
    pub fn add(&mut self, line: &CostLine) {
        let reason = line.outcome.reason();
        self.counts += MatchCounts {
            lines: 1,
            matched: u32::from(reason.is_none()),
            explained: u32::from(reason.is_some_and(UnmatchedReason::explains)),
        };
        self.sum += line.charge.amount.amount;
        if let Some(reason) = reason {
            *self.reasons.entry(reason).or_default() += 1;
        }
        if let CostKind::Other(product) = &line.kind {
            *self.unknown_products.entry(product.clone()).or_default() += 1;
        }
    }
}

impl<'a> Extend<&'a CostLine> for LineTally {
    fn extend<I: IntoIterator<Item = &'a CostLine>>(&mut self, lines: I) {
        lines.into_iter().for_each(|line| self.add(line));
    }
}
