//! The AWS usage of a month: the measurements of each worker, times the number of its runs.

use anyhow::{Context as _, Result};
use inventory::InventoryWorker;
use serde::Serialize;
use store::Priority;

use super::Template;
use super::assumptions as assumed;
use super::scans::ScanEstimate;
use crate::measured::{Measured, Pass, PassName, Run};

/// The quantities of a month that depend on the account.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Load {
    /// The number of resources of the account.
    pub(crate) resources: u32,
    pub(crate) invocations: f64,
    pub(crate) gb_seconds: f64,
    pub(crate) write_units: f64,
    pub(crate) read_units: f64,
    pub(crate) gigabytes: f64,
    pub(crate) messages: f64,
    pub(crate) ticks: f64,
    pub(crate) metrics: f64,
    pub(crate) log_gigabytes: f64,
    pub(crate) token_fetches: f64,
    pub(crate) hourly: Hourly,
}

/// The requests to DigitalOcean in an hour, by the quota that they use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(crate) struct Hourly {
    /// Requests of the full sweeps, with the token for `sync`.
    pub(crate) full: f64,
    /// Requests of the parent scans, with the token for `sync`.
    pub(crate) scans: f64,
    /// Requests of the fast polls, with the token for `fast`.
    pub(crate) fast: f64,
}

const GIGA: f64 = 1.0e9;
/// The billed requests for a message: one sends it and one deletes it. The receive is counted with
/// the polling.
pub(super) const REQUESTS_OF_A_MESSAGE: f64 = 2.0;

impl Load {
    /// Returns the load of the measured workers: the pass in which nothing changed, and the
    /// additional units of each change in the pass after it.
    pub(super) fn measured(measured: &Measured, template: &Template) -> Result<Self> {
        let unchanged = measured.pass(PassName::Unchanged).context("the unchanged pass was not measured")?;
        let changed = measured.pass(PassName::OnePercent).context("the pass with changes was not measured")?;
        let mut load = Self { resources: measured.account.size(), ..Self::default() };
        for worker in measured.account.workers() {
            let run = unchanged.of(worker.name).with_context(|| format!("{} did not run", worker.name))?;
            load.add(worker, run, unchanged, template);
        }
        load.add_changes(measured, unchanged, changed);
        load.add_storage(measured, template);
        let mut metrics: Vec<_> = measured
            .passes
            .iter()
            .flat_map(|pass| &pass.runs)
            .flat_map(|run| run.metrics.iter().map(|name| (&run.worker, name)))
            .collect();
        metrics.sort();
        metrics.dedup();
        load.metrics = metrics.len() as f64 + assumed::API_METRICS;
        load.invocations += assumed::API_CALLS;
        load.read_units += assumed::API_CALLS * assumed::API_READ_UNITS;
        load.gb_seconds += assumed::API_CALLS * assumed::SHORT_CALL_SECONDS * template.default_memory_mb / 1_024.0;
        Ok(load)
    }

    fn add(&mut self, worker: &InventoryWorker, run: &Run, pass: &Pass, template: &Template) {
        let ticks = assumed::HOURS * 60.0 / worker.cadence_minutes as f64;
        let memory_mb = template.memory_mb.get(worker.name).copied().unwrap_or(template.default_memory_mb);
        let parent_pages = |kind: &str| {
            pass.runs
                .iter()
                .flat_map(|run| &run.receipts)
                .find(|receipt| receipt.target == kind)
                .map_or(0, |receipt| receipt.pages)
        };
        let scan = ScanEstimate::of(run, parent_pages);
        let runs = f64::from(run.messages).max(scan.runs);
        let paged = f64::from(run.sum(|receipt| if receipt.parent.is_none() { receipt.requests } else { 0 }));
        let table_requests = run.table.requests.values().sum::<usize>() as f64;
        // A further run of a parent scan reads about as much again as the first one.
        let again = (runs / f64::from(run.messages.max(1))).max(1.0);
        let seconds = run.cpu_seconds * assumed::MB_OF_A_VCPU / memory_mb
            + paged * assumed::PAGE_SECONDS
            + scan.seconds
            + table_requests * again * assumed::TABLE_SECONDS;

        self.ticks += ticks;
        self.invocations += ticks * (1.0 + runs);
        self.gb_seconds += ticks * (seconds + assumed::SHORT_CALL_SECONDS) * memory_mb / 1_024.0;
        self.write_units += ticks * run.table.write_units * again;
        self.read_units += ticks * run.table.read_units * again;
        self.messages += ticks * (1.0 + runs) * REQUESTS_OF_A_MESSAGE;
        self.log_gigabytes +=
            ticks * (run.log_bytes as f64 * again + (1.0 + runs) * assumed::PLATFORM_LOG_BYTES) / GIGA;
        self.token_fetches += ticks.min(assumed::HOURS * 3_600.0 / assumed::TOKEN_SECONDS);

        let an_hour = 60.0 / worker.cadence_minutes as f64;
        match worker.targets {
            [inventory::Target::FastDroplets] => self.hourly.fast += paged * an_hour,
            _ => self.hourly.full += paged * an_hour,
        }
        self.hourly.scans += scan.requests() * an_hour;
    }

    fn add_changes(&mut self, measured: &Measured, unchanged: &Pass, changed: &Pass) {
        let units = |pass: &Pass, of: fn(&Run) -> f64| pass.runs.iter().map(of).sum::<f64>();
        let of_a_change = |of| (units(changed, of) - units(unchanged, of)).max(0.0) / f64::from(changed.changed.max(1));
        let changes = f64::from(measured.account.size()) * assumed::CHANGED_A_DAY * assumed::HOURS / 24.0;
        self.write_units += changes * of_a_change(|run| run.table.write_units);
        self.read_units += changes * of_a_change(|run| run.table.read_units);
    }

    /// Adds the storage of the steady state, in which events and receipts have reached their full
    /// retention.
    fn add_storage(&mut self, measured: &Measured, template: &Template) {
        let size = &measured.size;
        let event = size.event_bytes as f64 / (size.events.max(1)) as f64;
        let events = f64::from(measured.account.size()) * assumed::CHANGED_A_DAY * template.event_retention_days;
        let receipt = size.receipt_bytes as f64 / (size.receipts.max(1)) as f64;
        let in_a_day =
            |worker: &InventoryWorker| 24.0 * 60.0 / worker.cadence_minutes as f64 * worker.targets.len() as f64;
        let receipts: f64 = measured.account.workers().map(in_a_day).sum::<f64>() * assumed::RECEIPT_DAYS;
        let bytes = (size.row_bytes + size.event_bytes + size.other_bytes) as f64 + events * event + receipts * receipt;
        self.gigabytes = bytes / GIGA;
    }

    /// Returns the quantities in the order of [`super::PRICES`].
    pub(super) fn quantities(&self, template: &Template) -> [f64; 19] {
        let polls = assumed::HOURS * 3_600.0 / assumed::POLL_SECONDS * assumed::POLLERS * template.polled_queues;
        [
            self.invocations,
            self.gb_seconds,
            self.write_units,
            self.read_units,
            self.gigabytes,
            self.gigabytes,
            self.messages,
            polls,
            self.ticks,
            template.alarms,
            self.metrics,
            template.dashboards,
            self.log_gigabytes,
            self.log_gigabytes * assumed::LOG_COMPRESSION * template.log_retention_days / 30.0,
            assumed::SECRETS,
            self.token_fetches,
            assumed::API_CALLS,
            template.metered_routes * assumed::ROUTE_METRICS,
            assumed::USERS,
        ]
    }
}

impl Hourly {
    /// Returns the seconds between two fast polls: 60, or more if polls every minute exceed the
    /// hourly quota.
    pub(crate) fn fast_poll_seconds(&self) -> f64 {
        60.0 * (self.fast / f64::from(Priority::Fast.max_available().0)).max(1.0)
    }

    /// Returns the hours that a parent scan takes: one, or more if all scans together exceed the
    /// hourly quota.
    pub(crate) fn scan_hours(&self) -> f64 {
        (self.scans / f64::from(Priority::ParentScans.max_available().0)).max(1.0)
    }
}

/// Returns the write and read units of a month of the baseline's mirror: all resources of all
/// sweeps, times the units of one resource in the baseline.
pub(crate) fn baseline_units(measured: &Measured) -> (f64, f64) {
    let rows = f64::from(measured.baseline.rows.max(1));
    let (write, read) = (measured.baseline.table.write_units / rows, measured.baseline.table.read_units / rows);
    let swept: f64 = measured
        .account
        .workers()
        .filter_map(|worker| {
            let run = measured.pass(PassName::Unchanged)?.of(worker.name)?;
            let ticks = assumed::HOURS * 60.0 / worker.cadence_minutes as f64;
            Some(ticks * f64::from(run.sum(|receipt| receipt.items)))
        })
        .sum();
    (swept * write, swept * read)
}
