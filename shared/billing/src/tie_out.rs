//! Tie-out: checks that the sums of an invoice agree in every source that has one.

use domain::Money;
use domain::billing::{AmountSource, Difference, TieOut, TieOutStatus};
use rust_decimal::{Decimal, RoundingStrategy};

/// The amount of an invoice according to each source, in dollars; none for a source that was not
/// read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// The sum of the lines.
    pub lines: Decimal,
    /// The sum of the JSON items.
    pub items: Option<Decimal>,
    /// The amounts of the invoice's summary.
    pub summary: Option<Summary>,
    /// The amount in the list of invoices.
    pub invoice: Option<Decimal>,
    /// The amount of the invoice's entry in the billing history.
    pub history: Option<Decimal>,
}

/// The amounts of an invoice's summary, in dollars.
/// <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Billing/operation/invoices_get_summaryByUUID>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// The amount of the whole invoice.
    pub amount: Decimal,
    /// The charges for usage.
    pub product_charges: Decimal,
    /// The charges for usage beyond the included allowances.
    pub overages: Decimal,
    /// The sum of all taxes.
    pub taxes: Decimal,
    /// Credits and adjustments; negative when they are in the customer's favour.
    pub credits_and_adjustments: Decimal,
}

impl Summary {
    /// Returns the sum of the four parts, which should equal [`amount`](Self::amount).
    #[must_use]
    pub fn parts(&self) -> Decimal {
        self.product_charges + self.overages + self.taxes + self.credits_and_adjustments
    }
}

/// Compares the sum of every source with the sum of the lines, to the cent. The status is `Differs`
/// if any source differs, even when others are missing; differences and missing sources are both
/// reported.
#[must_use]
pub fn tie_out(sums: &Sums) -> TieOut {
    let sums_by_source = [
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
    let differences: Vec<_> = sums_by_source.into_iter().filter_map(differs).collect();
    let missing: Vec<_> =
        sums_by_source.into_iter().filter(|(_, sum)| sum.is_none()).map(|(source, _)| source).collect();
    let status = if !differences.is_empty() {
        TieOutStatus::Differs
    } else if !missing.is_empty() {
        TieOutStatus::Incomplete
    } else {
        TieOutStatus::Balanced
    };
    TieOut { status, differences, missing }
}

/// Rounds to cents. Lines may have fractions of a cent; only their sum is rounded, as on a bill.
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

    /// Returns the status, the differences as texts in dollars, and the missing sources.
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
        let difference = |source, text: &str| (source, text.to_owned());
        assert_eq!(outcome(&balanced()), (Balanced, vec![], vec![]));
        let items = change(|sums, cent| sums.items = sums.items.map(|sum| sum + cent));
        assert_eq!(items, (Differs, vec![difference(Items, "0.01")], vec![]));
        let history = change(|sums, cent| sums.history = sums.history.map(|sum| sum - cent));
        assert_eq!(history, (Differs, vec![difference(History, "-0.01")], vec![]));
        let part = change(|sums, cent| sums.summary = sums.summary.map(|s| Summary { taxes: s.taxes + cent, ..s }));
        assert_eq!(part, (Differs, vec![difference(SummaryParts, "0.01")], vec![]));
        let whole = change(|sums, cent| sums.summary = sums.summary.map(|s| Summary { amount: s.amount + cent, ..s }));
        assert_eq!(whole, (Differs, vec![difference(Whole, "0.01")], vec![]));
        let lines = change(|sums, cent| sums.lines += cent).1;
        assert_eq!(lines.len(), 5);
        assert!(lines.iter().all(|(_, text)| text == "-0.01"));
        let unread = change(|sums, _| (sums.summary, sums.history) = (None, None));
        assert_eq!(unread, (Incomplete, vec![], vec![SummaryParts, Whole, History]));
        let both = change(|sums, cent| (sums.items, sums.invoice) = (None, Some(cent)));
        assert_eq!(both, (Differs, vec![difference(Invoice, "-86.91")], vec![Items]));
    }

    #[test]
    fn fractions_of_a_cent_are_rounded_in_the_sum_alone() {
        let thirds = Sums { lines: Decimal::new(869_151, 4), ..balanced() };
        assert_eq!(tie_out(&thirds).status, TieOutStatus::Balanced);
        let off = Sums { lines: Decimal::new(869_149, 4), ..balanced() };
        assert_eq!(tie_out(&off).status, TieOutStatus::Differs);
    }
}
