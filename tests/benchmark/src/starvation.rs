//! Measures whether the scan of the backups of 3,000 droplets starves other priorities at
//! DigitalOcean's real limits. It runs for hours of virtual time, with the real quota items in the
//! table. All priorities share one token, which is the worst case.

use std::sync::Arc;

use access::QuotaClient;
use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use digitalocean::RequestLimiter as _;
use domain::{Clock as _, ManualClock};
use embedded_table::EmbeddedTable;
use serde::Serialize;
use store::{Priority, Table};

/// The number of droplets with backups; the scan reads one list for each.
pub(crate) const DROPLETS: u32 = 3_000;
/// Pages of 200 droplets that the scan reads first, and the fast poll every minute.
const PAGES: u32 = DROPLETS.div_ceil(200) + 1;
/// The time between two requests of the scan, which reads four lists at a time with 150 ms for
/// each.
const SCAN_PACE: TimeDelta = TimeDelta::milliseconds(38);
/// The time between two requests of a full sweep, which reads page by page.
const SWEEP_PACE: TimeDelta = TimeDelta::milliseconds(150);
const MINUTE: TimeDelta = TimeDelta::minutes(1);
/// The interval at which the full sweeps of an account begin.
const SWEEPS: TimeDelta = TimeDelta::minutes(15);
/// The divisor of the reserved quota of an hour that gives the requests of one full sweep. It is
/// more than the 4 sweeps of an hour, because a request counts for an hour from the end of its
/// minute and a few more requests are reserved than used. A consumer this far below its reservation
/// never exceeds it within the one-hour window.
const SWEEPS_IN_THE_WINDOW: u32 = 5;
/// The divisor of the reserved quota of an hour that gives the requests of one minute; more than 60
/// for the same reason.
const MINUTES_IN_THE_WINDOW: u32 = 64;

/// The measurements of the scan and of the other priorities beside it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Starvation {
    pub(crate) droplets: u32,
    pub(crate) requests: u32,
    /// The duration of the scan in minutes of virtual time.
    pub(crate) minutes: i64,
    /// The consumers that request a constant number every minute.
    pub(crate) constant_loads: Vec<ConstantLoad>,
    /// Full sweeps that began during the scan.
    pub(crate) sweeps: u32,
    /// Requests of each full sweep.
    pub(crate) sweep_requests: u32,
    /// The duration of the slowest full sweep in virtual time.
    pub(crate) slowest_sweep_seconds: i64,
    /// Table writes of all reservations.
    pub(crate) table_writes: usize,
    /// Table reads of all reservations.
    pub(crate) table_reads: usize,
}

/// A consumer that requests the same number every minute, all at once.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ConstantLoad {
    pub(crate) priority: Priority,
    pub(crate) per_minute: u32,
    pub(crate) requested: u32,
    /// The number of requests that were denied, so that the consumer would have had to wait.
    pub(crate) waited: u32,
}

impl Starvation {
    /// Returns each violated promise as a sentence; empty when all hold.
    pub(crate) fn violations(&self) -> Vec<String> {
        let waited = self.constant_loads.iter().filter(|one| one.waited > 0).map(|one| {
            format!(
                "scan of the backups of {} droplets: priority {:?} had to wait {} times",
                self.droplets, one.priority, one.waited
            )
        });
        let slow = (self.slowest_sweep_seconds >= SWEEPS.num_seconds()).then(|| {
            format!(
                "scan of the backups of {} droplets: a full sweep took {} s",
                self.droplets, self.slowest_sweep_seconds
            )
        });
        waited.chain(slow).collect()
    }
}

/// A consumer that makes its requests one after the other, as fast as its quota allows.
struct Consumer {
    quota: QuotaClient,
    pace: TimeDelta,
    /// The time of the next request.
    at: DateTime<Utc>,
    left: u32,
}

impl Consumer {
    /// Requests one admission. If it is denied, the next attempt is due when the quota allows it
    /// again.
    async fn request(&mut self, now: DateTime<Utc>) {
        match self.quota.admit(None).await {
            Ok(()) => {
                self.left -= 1;
                self.at = now + self.pace;
            }
            Err(denied) => self.at = denied.until,
        }
    }
}

/// Runs a whole scan of the backups, with the other priorities beside it.
pub(crate) async fn run() -> Result<Starvation> {
    let embedded = EmbeddedTable::start().await;
    let began = DateTime::from_timestamp(1_800_000_000, 0).unwrap_or_default();
    let clock = Arc::new(ManualClock::at(began));
    let quota = |priority| new_quota_client(&embedded.table, priority, &clock);
    let mut constant_loads: Vec<(QuotaClient, ConstantLoad)> =
        [Priority::Compensation, Priority::Provisioning, Priority::Billing, Priority::Fast]
            .into_iter()
            .map(|priority| {
                (quota(priority), ConstantLoad { priority, per_minute: per_minute(priority), requested: 0, waited: 0 })
            })
            .collect();
    let sweep_requests = Priority::Full.reserved_hourly() / SWEEPS_IN_THE_WINDOW;
    let mut scan = Consumer { quota: quota(Priority::ParentScans), pace: SCAN_PACE, at: began, left: DROPLETS + PAGES };
    let mut sweep = Consumer { quota: quota(Priority::Full), pace: SWEEP_PACE, at: began, left: sweep_requests };
    let (mut next_minute, mut sweep_began, mut sweeps, mut slowest) = (began, began, 1, TimeDelta::zero());
    while scan.left > 0 {
        let now = next_minute.min(scan.at).min(sweep.at);
        clock.advance(now - clock.now());
        if now == next_minute {
            for (quota, one) in &mut constant_loads {
                for _ in 0..one.per_minute {
                    one.requested += 1;
                    one.waited += u32::from(quota.admit(None).await.is_err());
                }
            }
            next_minute += MINUTE;
        } else if now == sweep.at {
            if sweep.left == 0 {
                (sweep_began, sweep.left, sweeps) = (now, sweep_requests, sweeps + 1);
            }
            sweep.request(now).await;
            slowest = slowest.max(sweep.at - sweep_began);
            if sweep.left == 0 {
                sweep.at = (sweep_began + SWEEPS).max(sweep.at);
            }
        } else {
            scan.request(now).await;
        }
    }
    let counts = embedded.requests.counts();
    Ok(Starvation {
        droplets: DROPLETS,
        requests: DROPLETS + PAGES,
        minutes: (clock.now() - began).num_minutes(),
        constant_loads: constant_loads.into_iter().map(|(_, one)| one).collect(),
        sweeps,
        sweep_requests,
        slowest_sweep_seconds: slowest.num_seconds(),
        table_writes: counts.writes,
        table_reads: counts.requests.values().sum::<usize>() - counts.writes,
    })
}

fn new_quota_client(table: &Table, priority: Priority, clock: &Arc<ManualClock>) -> QuotaClient {
    QuotaClient::new(table.clone(), "benchmark", priority, clock.clone())
}

/// Returns the requests of a consumer in a minute: the pages of the fast poll, and for the others
/// an even part of their reserved quota.
fn per_minute(priority: Priority) -> u32 {
    if priority == Priority::Fast { PAGES } else { priority.reserved_hourly() / MINUTES_IN_THE_WINDOW }
}
