//! The AWS cost of a month, everything included: pure functions of the measurements, the template,
//! prices and assumptions.

pub(crate) mod assumptions;
mod load;
mod prices;
mod scans;
mod template;
mod unbenchmarked_workers;

use anyhow::Result;
use serde::Serialize;

pub(crate) use load::{Load, baseline_units};
pub(crate) use prices::{AS_OF, PRICES};
pub(crate) use template::{TEXT as TEMPLATE, Template};

use crate::measured::Measured;
use prices::Price;

/// One line of the AWS bill.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Item {
    pub(crate) name: &'static str,
    /// The quantity of the month, in `unit`.
    pub(crate) quantity: f64,
    pub(crate) unit: &'static str,
    /// The cost in US dollars.
    pub(crate) amount: f64,
    /// The cost in US dollars after the free tier, if nothing else in the AWS account uses that.
    pub(crate) with_free_tier: f64,
}

impl Item {
    fn new(price: &Price, quantity: f64) -> Self {
        Self {
            name: price.name,
            quantity,
            unit: price.unit,
            amount: quantity * price.usd,
            with_free_tier: (quantity - price.free).max(0.0) * price.usd,
        }
    }
}

/// Returns the load of a month: of the measured workers and of those that are estimated.
pub(crate) fn load(measured: &Measured, template: &Template) -> Result<Load> {
    let mut load = Load::measured(measured, template)?;
    unbenchmarked_workers::add(&mut load, template);
    Ok(load)
}

/// Returns the bill of a month.
#[must_use]
pub(crate) fn bill(load: &Load, template: &Template) -> Vec<Item> {
    let quantities = load.quantities(template);
    PRICES.iter().zip(quantities).map(|(price, quantity)| Item::new(price, quantity)).collect()
}

/// Returns the sum of one amount over all lines of a bill.
pub(crate) fn sum(items: &[Item], of: impl Fn(&Item) -> f64) -> f64 {
    items.iter().map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Account;
    use crate::measured::{Baseline, Measured, Pass, PassName, Run, Size, SyncReceipt, TableUsage};

    /// Returns measurements of 1,000 droplets: a sweep takes 6 pages, 10 read units and 3 write
    /// units; a change takes 6 write units more.
    fn measured() -> Measured {
        let receipt = || SyncReceipt { complete: true, items: 1_000, pages: 6, requests: 6, ..SyncReceipt::default() };
        let run = |worker: &inventory::InventoryWorker, write_units| Run {
            worker: worker.name.to_owned(),
            messages: 1,
            receipts: vec![receipt()],
            table: TableUsage { read_units: 10.0, write_units, ..TableUsage::default() },
            log_bytes: 1_000,
            metrics: vec!["Items".to_owned()],
            ..Run::default()
        };
        let account = Account::of_droplets(1_000);
        let pass = |name, changed, write_units| {
            let runs = account.workers().map(|worker| run(worker, write_units)).collect();
            Pass { name, runs, simulator_requests: 0, unpaged_requests: 0, changed }
        };
        // Three workers share the ten changes.
        let passes = vec![pass(PassName::Unchanged, 0, 3.0), pass(PassName::OnePercent, 10, 23.0)];
        let baseline_units = TableUsage { write_units: 3_000.0, read_units: 125.0, ..TableUsage::default() };
        let baseline =
            Baseline { kind: "droplet".to_owned(), rows: 1_000, table: baseline_units, ..Baseline::default() };
        Measured { account, passes, size: Size { row_bytes: 1_000_000, ..Size::default() }, baseline }
    }

    #[test]
    fn a_bill_is_counts_times_prices() {
        let (template, measured) = (Template::read(TEMPLATE).unwrap(), measured());
        let load = Load::measured(&measured, &template).unwrap();
        // The three workers run every 15 minutes, every minute, and every 15 minutes.
        let ticks = 730.0 * (4.0 + 60.0 + 4.0);
        let changes = 1_000.0 * 0.01 * 730.0 / 24.0;
        assert_eq!(load.ticks, ticks);
        assert_eq!(load.invocations, 2.0 * ticks + assumptions::API_CALLS);
        assert_eq!(load.write_units.round(), (3.0 * ticks + 6.0 * changes).round());
        assert_eq!(load.read_units, 10.0 * ticks + assumptions::API_CALLS * assumptions::API_READ_UNITS);
        assert_eq!((load.hourly.full, load.hourly.scans, load.hourly.fast), (48.0, 0.0, 360.0));
        let seconds = 6.0 * assumptions::PAGE_SECONDS + assumptions::SHORT_CALL_SECONDS;
        let time = ticks * seconds * 0.25 + assumptions::API_CALLS * assumptions::SHORT_CALL_SECONDS * 0.25;
        assert_eq!(load.gb_seconds.round(), time.round());

        let items = bill(&load, &template);
        let amount = |name: &str| items.iter().find(|item| item.name == name).unwrap().amount;
        let close = |one: f64, other: f64| (one - other).abs() < 1.0e-9 * other;
        assert!(close(amount("table writes"), load.write_units * 0.625 / 1.0e6));
        // Each queue has five pollers, which poll three times a minute.
        assert!(close(amount("queue polling"), 730.0 * 60.0 * 15.0 * template.polled_queues * 0.4 / 1.0e6));
        assert!(items.iter().all(|item| item.with_free_tier <= item.amount));

        // Each of 3,000 resources in three sweeps takes three units to write and an eighth to read.
        assert_eq!(baseline_units(&measured), (ticks * 1_000.0 * 3.0, ticks * 125.0));
    }

    #[test]
    fn requests_beyond_the_quota_take_more_time() {
        let hourly = load::Hourly { full: 0.0, scans: 0.0, fast: 60.0 };
        assert_eq!((hourly.scan_hours(), hourly.fast_poll_seconds()), (1.0, 60.0));
        let available = |priority: store::Priority| f64::from(priority.max_available().0);
        let (scans, fast) = (2.0 * available(store::Priority::ParentScans), 1.5 * available(store::Priority::Fast));
        let hourly = load::Hourly { full: 0.0, scans, fast };
        assert_eq!((hourly.scan_hours(), hourly.fast_poll_seconds()), (2.0, 90.0));
    }
}
