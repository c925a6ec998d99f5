//! The report about priorities that wait during a scan of backups.

use store::Priority;

use crate::starvation::Starvation;
use crate::text::{count, table};

pub(super) fn show(starvation: &Starvation) -> String {
    let Starvation { droplets, requests, minutes, constant_loads, sweeps, sweep_requests, .. } = starvation;
    let rows: Vec<Vec<String>> = constant_loads
        .iter()
        .map(|one| {
            let priority = format!("{:?}", one.priority).to_lowercase();
            vec![priority, count(one.per_minute), count(one.requested), count(one.waited)]
        })
        .collect();
    let [hourly, minutely] = <[u32; 2]>::from(Priority::ParentScans.max_available());
    format!(
        "== the backups of {} droplets, all on one token of 5,000 requests an hour and 250 a minute ==\n\n\
         A scan of {} requests takes {} h {:02} min, since {} an hour and {minutely} a minute are available to it. Meanwhile:\n\n{}\n\
         full sweeps of {} requests every 15 minutes: {}, the slowest took {} s\n\
         table requests for all reservations: {} writes, {} reads\n",
        count(*droplets),
        count(*requests),
        minutes / 60,
        minutes % 60,
        count(hourly),
        table(&["priority", "requests a minute", "requests", "had to wait"], &rows),
        count(*sweep_requests),
        count(*sweeps),
        starvation.slowest_sweep_seconds,
        count(starvation.table_writes as u64),
        count(starvation.table_reads as u64),
    )
}
