//! The harness finds mistakes: five in the engine, each made on purpose, each to be found by an invariant that is meant to find it.

use super::faults::{Fault, Injection, TIMES};
use super::matrix::{baseline, histories, history, shown};
use super::scenario::all;
use crate::engine::mutants::{Mutant, with};

/// (the mistake, a scenario that shows it, a fault that brings it out, the invariant that it breaks).
const MUTANTS: [(Mutant, &str, Fault, &str); 5] = [
    (Mutant::NoFenceCheck, "upsert_dns_record: created, fail", Fault::FreezesBefore, "I6"),
    (Mutant::NoIntent, "upsert_dns_record: created", Fault::DiesAfter, "I5"),
    (Mutant::UndoSkipsTheFailedStep, "upsert_dns_record: created", Fault::Cancelled, "I4"),
    (Mutant::SendsAgainWithoutLooking, "upsert_dns_record: created", Fault::AnswerLost, "I7"),
    (Mutant::LosesNextDue, "wait: 20 minutes", Fault::WakeUpLost, "I11"),
];

fn violations(mutant: Option<Mutant>, scenario: &str, fault: Fault) -> Vec<String> {
    let scenarios = all();
    let scenario = scenarios.iter().find(|known| known.name == scenario).unwrap();
    let (expected, places) = baseline(scenario);
    let found = || {
        let fitting: Vec<Injection> = histories(&places).filter(|injection| injection.fault == fault).collect();
        assert!(fitting.len() >= TIMES.len(), "the fault fits nowhere");
        let wrong = |injection: &Injection| {
            let violations = history(scenario, &expected, injection).violations;
            violations
                .into_iter()
                .map(|violation| format!("{}: {violation}", shown(scenario, injection)))
                .collect::<Vec<_>>()
        };
        fitting.iter().flat_map(wrong).collect()
    };
    match mutant {
        Some(mutant) => with(mutant, found),
        None => found(),
    }
}

fn goes_red(index: usize) {
    let (mutant, scenario, fault, invariant) = MUTANTS[index];
    let sound = violations(None, scenario, fault);
    assert!(sound.is_empty(), "without the mistake: {sound:?}");
    let found = violations(Some(mutant), scenario, fault);
    println!("{mutant:?}: {} violations, such as {}", found.len(), found.first().map_or("none", String::as_str));
    assert!(
        found.iter().any(|violation| violation.contains(invariant)),
        "{mutant:?} does not break {invariant}: {found:?}"
    );
}

#[test]
fn a_change_written_without_the_lease_is_found() {
    goes_red(0);
}

#[test]
fn a_write_sent_before_its_intent_is_found() {
    goes_red(1);
}

#[test]
fn leaving_what_the_failed_step_did_is_found() {
    goes_red(2);
}

#[test]
fn sending_again_without_looking_is_found() {
    goes_red(3);
}

#[test]
fn a_saga_that_is_never_due_again_is_found() {
    goes_red(4);
}
