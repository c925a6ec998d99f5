//! The invoice of April 2026: 33 lines, $86.92, every line with its owner or its reason, every sum
//! the same.
//!
//! The expected results were written by hand, line by line. The lines are matched with two
//! inventories. The first was filled on 10 April, so that it has some of the resources that were
//! destroyed later that month. The second was filled long after, and has only the resources that
//! still exist.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on, helpers included")]

mod documents;
mod sums;

use billing::csv::Rows;
use billing::items::UnjoinedItems;
use billing::matching::Inventory;
use billing::{LineTally, build_cost_line};
use domain::billing::{CostLine, Existence, ItemId, MatchOutcome, Period};
use rust_decimal::Decimal;

use documents::{Expected, fixture, inventory, items};

const INVOICE: &str = include_str!("../../../../tests/digitalocean-sim/seeds/billing/april-2026/invoice.csv");

fn period() -> Period {
    Period::new("2026-04").unwrap()
}

/// Builds the lines of the invoice and counts them.
fn lines(inventory: &Inventory) -> (Vec<CostLine>, LineTally) {
    let mut rows = Rows::new(INVOICE.as_bytes()).unwrap();
    let mut items = UnjoinedItems::new(items(), rows.columns());
    let mut line = |number, charge| {
        let item = items.take(&charge).unwrap();
        build_cost_line(number, charge, item, period(), inventory)
    };
    let lines: Vec<CostLine> = rows.by_ref().zip(1..).map(|(charge, number)| line(number, charge.unwrap())).collect();
    assert!(items.unjoined().is_empty());
    assert!(rows.digest().is_some());
    let mut tally = LineTally::default();
    tally.extend(&lines);
    (lines, tally)
}

/// Returns the outcome of a line in the format of `expected.json`.
fn outcome_text(line: &CostLine) -> String {
    match &line.outcome {
        MatchOutcome::Unmatched(reason) => serde_json::to_value(reason).unwrap().as_str().unwrap().to_owned(),
        MatchOutcome::Matched(found) => {
            let method = serde_json::to_value(found.method).unwrap();
            let gone = if found.existence == Existence::Tombstone { " gone" } else { "" };
            let (kind, id) = (&found.resource.kind, &found.resource.provider_id);
            format!("{kind} {id} {}{gone}", method.as_str().unwrap())
        }
    }
}

fn check(lines: &[CostLine], expected: &[Expected]) {
    assert_eq!(lines.len(), expected.len());
    for (line, expected) in lines.iter().zip(expected) {
        let found = (line.line, line.kind.to_string(), outcome_text(line));
        assert_eq!(found, (expected.line, expected.kind.clone(), expected.is.clone()), "{}", line.charge.description);
    }
}

#[test]
fn every_line_has_its_owner_or_its_reason() {
    let (lines, tally) = lines(&inventory(true));
    check(&lines, &fixture::<Vec<Expected>>("expected.json"));
    assert_eq!(tally.sum, Decimal::new(8692, 2));
    assert_eq!((tally.counts.lines, tally.counts.matched, tally.counts.explained), (33, 24, 9));
    assert_eq!((tally.counts.unexplained(), tally.counts.rate()), (0, Decimal::new(727, 1)));
    assert!(tally.unknown_products.is_empty());
}

/// Charges for resources that were destroyed before the first sweep have no owner; the others have
/// one.
#[test]
fn lines_of_unmirrored_resources_are_explained() {
    let (lines, tally) = lines(&inventory(false));
    let mut expected: Vec<Expected> = fixture("expected.json");
    for line in &mut expected {
        if line.is.ends_with(" gone") || line.is == "name_variance" {
            line.is = "destroyed_before_first_sync".to_owned();
        }
    }
    check(&lines, &expected);
    assert_eq!((tally.counts.lines, tally.counts.matched, tally.counts.explained), (33, 19, 14));
    assert_eq!(tally.sum, Decimal::new(8692, 2));
}

/// Without JSON items, droplets are found by their names.
#[test]
fn without_ids_the_names_find_the_same_resources() {
    let inventory = inventory(true);
    let with_ids = lines(&inventory).0;
    for line in with_ids {
        let without = build_cost_line(line.line, line.charge.clone(), ItemId::default(), period(), &inventory);
        let resource = |line: &CostLine| line.outcome.matched().map(|found| found.resource.clone());
        assert_eq!(resource(&without), resource(&line), "{}", line.charge.description);
        assert_eq!(without.outcome.reason(), line.outcome.reason());
    }
}
