//! Proof that the simulation detects mistakes: each build of [`super::mutants`] must violate the
//! invariant that is meant to detect its mistake.

use super::faults::{Fault, Injection, TIMES};
use super::matrix::{baseline, histories, history, history_name};
use super::mutants::{self, Build};
use super::scenario::all;

fn violations(build: Build, scenario: &str, fault: Fault) -> Vec<String> {
    let scenarios = all();
    let scenario = scenarios.iter().find(|known| known.name == scenario).unwrap();
    let (expected, places) = baseline(scenario);
    let fitting: Vec<Injection> = histories(&places).filter(|injection| injection.fault == fault).collect();
    assert!(fitting.len() >= TIMES.len(), "the fault fits no call of the scenario");
    let named_violations = |injection: &Injection| {
        let violations = history(build, scenario, &expected, injection).violations;
        let name = history_name(scenario, injection);
        violations.into_iter().map(|violation| format!("{name}: {violation}")).collect::<Vec<_>>()
    };
    fitting.iter().flat_map(named_violations).collect()
}

/// Asserts that a build violates an invariant in a scenario under a fault, and that the product
/// does not.
#[track_caller]
fn assert_detected(build: Build, scenario: &str, fault: Fault, invariant: &str) {
    let sound = violations(Build::SOUND, scenario, fault);
    assert!(sound.is_empty(), "violations without the mistake: {sound:?}");
    let found = violations(build, scenario, fault);
    println!("{} violations, such as {}", found.len(), found.first().map_or("none", String::as_str));
    let breaks = |violation: &String| violation.contains(&format!(": {invariant}: "));
    assert!(found.iter().any(breaks), "the mistake does not violate {invariant}: {found:?}");
}

#[test]
fn a_change_written_without_the_lease_is_detected() {
    let build = Build::deciding(mutants::no_fence_check);
    assert_detected(build, "upsert_dns_record: created, fail", Fault::FreezesBefore, "I6");
}

#[test]
fn a_write_sent_before_its_intent_is_detected() {
    let build = Build { sends_before_storing: true, ..Build::SOUND };
    assert_detected(build, "upsert_dns_record: created", Fault::CrashesAfter, "I5");
}

#[test]
fn a_failed_step_that_is_not_compensated_is_detected() {
    let build = Build::deciding(mutants::undo_skips_the_failed_step);
    assert_detected(build, "upsert_dns_record: created", Fault::Cancelled, "I4");
}

#[test]
fn a_write_repeated_without_a_search_is_detected() {
    let build = Build::deciding(mutants::resends_without_searching);
    assert_detected(build, "upsert_dns_record: created", Fault::ResponseLost, "I7");
}

#[test]
fn a_saga_that_is_never_due_again_is_detected() {
    let build = Build::deciding(mutants::loses_next_due);
    assert_detected(build, "wait: 20 minutes", Fault::WakeUpLost, "I11");
}

#[test]
fn a_compensation_in_the_order_of_execution_is_detected() {
    let build = Build::deciding(mutants::undoes_first_to_last);
    let scenario = "upsert_dns_record: created, create_droplet_snapshot, delete_dns_record, fail";
    assert_detected(build, scenario, Fault::WakeUpLost, "I4");
}

#[test]
fn a_lost_answer_taken_for_a_write_not_carried_out_is_detected() {
    let build = Build::deciding(mutants::lost_answer_means_not_done);
    assert_detected(build, "upsert_dns_record: created", Fault::ResponseLost, "I3");
}

#[test]
fn a_deletion_without_an_answer_taken_for_done_is_detected() {
    let build = Build::deciding(mutants::lost_deletion_means_done);
    assert_detected(build, "delete_dns_record: deleted", Fault::ServerErrorNotApplied, "I3");
}

#[test]
fn retries_that_do_not_count_are_detected() {
    let build = Build::deciding(mutants::does_not_count_retries);
    assert_detected(build, "create_droplet_snapshot: of a droplet", Fault::PendingEvent, "I13");
}

#[test]
fn a_terminal_marker_before_the_last_write_is_detected() {
    let build = Build::deciding(mutants::ends_before_the_last_write);
    assert_detected(build, "upsert_dns_record: created", Fault::Refused, "I1");
}

#[test]
fn locks_released_before_the_compensation_are_detected() {
    let build = Build::deciding(mutants::releases_locks_early);
    assert_detected(build, "upsert_dns_record: created, fail", Fault::WakeUpLost, "I11");
}

#[test]
fn an_end_without_a_post_check_is_detected() {
    let build = Build::deciding(mutants::skips_the_post_check);
    assert_detected(build, "upsert_dns_record: created, fail", Fault::AppliedMuchLater, "I4");
}

#[test]
fn a_write_sent_after_its_time_limit_is_detected() {
    let build = Build::deciding(mutants::ignores_the_time_limit);
    assert_detected(build, "upsert_dns_record: created", Fault::FreezesBefore, "I6");
}

#[test]
fn a_pre_image_that_is_not_stored_is_detected() {
    let build = Build::deciding(mutants::loses_the_pre_image);
    assert_detected(build, "upsert_dns_record: updated, fail", Fault::CrashesAfter, "I4");
}

#[test]
fn a_change_that_overwrites_an_operators_command_is_detected() {
    let build = Build { checks_revisions: false, ..Build::SOUND };
    assert_detected(build, "upsert_dns_record: created", Fault::Cancelled, "I2");
}
