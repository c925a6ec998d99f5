//! The bills of a month, with a column for each account.

use std::fmt::Write as _;

use serde::Serialize;
use store::Priority;

use crate::cost::assumptions::sentences;
use crate::cost::{AS_OF, Item, Load, PRICES, Template, baseline_units, bill, sum};
use crate::measured::Measured;
use crate::text::{count, ratio, table, whole};

/// The monthly bill of one account.
#[derive(Debug, Serialize)]
pub(super) struct Bill {
    load: Load,
    items: Vec<Item>,
    usd: f64,
    usd_with_free_tier: f64,
    /// The cost of the table requests of this mirror in US dollars.
    table_usd: f64,
    /// The cost of the table requests of the baseline's mirror in US dollars.
    baseline_table_usd: f64,
}

impl Bill {
    pub(super) fn new(load: Load, measured: &Measured, template: &Template) -> Self {
        let items = bill(&load, template);
        let price = |name: &str| PRICES.iter().find(|price| price.name == name).map_or(0.0, |price| price.usd);
        let (write, read) = (price("table writes"), price("table reads"));
        let (written, scanned) = baseline_units(measured);
        Self {
            usd: sum(&items, |item| item.amount),
            usd_with_free_tier: sum(&items, |item| item.with_free_tier),
            table_usd: load.write_units * write + load.read_units * read,
            baseline_table_usd: written * write + scanned * read,
            load,
            items,
        }
    }

    fn size(&self) -> f64 {
        f64::from(self.load.resources)
    }
}

pub(super) fn show(bills: &[Bill]) -> String {
    let mut text = format!("== US dollars a month (us-east-1, arm64, prices as of {AS_OF}) ==\n\n");
    let mut head = vec!["".to_owned()];
    head.extend(bills.iter().flat_map(|bill| [format!("{} resources", count(bill.load.resources)), "USD".to_owned()]));
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let line = |name: &str, of: &dyn Fn(&Bill) -> [String; 2]| {
        std::iter::once(name.to_owned()).chain(bills.iter().flat_map(of)).collect::<Vec<_>>()
    };
    let mut rows: Vec<Vec<String>> =
        (0..PRICES.len()).map(|place| line(PRICES[place].name, &|bill| quantity(&bill.items[place]))).collect();
    let only = |amount: String| [String::new(), amount];
    rows.push(line("sum", &|bill| only(format!("{:.2}", bill.usd))));
    rows.push(line("sum for a resource", &|bill| only(format!("{:.5}", bill.usd / bill.size()))));
    rows.push(line("sum with AWS's free tier", &|bill| only(format!("{:.2}", bill.usd_with_free_tier))));
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{}", table(&head, &rows));
    text.push_str(&compared(bills));
    text.push_str(&hourly(bills));
    text.push_str("Assumptions:\n");
    sentences().iter().for_each(|sentence| _ = writeln!(text, "- {sentence}"));
    let mut sources: Vec<&str> = PRICES.iter().map(|price| price.source).collect();
    sources.sort_unstable();
    sources.dedup();
    let _ = writeln!(text, "Prices: {}", sources.join(", "));
    text
}

fn quantity(item: &Item) -> [String; 2] {
    let quantity = if item.quantity < 100.0 { format!("{:.2}", item.quantity) } else { whole(item.quantity) };
    [format!("{quantity} {}", item.unit), format!("{:.2}", item.amount)]
}

fn compared(bills: &[Bill]) -> String {
    let rows: Vec<Vec<String>> = bills
        .iter()
        .map(|bill| {
            let dollars = |usd: f64| format!("{usd:.2}");
            let (ours, theirs) = (bill.table_usd, bill.baseline_table_usd);
            vec![count(bill.load.resources), dollars(ours), dollars(theirs), ratio(theirs, ours)]
        })
        .collect();
    let head = ["resources", "table requests, USD", "the baseline's, USD", "baseline / this"];
    format!(
        "The baseline is a mirror that reads and writes every resource in full in each sweep, with the same schedules.\n{}\n",
        table(&head, &rows)
    )
}

fn hourly(bills: &[Bill]) -> String {
    let rows: Vec<Vec<String>> = bills
        .iter()
        .map(|bill| {
            let hourly = bill.load.hourly;
            let scan = format!("{:.1} h", hourly.scan_hours());
            let poll = format!("{:.0} s", hourly.fast_poll_seconds());
            vec![count(bill.load.resources), whole(hourly.full), whole(hourly.scans), scan, whole(hourly.fast), poll]
        })
        .collect();
    let head = ["resources", "full sweeps", "parent scans", "a scan takes", "fast polls", "one every"];
    let (full, scans, fast) =
        (Priority::Full.max_available().0, Priority::ParentScans.max_available().0, Priority::Fast.max_available().0);
    format!(
        "Requests to DigitalOcean in an hour. Each token allows 5,000. Available with the token for sync: {} for full sweeps, {} for \
         parent scans; with the token for fast, {} for fast polls.\n{}\n",
        count(full),
        count(scans),
        count(fast),
        table(&head, &rows)
    )
}
