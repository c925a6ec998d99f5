//! The report about sagas, with a row for each ending.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::measured::TableUsage;
use crate::saga::{DriveResult, REQUESTS_OF_A_STEP, STEPS, Sagas};
use crate::text::{count, ratio, table, whole};

const MB: f64 = 1.0e6;
/// The requests to DigitalOcean that a simple script makes for a record: it lists the records to
/// find it, and writes it.
const CALLS_OF_A_SCRIPT: f64 = 2.0;

pub(super) fn show(measured: &Sagas) -> String {
    let Sagas { sagas, workers, succeeded, rolled_back } = measured;
    let mut text =
        format!("== {} sagas of {STEPS} records each, {workers} functions for each phase ==\n\n", count(*sagas));
    let runs = [("succeeded", succeeded), ("rolled back", rolled_back)];
    let rows = runs.map(|(name, driven)| speed(measured, name, driven));
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{}", table(&SPEED, &rows));
    let rows = runs.map(|(name, driven)| requests_and_units(measured, name, driven));
    let _ = writeln!(text, "{}", table(&REQUESTS_AND_UNITS, &rows));
    let compensating = (rolled_back.table_requests() - succeeded.table_requests()) / measured.steps();
    let _ = writeln!(
        text,
        "An uneventful step may take {REQUESTS_OF_A_STEP} table requests, including its part of the saga's lease, but not the start, announcements or reserved \
         quota.\nFailure and compensation took {compensating:.2} more for each compensated step. Units of driving include those of the announcements.",
    );
    for (name, driven) in runs {
        let DriveResult { starts, driving, quota, .. } = driven;
        for (what, of) in [("starts", starts), ("driving", driving), ("quota", quota)] {
            let _ = writeln!(text, "table requests, {name}, {what}: {}", operations(of));
        }
    }
    let _ = writeln!(text, "\n{}", calls(measured));
    let script = CALLS_OF_A_SCRIPT * measured.steps();
    let _ = writeln!(
        text,
        "A script that only lists and writes makes {} calls. The sagas that succeeded made {} as many, those that were rolled back {}.",
        whole(script),
        ratio(f64::from(succeeded.calls(false)), script),
        ratio(f64::from(rolled_back.calls(false)), script),
    );
    let (replayed, postponed) =
        (succeeded.replayed + rolled_back.replayed, succeeded.postponed + rolled_back.postponed);
    let _ = writeln!(
        text,
        "{} ledgers were read back. {} post-checks are not part of the measurement: they are due a quarter of an hour later.",
        count(replayed),
        count(postponed),
    );
    text
}

const SPEED: [&str; 8] = ["run", "seconds", "sagas/s", "steps/s", "CPU s", "peak MB", "wake-ups", "per saga"];

fn speed(measured: &Sagas, name: &str, driven: &DriveResult) -> Vec<String> {
    let (sagas, seconds) = (f64::from(measured.sagas), driven.seconds);
    vec![
        name.to_owned(),
        format!("{seconds:.2}"),
        format!("{:.1}", sagas / seconds),
        format!("{:.1}", measured.steps() / seconds),
        format!("{:.2}", driven.cpu_seconds),
        driven.peak_bytes.map_or_else(|| "?".to_owned(), |bytes| format!("{:.1}", bytes as f64 / MB)),
        count(driven.wake_ups),
        format!("{:.2}", f64::from(driven.wake_ups) / sagas),
    ]
}

const REQUESTS_AND_UNITS: [&str; 9] = [
    "per step",
    "table requests",
    "announcements",
    "quota",
    "DO calls",
    "per saga: start WRU",
    "driving WRU",
    "driving RRU",
    "quota WRU",
];

fn requests_and_units(measured: &Sagas, name: &str, driven: &DriveResult) -> Vec<String> {
    let step = |number: f64| format!("{:.2}", number / measured.steps());
    let saga = |units: f64| format!("{:.2}", units / f64::from(measured.sagas));
    let DriveResult { starts, driving, quota, .. } = driven;
    vec![
        name.to_owned(),
        step(driven.table_requests()),
        step(driven.announcements()),
        step(quota.requests.values().sum::<usize>() as f64),
        step(driven.calls(false).into()),
        saga(starts.write_units),
        saga(driving.write_units),
        saga(driving.read_units),
        saga(quota.write_units),
    ]
}

fn operations(of: &TableUsage) -> String {
    let operations = of.requests.iter().map(|(name, times)| format!("{} {name}", count(*times as u64)));
    operations.collect::<Vec<_>>().join(", ")
}

fn calls(measured: &Sagas) -> String {
    let Sagas { succeeded, rolled_back, .. } = measured;
    let kinds: BTreeSet<&String> = succeeded.calls.keys().chain(rolled_back.calls.keys()).collect();
    let of = |driven: &DriveResult, kind: &String| {
        let times = driven.calls.get(kind).copied().unwrap_or_default();
        [count(times), format!("{:.2}", f64::from(times) / measured.steps())]
    };
    let row = |kind: &String| {
        let cells = of(succeeded, kind).into_iter().chain(of(rolled_back, kind));
        std::iter::once(kind.clone()).chain(cells).collect()
    };
    let rows: Vec<Vec<String>> = kinds.into_iter().map(row).collect();
    table(&["requests to DigitalOcean", "succeeded", "per step", "rolled back", "per step"], &rows)
}
