//! Properties of any invoice: every line has a kind, has an owner or a reason, and no cent is lost.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on, helpers included")]

mod invoices;

use billing::accrual::accrue;
use billing::classify::{RULES, classify};
use billing::csv::Columns;
use billing::items::{KeyedItem, UnjoinedItems};
use billing::{LineTally, build_cost_line, rematch};
use domain::billing::{CostKind, CostLine, ItemId, Period};
use proptest::prelude::*;
use rust_decimal::Decimal;

use invoices::{charge, charges, inventory, item_id};

fn period() -> Period {
    Period::new("2026-04").unwrap()
}

fn sum<'a>(lines: impl IntoIterator<Item = &'a CostLine>) -> Decimal {
    lines.into_iter().map(|line| line.charge.amount.amount).sum()
}

proptest! {
    #[test]
    fn every_charge_has_exactly_one_kind(charge in charge(), product in "\\PC{0,24}", description in "\\PC{0,48}") {
        let anything = domain::billing::Charge { product, description, ..charge.clone() };
        for charge in [charge, anything] {
            let class = classify(&charge);
            match (&class.kind, class.rule) {
                (CostKind::Known(kind), Some(rule)) => {
                    prop_assert_eq!(kind, &rule.kind);
                    prop_assert_eq!(RULES.iter().filter(|one| std::ptr::eq(*one, rule)).count(), 1);
                }
                (CostKind::Other(product), None) => prop_assert_eq!(product, &charge.product),
                other => prop_assert!(false, "{:?}", other),
            }
            prop_assert_eq!(classify(&charge).kind, class.kind);
        }
    }

    #[test]
    fn every_line_has_an_owner_or_a_reason_and_sums_are_kept(
        charges in charges(),
        ids in prop::collection::vec(item_id(), 16),
        inventory in inventory(),
    ) {
        let all: Decimal = charges.iter().map(|charge| charge.amount.amount).sum();
        let ids = ids.into_iter().cycle();
        let lines: Vec<CostLine> = (1..).zip(charges.clone()).zip(ids)
            .map(|((number, charge), id)| build_cost_line(number, charge, id, period(), &inventory))
            .collect();
        prop_assert_eq!(sum(&lines), all);
        for (line, charge) in lines.iter().zip(&charges) {
            prop_assert_eq!(&line.charge, charge);
            // With an unchanged inventory, a rematch has the same outcome.
            prop_assert_eq!(&rematch(line, period(), &inventory), &line.outcome);
            let text = serde_json::to_string(line).unwrap();
            prop_assert_eq!(&serde_json::from_str::<CostLine>(&text).unwrap(), line);
        }
        let mut tally = LineTally::default();
        tally.extend(&lines);
        prop_assert_eq!(tally.sum, all);
        let counts = tally.counts;
        prop_assert_eq!(counts.lines as usize, lines.len());
        prop_assert_eq!(counts.matched + counts.explained + counts.unexplained(), counts.lines);
        prop_assert_eq!(tally.reasons.values().sum::<u32>(), counts.lines - counts.matched);

        let accrual = accrue(&lines, period(), "2026-04-11T06:00:00Z".parse().unwrap());
        prop_assert_eq!(accrual.total.month_to_date, all);
        let groups: Decimal = accrual.groups.iter().map(|group| group.figures.month_to_date).sum();
        prop_assert_eq!(groups, all);
        let forecast: Decimal = accrual.groups.iter().map(|group| group.figures.forecast).sum();
        prop_assert_eq!(accrual.total.forecast, forecast);
    }

    /// Items are joined one to one: the joined and the unjoined items are all items, in any order.
    #[test]
    fn joining_neither_loses_nor_adds_items(
        rows in charges(),
        more in charges(),
        order in any::<prop::sample::Index>(),
        lost in any::<prop::sample::Index>(),
    ) {
        let lost = lost.index(rows.len() + 1);
        let mut charges: Vec<_> = rows.iter().take(lost).chain(&more).cloned().collect();
        if !charges.is_empty() {
            let middle = order.index(charges.len());
            charges.rotate_left(middle);
        }
        let total = charges.len();
        let all: Decimal = charges.iter().map(|charge| charge.amount.amount).sum();
        let items = charges.into_iter().map(|charge| KeyedItem::new(&charge, ItemId::default()));
        let mut items = UnjoinedItems::new(items, &Columns::all());
        prop_assert_eq!((items.count() as usize, items.sum()), (total, all));
        let joined = rows.iter().filter(|row| items.take(row).is_some()).count();
        prop_assert!(joined >= lost.min(rows.len()));
        let unjoined: usize = items.unjoined().iter().map(|(_, times)| times).sum();
        prop_assert_eq!(joined + unjoined, total);
    }
}
