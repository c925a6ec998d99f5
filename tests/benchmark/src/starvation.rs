//! Whether the backups of 3,000 droplets starve anybody, at DigitalOcean's real limits: hours of a day, in virtual time, through the real
//! ledger of the table. All share one token, which is the worst case.

use std::sync::Arc;

use access::QuotaClient;
use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use digitalocean::RequestLimiter as _;
use domain::{Clock as _, ManualClock};
use embedded_table::EmbeddedTable;
use serde::Serialize;
use store::{Priority, Table};

/// Droplets with backups: a list for each.
pub(crate) const DROPLETS: u32 = 3_000;
/// Pages of 200 droplets that the round reads before, and the quick look every minute.
const PAGES: u32 = DROPLETS.div_ceil(200) + 1;
/// How long a request of a round takes with four lists at a time of 150 ms each, and one of a full sweep, page by page.
const ROUND_PACE: TimeDelta = TimeDelta::milliseconds(38);
const SWEEP_PACE: TimeDelta = TimeDelta::milliseconds(150);
const MINUTE: TimeDelta = TimeDelta::minutes(1);
/// How often the full sweeps of an account begin.
const SWEEPS: TimeDelta = TimeDelta::minutes(15);
/// A request counts for an hour from the end of its minute, and reserved are a few more than are asked for: who asks for so much less than is
/// kept for it never has more than that in the window.
const SWEEPS_IN_THE_WINDOW: u32 = 5;
const MINUTES_IN_THE_WINDOW: u32 = 64;

/// How it went.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Starvation {
    pub(crate) droplets: u32,
    pub(crate) requests: u32,
    /// How long the round took.
    pub(crate) minutes: i64,
    /// Those that ask every minute.
    pub(crate) constant_loads: Vec<ConstantLoad>,
    /// Full sweeps that began while the round went on, the requests of each, and how long the slowest took.
    pub(crate) sweeps: u32,
    pub(crate) sweep_requests: u32,
    pub(crate) slowest_sweep_seconds: i64,
    /// What all the reservations took of the table.
    pub(crate) table_writes: usize,
    pub(crate) table_reads: usize,
}

/// One that asks every minute for what it needs then.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ConstantLoad {
    pub(crate) priority: Priority,
    pub(crate) per_minute: u32,
    pub(crate) requested: u32,
    /// How often it had to wait.
    pub(crate) waited: u32,
}

impl Starvation {
    /// What does not hold, in sentences.
    pub(crate) fn violations(&self) -> Vec<String> {
        let waited = self.constant_loads.iter().filter(|one| one.waited > 0).map(|one| {
            format!("backups of {} droplets: {:?} had to wait {} times", self.droplets, one.priority, one.waited)
        });
        let slow = (self.slowest_sweep_seconds >= SWEEPS.num_seconds()).then(|| {
            format!("backups of {} droplets: a full sweep took {} s", self.droplets, self.slowest_sweep_seconds)
        });
        waited.chain(slow).collect()
    }
}

/// One of those that take requests one after the other, as fast as they may.
struct Consumer {
    share: QuotaClient,
    pace: TimeDelta,
    /// When it asks next.
    at: DateTime<Utc>,
    left: u32,
}

impl Consumer {
    /// Asks for one request; it is done with all of them when nothing is left.
    async fn ask(&mut self, now: DateTime<Utc>) {
        match self.share.admit(None).await {
            Ok(()) => {
                self.left -= 1;
                self.at = now + self.pace;
            }
            Err(closed) => self.at = closed.until,
        }
    }
}

/// Runs a whole round.
pub(crate) async fn run() -> Result<Starvation> {
    let embedded = EmbeddedTable::start().await;
    let began = DateTime::from_timestamp(1_800_000_000, 0).unwrap_or_default();
    let clock = Arc::new(ManualClock::at(began));
    let share = |priority| new_share(&embedded.table, priority, &clock);
    let mut constant_loads: Vec<(QuotaClient, ConstantLoad)> =
        [Priority::Compensation, Priority::Provisioning, Priority::Billing, Priority::Fast]
            .into_iter()
            .map(|priority| {
                (share(priority), ConstantLoad { priority, per_minute: per_minute(priority), requested: 0, waited: 0 })
            })
            .collect();
    let sweep_requests = Priority::Full.reserved_hourly() / SWEEPS_IN_THE_WINDOW;
    let mut round =
        Consumer { share: share(Priority::ParentScans), pace: ROUND_PACE, at: began, left: DROPLETS + PAGES };
    let mut sweep = Consumer { share: share(Priority::Full), pace: SWEEP_PACE, at: began, left: sweep_requests };
    let (mut next_minute, mut sweep_began, mut sweeps, mut slowest) = (began, began, 1, TimeDelta::zero());
    while round.left > 0 {
        let now = next_minute.min(round.at).min(sweep.at);
        clock.advance(now - clock.now());
        if now == next_minute {
            for (share, one) in &mut constant_loads {
                for _ in 0..one.per_minute {
                    one.requested += 1;
                    one.waited += u32::from(share.admit(None).await.is_err());
                }
            }
            next_minute += MINUTE;
        } else if now == sweep.at {
            if sweep.left == 0 {
                (sweep_began, sweep.left, sweeps) = (now, sweep_requests, sweeps + 1);
            }
            sweep.ask(now).await;
            slowest = slowest.max(sweep.at - sweep_began);
            if sweep.left == 0 {
                sweep.at = (sweep_began + SWEEPS).max(sweep.at);
            }
        } else {
            round.ask(now).await;
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

fn new_share(table: &Table, priority: Priority, clock: &Arc<ManualClock>) -> QuotaClient {
    QuotaClient::new(table.clone(), "benchmark", priority, clock.clone())
}

/// The quick look asks for its pages; the others for all that is kept for them, evenly.
fn per_minute(priority: Priority) -> u32 {
    if priority == Priority::Fast { PAGES } else { priority.reserved_hourly() / MINUTES_IN_THE_WINDOW }
}
