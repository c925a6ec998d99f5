//! Proof that the simulation detects mistakes: five are made in the engine on purpose, and each
//! must violate the invariant that is meant to detect it.

use super::faults::{Fault, Injection, TIMES};
use super::matrix::{baseline, histories, history, history_name};
use super::scenario::all;
use crate::engine::mutants::{Mutant, with};

/// The mistake, a scenario that shows it, a fault that brings it out, and the invariant that it
/// violates.
const MUTANTS: [(Mutant, &str, Fault, &str); 5] = [
    (Mutant::NoFenceCheck, "upsert_dns_record: created, fail", Fault::FreezesBefore, "I6"),
    (Mutant::NoIntent, "upsert_dns_record: created", Fault::CrashesAfter, "I5"),
    (Mutant::UndoSkipsTheFailedStep, "upsert_dns_record: created", Fault::Cancelled, "I4"),
    (Mutant::ResendsWithoutSearching, "upsert_dns_record: created", Fault::ResponseLost, "I7"),
    (Mutant::LosesNextDue, "wait: 20 minutes", Fault::WakeUpLost, "I11"),
];

fn violations(mutant: Option<Mutant>, scenario: &str, fault: Fault) -> Vec<String> {
    let scenarios = all();
    let scenario = scenarios.iter().find(|known| known.name == scenario).unwrap();
    let (expected, places) = baseline(scenario);
    let found = || {
        let fitting: Vec<Injection> = histories(&places).filter(|injection| injection.fault == fault).collect();
        assert!(fitting.len() >= TIMES.len(), "the fault fits no call of the scenario");
        let named_violations = |injection: &Injection| {
            let violations = history(scenario, &expected, injection).violations;
            violations
                .into_iter()
                .map(|violation| format!("{}: {violation}", history_name(scenario, injection)))
                .collect::<Vec<_>>()
        };
        fitting.iter().flat_map(named_violations).collect()
    };
    match mutant {
        Some(mutant) => with(mutant, found),
        None => found(),
    }
}

fn assert_detected(index: usize) {
    let (mutant, scenario, fault, invariant) = MUTANTS[index];
    let sound = violations(None, scenario, fault);
    assert!(sound.is_empty(), "violations without the mistake: {sound:?}");
    let found = violations(Some(mutant), scenario, fault);
    println!("{mutant:?}: {} violations, such as {}", found.len(), found.first().map_or("none", String::as_str));
    assert!(
        found.iter().any(|violation| violation.contains(invariant)),
        "{mutant:?} does not violate {invariant}: {found:?}"
    );
}

#[test]
fn a_change_written_without_the_lease_is_detected() {
    assert_detected(0);
}

#[test]
fn a_write_sent_before_its_intent_is_detected() {
    assert_detected(1);
}

#[test]
fn a_failed_step_that_is_not_compensated_is_detected() {
    assert_detected(2);
}

#[test]
fn a_write_repeated_without_a_search_is_detected() {
    assert_detected(3);
}

#[test]
fn a_saga_that_is_never_due_again_is_detected() {
    assert_detected(4);
}
