//! Tests of the tie-out of the invoice.

use std::collections::BTreeMap;

use billing::csv::Rows;
use billing::items::UnjoinedItems;
use billing::{Sums, tie_out};
use domain::Money;
use domain::billing::TieOutStatus;
use rust_decimal::Decimal;
use serde_json::Value;

use crate::documents::{amount_of, document, inventory, items, summary};
use crate::{INVOICE, lines};

fn sums() -> Sums {
    let rows = Rows::new(INVOICE.as_bytes()).unwrap();
    Sums {
        lines: lines(&inventory(true)).1.sum,
        items: Some(UnjoinedItems::new(items(), rows.columns()).sum()),
        summary: Some(summary()),
        invoice: Some(amount_of(&document("invoice.json"))),
        history: Some(amount_of(&document("history.json"))),
    }
}

#[test]
fn the_invoice_balances_to_the_cent() {
    let sums = sums();
    assert_eq!(sums.lines, Decimal::new(8692, 2));
    let outcome = tie_out(&sums);
    assert_eq!((outcome.status, outcome.differences, outcome.missing), (TieOutStatus::Balanced, vec![], vec![]));
}

#[test]
fn a_lost_cent_is_reported() {
    let short = Sums { lines: sums().lines - Decimal::new(1, 2), ..sums() };
    let outcome = tie_out(&short);
    assert_eq!(outcome.status, TieOutStatus::Differs);
    assert!(outcome.differences.iter().all(|difference| difference.difference == Money::usd(Decimal::new(1, 2))));
    assert_eq!(outcome.differences.len(), 5);
}

/// The parts of the summary equal the sums of the lines, product by product.
#[test]
fn the_summary_is_the_lines_by_product() {
    let mut by_product: BTreeMap<String, (Decimal, u32)> = BTreeMap::new();
    for line in lines(&inventory(true)).0 {
        let (sum, count) = by_product.entry(line.charge.product).or_default();
        *sum += line.charge.amount.amount;
        *count += 1;
    }
    assert_eq!(by_product.remove("Taxes"), Some((summary().taxes, 1)));
    let summary_items = document::<Value>("summary.json");
    let summary_items: BTreeMap<String, (Decimal, u32)> = summary_items["product_charges"]["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            let count = item["count"].as_str().unwrap().parse().unwrap();
            (item["name"].as_str().unwrap().to_owned(), (amount_of(item), count))
        })
        .collect();
    assert_eq!(summary_items, by_product);
}
