//! Whether the sums of an invoice agree, wherever they are told.

use domain::Money;
use domain::billing::{AmountSource, Difference, TieOut, TieOutStatus};
use rust_decimal::{Decimal, RoundingStrategy};

/// What an invoice comes to, as each source tells it; absent where it was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// The sum of the lines.
    pub lines: Decimal,
    /// The sum of the JSON items.
    pub items: Option<Decimal>,
    /// The summary.
    pub summary: Option<Summary>,
    /// The amount in the list of invoices.
    pub invoice: Option<Decimal>,
    /// The amount of its entry in the billing history.
    pub history: Option<Decimal>,
}

/// What the summary of an invoice tells.
/// <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Billing/operation/invoices_get_summaryByUUID>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// The whole.
    pub amount: Decimal,
    /// What was used.
    pub product_charges: Decimal,
    /// What was used beyond what was included.
    pub overages: Decimal,
    /// Taxes.
    pub taxes: Decimal,
    /// Credits and adjustments, below zero where they are given.
    pub credits_and_adjustments: Decimal,
}

impl Summary {
    /// Its parts, together.
    #[must_use]
    pub fn parts(&self) -> Decimal {
        self.product_charges + self.overages + self.taxes + self.credits_and_adjustments
    }
}

/// Holds every sum against that of the lines, to the cent. A difference counts more than what is missing, and both are
/// told.
#[must_use]
pub fn tie_out(sums: &Sums) -> TieOut {
    let told = [
        (AmountSource::Items, sums.items),
        (AmountSource::SummaryParts, sums.summary.map(|summary| summary.parts())),
        (AmountSource::Summary, sums.summary.map(|summary| summary.amount)),
        (AmountSource::Invoice, sums.invoice),
        (AmountSource::History, sums.history),
    ];
    let lines = to_cents(sums.lines);
    let differs = |(source, sum): (AmountSource, Option<Decimal>)| {
        let amount = to_cents(sum?);
        let difference = amount - lines;
        (!difference.is_zero()).then(|| Difference {
            source,
            amount: Money::usd(amount),
            difference: Money::usd(difference),
        })
    };
    let differences: Vec<_> = told.into_iter().filter_map(differs).collect();
    let missing: Vec<_> = told.into_iter().filter(|(_, sum)| sum.is_none()).map(|(source, _)| source).collect();
    let status = if !differences.is_empty() {
        TieOutStatus::Differs
    } else if !missing.is_empty() {
        TieOutStatus::Incomplete
    } else {
        TieOutStatus::Balanced
    };
    TieOut { status, differences, missing }
}

/// Lines may have fractions of a cent; only their sum is rounded, as a bill is.
fn to_cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn balanced() -> Sums {
        let whole = Decimal::new(8692, 2);
        let summary = Summary {
            amount: whole,
            product_charges: Decimal::new(8474, 2),
            overages: Decimal::new(100, 2),
            taxes: Decimal::new(718, 2),
            credits_and_adjustments: Decimal::new(-600, 2),
        };
        Sums { lines: whole, items: Some(whole), summary: Some(summary), invoice: Some(whole), history: Some(whole) }
    }

    /// The status, the differences in cents, what is missing.
    fn outcome(sums: &Sums) -> (TieOutStatus, Vec<(AmountSource, String)>, Vec<AmountSource>) {
        let TieOut { status, differences, missing } = tie_out(sums);
        let differences = differences.into_iter().map(|d| (d.source, d.difference.amount.to_string())).collect();
        (status, differences, missing)
    }

    #[test]
    fn sums_agree_or_each_difference_is_reported() {
        use AmountSource::{History, Invoice, Items, Summary as Whole, SummaryParts};
        use TieOutStatus::{Balanced, Differs, Incomplete};
        let cent = Decimal::new(1, 2);
        let change = |change: fn(&mut Sums, Decimal)| {
            let mut sums = balanced();
            change(&mut sums, cent);
            outcome(&sums)
        };
        let told = |source, text: &str| (source, text.to_owned());
        assert_eq!(outcome(&balanced()), (Balanced, vec![], vec![]));
        let items = change(|sums, cent| sums.items = sums.items.map(|sum| sum + cent));
        assert_eq!(items, (Differs, vec![told(Items, "0.01")], vec![]));
        let history = change(|sums, cent| sums.history = sums.history.map(|sum| sum - cent));
        assert_eq!(history, (Differs, vec![told(History, "-0.01")], vec![]));
        let part = change(|sums, cent| sums.summary = sums.summary.map(|s| Summary { taxes: s.taxes + cent, ..s }));
        assert_eq!(part, (Differs, vec![told(SummaryParts, "0.01")], vec![]));
        let whole = change(|sums, cent| sums.summary = sums.summary.map(|s| Summary { amount: s.amount + cent, ..s }));
        assert_eq!(whole, (Differs, vec![told(Whole, "0.01")], vec![]));
        let lines = change(|sums, cent| sums.lines += cent).1;
        assert_eq!(lines.len(), 5);
        assert!(lines.iter().all(|(_, text)| text == "-0.01"));
        let unread = change(|sums, _| (sums.summary, sums.history) = (None, None));
        assert_eq!(unread, (Incomplete, vec![], vec![SummaryParts, Whole, History]));
        let both = change(|sums, cent| (sums.items, sums.invoice) = (None, Some(cent)));
        assert_eq!(both, (Differs, vec![told(Invoice, "-86.91")], vec![Items]));
    }

    #[test]
    fn fractions_of_a_cent_are_rounded_in_the_sum_alone() {
        let thirds = Sums { lines: Decimal::new(869_151, 4), ..balanced() };
        assert_eq!(tie_out(&thirds).status, TieOutStatus::Balanced);
        let off = Sums { lines: Decimal::new(869_149, 4), ..balanced() };
        assert_eq!(tie_out(&off).status, TieOutStatus::Differs);
    }
}
