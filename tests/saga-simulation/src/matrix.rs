//! The crash matrix: every scenario, every call that it makes, every fault that fits the call;
//! once, twice and for half an hour.

use std::collections::BTreeMap;

use super::faults::{ALL, Call, Fault, Injection, TIMES, Times};
use super::invariants::{Outcome, check_invariants};
use super::mutants::Build;
use super::run::Run;
use super::scenario::{Scenario, all};
use super::simulation::FaultPlan;
use sagas::record::{SagaStatus, StuckReason};

/// How many equal calls of a scenario are tested separately: polls are many and alike.
const SAME_CALL: usize = 2;

/// The maximum number of calls to DigitalOcean per step, whatever fails for half an hour.
const MOST_CALLS: usize = 300;

/// Runs a scenario without faults; returns its result and the calls that it makes.
pub(super) fn baseline(scenario: &Scenario) -> (Outcome, Vec<(Call, usize)>) {
    let run = Run::of(std::slice::from_ref(scenario), FaultPlan::None, None, 4);
    run.simulation.lock().trace = Some(Vec::new());
    let run = run.run();
    let outcome = check_invariants(&run, false);
    assert!(outcome.violations.is_empty(), "{}: {:?}", scenario.name, outcome.violations);
    let mut counts: BTreeMap<Call, usize> = BTreeMap::new();
    for call in run.simulation.lock().trace.take().unwrap_or_default() {
        let count = counts.entry(call).or_default();
        *count = (*count + 1).min(SAME_CALL);
    }
    let call_points =
        counts.into_iter().flat_map(|(call, count)| (1..=count).map(move |nth| (call.clone(), nth))).collect();
    (outcome, call_points)
}

/// Runs a scenario with one injection, and adds to the result what differs from the expected one.
pub(super) fn history(build: Build, scenario: &Scenario, expected: &Outcome, injection: &Injection) -> Outcome {
    let run = Run::of(std::slice::from_ref(scenario), FaultPlan::At(injection.clone()), None, 4).on(build).run();
    if std::env::var("SAGA_LEDGER").is_ok() {
        super::run::print_ledgers(&run);
    }
    let foreign = injection.fault.is_foreign();
    let mut outcome = check_invariants(&run, foreign);
    let injected = !run.simulation.lock().injected.is_empty();
    let status = outcome.statuses[0];
    let passes = injection.times != Times::Always && passes_by_itself(injection.fault);
    if (passes || !injected) && status != expected.statuses[0] {
        outcome.violations.push(format!("I9: the saga ended {status:?}, not {:?}", expected.statuses[0]));
    }
    if status == SagaStatus::Succeeded
        && expected.statuses[0] == SagaStatus::Succeeded
        && !foreign
        && outcome.after != expected.after
    {
        let difference = super::invariants::difference(&expected.after, &outcome.after);
        outcome.violations.push(format!("I3: the saga succeeded with another result: {difference:?}"));
    }
    if status == SagaStatus::Closed && !foreign && injected && injection.times != Times::Always {
        outcome.violations.push("I15: the saga had to be closed".to_owned());
    }
    let most = MOST_CALLS * scenario.requests.len();
    if outcome.calls > most {
        outcome.violations.push(format!("I13: {} calls to DigitalOcean, more than {most}", outcome.calls));
    }
    outcome
}

/// Returns whether a saga must end as it does without the fault.
fn passes_by_itself(fault: Fault) -> bool {
    !fault.is_foreign() && !matches!(fault, Fault::Refused | Fault::Cancelled | Fault::ActionFails)
}

/// Returns the name of a history, by which it can be repeated (`SAGA_HISTORY`).
pub(super) fn history_name(scenario: &Scenario, injection: &Injection) -> String {
    let Injection { fault, call, nth, times } = injection;
    format!("{} | {fault:?} {times:?} at {call:?} {nth}", scenario.name)
}

/// Returns every injection into a scenario; each makes one history, a simulated run.
pub(super) fn histories(call_points: &[(Call, usize)]) -> impl Iterator<Item = Injection> + '_ {
    call_points.iter().flat_map(|(call, nth)| {
        let fitting = ALL.iter().filter(|fault| fault.fits(call));
        fitting.flat_map(move |fault| {
            TIMES.iter().map(move |times| Injection { fault: *fault, call: call.clone(), nth: *nth, times: *times })
        })
    })
}

#[test]
fn crash_matrix() {
    let only = std::env::var("SAGA_HISTORY").ok();
    let scenarios = all();
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let part = |part| {
            let (scenarios, only) = (&scenarios, only.as_deref());
            scope.spawn(move || {
                scenarios.iter().map(|scenario| tally(scenario, only, part, threads)).fold(Tally::default(), Tally::and)
            })
        };
        let parts: Vec<_> = (0..threads).map(part).collect();
        parts.into_iter().map(|part| part.join().unwrap()).collect()
    });
    let tally = tallies.into_iter().fold(Tally::default(), Tally::and);
    println!(
        "crash matrix: {} scenarios, {} histories, {} violations",
        scenarios.len(),
        tally.histories,
        tally.failed.len()
    );
    println!(
        "ended {:?}, were stuck for {:?}, called DigitalOcean at most {} times",
        tally.ends, tally.stuck, tally.most_calls
    );
    println!("by fault: {:?}", tally.by_fault);
    for line in tally.failed.iter().take(40) {
        println!("{line}");
    }
    assert!(tally.failed.is_empty(), "{} histories violate an invariant", tally.failed.len());
}

/// The results of several histories.
#[derive(Debug, Default)]
struct Tally {
    histories: usize,
    by_fault: BTreeMap<Fault, usize>,
    ends: BTreeMap<String, usize>,
    stuck: BTreeMap<StuckReason, usize>,
    most_calls: usize,
    failed: Vec<String>,
}

impl Tally {
    fn and(mut self, other: Self) -> Self {
        self.histories += other.histories;
        other.by_fault.into_iter().for_each(|(fault, count)| *self.by_fault.entry(fault).or_default() += count);
        other.ends.into_iter().for_each(|(end, count)| *self.ends.entry(end).or_default() += count);
        other.stuck.into_iter().for_each(|(reason, count)| *self.stuck.entry(reason).or_default() += count);
        self.most_calls = self.most_calls.max(other.most_calls);
        self.failed.extend(other.failed);
        self
    }
}

/// Runs the part of a scenario's histories that one of several threads has.
fn tally(scenario: &Scenario, only: Option<&str>, part: usize, parts: usize) -> Tally {
    let mut tally = Tally::default();
    let (expected, call_points) = baseline(scenario);
    for injection in histories(&call_points).skip(part).step_by(parts) {
        let name = history_name(scenario, &injection);
        if only.is_some_and(|only| !name.contains(only)) {
            continue;
        }
        let outcome = history(Build::SOUND, scenario, &expected, &injection);
        tally.histories += 1;
        *tally.by_fault.entry(injection.fault).or_default() += 1;
        *tally.ends.entry(format!("{:?}", outcome.statuses[0])).or_default() += 1;
        outcome.stuck.iter().for_each(|reason| *tally.stuck.entry(*reason).or_default() += 1);
        tally.most_calls = tally.most_calls.max(outcome.calls);
        if !outcome.violations.is_empty() {
            let violations = outcome.violations.join("; ");
            tally.failed.push(format!(
                "SAGA_HISTORY='{name}' cargo test -p saga-simulation crash_matrix -- --nocapture  # {violations}"
            ));
        }
    }
    tally
}

#[test]
fn every_scenario_ends_well_without_faults() {
    for scenario in all() {
        let (outcome, call_points) = baseline(&scenario);
        println!(
            "{}: {:?}, {} changes, {} reschedules, {} calls, {} injection points",
            scenario.name,
            outcome.statuses,
            outcome.changes,
            outcome.reschedules,
            outcome.calls,
            call_points.len()
        );
    }
}
