//! Random schedules: several sagas, workers and faults at once.
//!
//! The seed determines everything: the sagas, the number of workers, the faults, and the order of
//! execution.

use std::sync::atomic::{AtomicU64, Ordering};

use super::faults::Fault;
use super::invariants::{Outcome, check_invariants};
use super::rng::Rng;
use super::run::{Run, print_ledgers};
use super::scenario::{Scenario, all};
use super::simulation::FaultPlan;
use sagas::record::SagaStatus;

/// The number of seeds, unless `SAGA_SEEDS` sets another.
const SEEDS: u64 = 10_000;

/// The faults for several sagas that may change the same names.
const AMONG_SAGAS: &[Fault] = &[
    Fault::CrashesBefore,
    Fault::CrashesAfter,
    Fault::TableResponseLost,
    Fault::TableUnresponsive,
    Fault::NotSent,
    Fault::ResponseLost,
    Fault::ServerErrorApplied,
    Fault::ServerErrorNotApplied,
    Fault::AppliedLater,
    Fault::WakeUpLost,
    Fault::WakeUpTripled,
    Fault::Purged,
    Fault::FreezesBefore,
    Fault::FreezesAfter,
    Fault::ClockAhead,
    Fault::ClockBehind,
    Fault::ListFails,
    Fault::RateLimited,
    Fault::TokenRevoked,
    Fault::PendingEvent,
    Fault::ActionFails,
    Fault::Cancelled,
    Fault::TableUnavailable,
    Fault::Conflict,
    Fault::Panics,
    Fault::Malformed,
];

/// The faults for a saga that runs alone.
const ALONE: &[Fault] = &[
    Fault::CrashesBefore,
    Fault::CrashesAfter,
    Fault::TableResponseLost,
    Fault::NotSent,
    Fault::ResponseLost,
    Fault::AppliedLater,
    Fault::AppliedMuchLater,
    Fault::WakeUpHoursLate,
    Fault::Purged,
    Fault::FreezesBefore,
    Fault::FreezesAfter,
    Fault::ClockAhead,
    Fault::ClockBehind,
    Fault::StaleList,
    Fault::HourlyLimitReached,
    Fault::Refused,
    Fault::OtherBuild,
    Fault::Cancelled,
    Fault::Conflict,
];

/// Runs the schedule of one seed.
fn schedule(scenarios: &[Scenario], seed: u64) -> (Run, Outcome) {
    let mut rng = Rng::seeded(seed);
    let alone = rng.percent(40);
    let count = if alone { 1 } else { 2 + rng.below(2) };
    let chosen: Vec<Scenario> = (0..count).map(|_| rng.pick(scenarios).clone()).collect();
    let workers = 2 + rng.below(3);
    let percent = [1, 3, 6, 12][rng.below(4)];
    let faults = if alone { ALONE } else { AMONG_SAGAS };
    let order = Rng::seeded(rng.next());
    let run = Run::of(&chosen, FaultPlan::Anywhere(rng, percent, faults), Some(order), workers);
    run.simulation.lock().compares_targets = !alone;
    let run = run.run();
    let mut outcome = check_invariants(&run, false);
    if let (true, SagaStatus::Succeeded) = (alone, outcome.statuses[0]) {
        let expected = super::matrix::baseline(&chosen[0]).0;
        if expected.statuses[0] != SagaStatus::Succeeded || expected.after != outcome.after {
            let difference = super::invariants::difference(&expected.after, &outcome.after);
            outcome.violations.push(format!("I3: the saga succeeded with another result: {difference:?}"));
        }
    }
    (run, outcome)
}

/// Runs the seeds on all processors. Returns the number of seeds, the ends of the sagas, and one
/// line per seed with violations.
fn search(seeds: u64, max_failed: usize) -> (u64, [usize; 3], Vec<String>) {
    let scenarios = all();
    let next = AtomicU64::new(0);
    let parts: Vec<([usize; 3], Vec<String>)> = std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let work = || {
            let (mut ends, mut failed) = ([0; 3], Vec::new());
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= seeds || failed.len() >= max_failed {
                    return (ends, failed);
                }
                let (_, outcome) = schedule(&scenarios, seed);
                for status in &outcome.statuses {
                    match status {
                        SagaStatus::Succeeded => ends[0] += 1,
                        SagaStatus::RolledBack => ends[1] += 1,
                        _ => ends[2] += 1,
                    }
                }
                if !outcome.violations.is_empty() {
                    failed.push(format!(
                        "SAGA_SEED={seed} cargo test -p saga-simulation random_schedules -- --nocapture  # {}",
                        outcome.violations.join("; ")
                    ));
                }
            }
        };
        let parts: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        parts.into_iter().map(|part| part.join().unwrap()).collect()
    });
    let mut ends = [0; 3];
    for (part, _) in &parts {
        (0..3).for_each(|index| ends[index] += part[index]);
    }
    (next.into_inner().min(seeds), ends, parts.into_iter().flat_map(|(_, failed)| failed).collect())
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn random_schedules_end_clean() {
    if let Some(seed) = number("SAGA_SEED") {
        let (run, outcome) = schedule(&all(), seed);
        print_ledgers(&run);
        assert!(outcome.violations.is_empty(), "{:?}", outcome.violations);
        return;
    }
    let (count, [succeeded, rolled_back, closed], failed) = search(number("SAGA_SEEDS").unwrap_or(SEEDS), 20);
    println!(
        "random schedules: {count}, sagas: {succeeded} succeeded, {rolled_back} rolled back, {closed} closed, violations: {}",
        failed.len()
    );
    for line in &failed {
        println!("{line}");
    }
    assert!(failed.is_empty(), "{} schedules violate an invariant", failed.len());
}
