//! The workers that the benchmark does not run, those of billing and of sagas. Their cost is
//! estimated from assumptions.

use super::assumptions as assumed;
use super::load::REQUESTS_OF_A_MESSAGE;
use super::{Load, Template};

/// The work of one worker in a month.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct MonthlyUsage {
    /// Messages from the schedule.
    ticks: f64,
    /// Further messages in the worker's queue, each of them an invocation.
    runs: f64,
    /// Pages read from DigitalOcean in one run. The fields below are for one run, too.
    pages: f64,
    write_units: f64,
    read_units: f64,
    table_requests: f64,
}

const DAYS: f64 = assumed::HOURS / 24.0;

/// Adds the work of these workers in an account with `load.resources` resources.
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
    // Each day's preview replaces the one before, and the month's invoice replaces the last
    // preview, so one line set is kept for each month.
    load.gigabytes += f64::from(load.resources) * assumed::LINE_BYTES * assumed::INVOICES_KEPT / 1.0e9;
}

fn billed(worker: &billing::BillingWorkerSpec, ticks: f64, lines: f64) -> MonthlyUsage {
    let of_an_account =
        MonthlyUsage { ticks, runs: ticks, pages: 1.0, write_units: 5.0, read_units: 4.0, table_requests: 8.0 };
    if *worker != billing::INVOICE_INGEST {
        return of_an_account;
    }
    // Each page of lines is written twice, the second time when it gets its expiry. Resources for
    // matching are read from an index with few attributes.
    let pages_of_lines = (lines / assumed::LINES_OF_A_PAGE).ceil();
    let write_units = 2.0 * lines * assumed::LINE_BYTES / 1_000.0;
    MonthlyUsage {
        // A month has one preview and one nightly match for each day, and one invoice.
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
        // A worker without further messages (reconcile) does its work in the invocation for the
        // tick.
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
        // A metric is billed for each hour in which it is written.
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
    fn most_invocations_are_ticks_every_minute() {
        let load = added(500);
        // The ticks come every minute, every hour, and twice a day.
        assert_eq!(load.ticks, 730.0 * 60.0 + 730.0 + 2.0 * DAYS);
        let of_accounts = 730.0 + DAYS + (2.0 * DAYS + 1.0);
        let of_sagas = assumed::SAGAS * (assumed::WAKE_UPS + assumed::POST_CHECKS);
        assert_eq!(load.invocations, load.ticks + of_accounts + of_sagas);
        assert!(load.metrics > 0.0 && load.metrics < 6.0 * assumed::METRICS_OF_A_WORKER, "{load:?}");
    }

    #[test]
    fn written_lines_grow_with_the_account() {
        let (small, large) = (added(500), added(50_000));
        let lines = 49_500.0 * (2.0 * DAYS + 1.0) * 2.0 * assumed::LINE_BYTES / 1_000.0;
        assert!((large.write_units - small.write_units - lines).abs() < 1.0, "{} {lines}", large.write_units);
        assert_eq!(large.invocations, small.invocations);
    }
}
