//! The workers that no benchmark runs, reckoned from assumptions: those of billing, and those of sagas.

use super::assumptions as assumed;
use super::load::REQUESTS_OF_A_MESSAGE;
use super::{Load, Template};

/// What a worker does in a month.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct MonthlyUsage {
    /// Messages from the schedule.
    ticks: f64,
    /// Messages of the worker's own, each an invocation, besides.
    runs: f64,
    /// Of a run.
    pages: f64,
    write_units: f64,
    read_units: f64,
    table_requests: f64,
}

const DAYS: f64 = assumed::HOURS / 24.0;

/// Adds what they do in an account with so many resources.
pub(super) fn add(load: &mut Load, template: &Template) {
    for worker in billing::WORKERS {
        let ticks = assumed::HOURS * 60.0 / worker.cadence_minutes as f64;
        load.add_unbenchmarked(worker.name, billed(worker, ticks, f64::from(load.resources)), template);
    }
    let reconciling =
        MonthlyUsage { ticks: assumed::HOURS * 60.0, read_units: 2.0, table_requests: 4.0, ..MonthlyUsage::default() };
    load.add_unbenchmarked("reconcile", reconciling, template);
    let driving = MonthlyUsage {
        runs: assumed::SAGAS * assumed::WAKE_UPS,
        pages: 1.0,
        write_units: 6.0,
        read_units: 4.0,
        table_requests: 3.0,
        ..MonthlyUsage::default()
    };
    load.add_unbenchmarked("execute", driving, template);
    load.add_unbenchmarked(
        "compensate",
        MonthlyUsage { runs: assumed::SAGAS * assumed::POST_CHECKS, ..driving },
        template,
    );
    // Every day's preview replaces a line set, and the month's invoice the last of them.
    load.gigabytes += f64::from(load.resources) * assumed::LINE_BYTES * assumed::INVOICES_KEPT / 1.0e9;
}

fn billed(worker: &billing::BillingWorkerSpec, ticks: f64, lines: f64) -> MonthlyUsage {
    let of_an_account =
        MonthlyUsage { ticks, runs: ticks, pages: 1.0, write_units: 5.0, read_units: 4.0, table_requests: 8.0 };
    if *worker != billing::INVOICE_INGEST {
        return of_an_account;
    }
    // A page of lines is written, and once more when it gets its end. What is matched is read off the small index.
    let pages_of_lines = (lines / assumed::LINES_OF_A_PAGE).ceil();
    let write_units = 2.0 * lines * assumed::LINE_BYTES / 1_000.0;
    MonthlyUsage {
        // The day's preview, the night's matching, and the month's invoice.
        runs: 2.0 * DAYS + 1.0,
        pages: 3.0 + (lines / 200.0).ceil(),
        write_units: of_an_account.write_units + write_units,
        read_units: of_an_account.read_units + lines * assumed::KNOWN_BYTES / 8_000.0,
        table_requests: of_an_account.table_requests + 3.0 * pages_of_lines,
        ..of_an_account
    }
}

impl Load {
    fn add_unbenchmarked(&mut self, worker: &str, month: MonthlyUsage, template: &Template) {
        let MonthlyUsage { ticks, runs, .. } = month;
        // reconcile does its work with the tick itself.
        let worked = if runs > 0.0 { runs } else { ticks };
        let memory_mb = template.memory_mb.get(worker).copied().unwrap_or(template.default_memory_mb);
        let seconds = month.pages * assumed::PAGE_SECONDS + month.table_requests * assumed::TABLE_SECONDS;
        self.ticks += ticks;
        self.invocations += ticks + runs;
        self.gb_seconds += (worked * seconds + (ticks + runs) * assumed::SHORT_CALL_SECONDS) * memory_mb / 1_024.0;
        self.write_units += worked * month.write_units;
        self.read_units += worked * month.read_units;
        self.messages += (ticks + runs) * REQUESTS_OF_A_MESSAGE;
        self.log_gigabytes += (ticks + runs) * (assumed::LOG_BYTES + assumed::PLATFORM_LOG_BYTES) / 1.0e9;
        self.token_fetches +=
            if month.pages > 0.0 { worked.min(assumed::HOURS * 3_600.0 / assumed::TOKEN_SECONDS) } else { 0.0 };
        // A metric costs in each hour in which it is written.
        self.metrics += assumed::METRICS_OF_A_WORKER * (worked / assumed::HOURS).min(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::TEMPLATE;

    fn added(resources: u32) -> Load {
        let mut load = Load { resources, ..Load::default() };
        add(&mut load, &Template::read(TEMPLATE).unwrap());
        load
    }

    #[test]
    fn most_of_it_is_the_minutes_tick() {
        let load = added(500);
        // Every minute, every hour, twice a day.
        assert_eq!(load.ticks, 730.0 * 60.0 + 730.0 + 2.0 * DAYS);
        let of_accounts = 730.0 + DAYS + (2.0 * DAYS + 1.0);
        let of_sagas = assumed::SAGAS * (assumed::WAKE_UPS + assumed::POST_CHECKS);
        assert_eq!(load.invocations, load.ticks + of_accounts + of_sagas);
        assert!(load.metrics > 0.0 && load.metrics < 6.0 * assumed::METRICS_OF_A_WORKER, "{load:?}");
    }

    #[test]
    fn lines_are_written_with_the_account() {
        let (small, large) = (added(500), added(50_000));
        let lines = 49_500.0 * (2.0 * DAYS + 1.0) * 2.0 * assumed::LINE_BYTES / 1_000.0;
        assert!((large.write_units - small.write_units - lines).abs() < 1.0, "{} {lines}", large.write_units);
        assert_eq!(large.invocations, small.invocations);
    }
}
