//! Counts and sums of an invoice's lines.

use std::collections::BTreeMap;

use domain::billing::{CostKind, CostLine, MatchCounts, UnmatchedReason};
use rust_decimal::Decimal;

/// Running counts and sum of the lines of an invoice; the lines themselves are not kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineTally {
    /// The number of lines, of those that have an owner, and of those whose reason explains why
    /// they have none.
    pub counts: MatchCounts,
    /// The sum of the amounts of all lines, in dollars.
    pub sum: Decimal,
    /// The number of lines without an owner, by reason.
    pub reasons: BTreeMap<UnmatchedReason, u32>,
    /// The number of lines, by product, of the products that no classification rule covers.
    pub unknown_products: BTreeMap<String, u32>,
}

impl LineTally {
    /// Adds a line to the counts and the sum.
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
