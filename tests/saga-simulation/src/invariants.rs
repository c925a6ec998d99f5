//! The invariants that are checked at the end of a run. Those of every call and change are in
//! [`super::table`] and [`super::invariant_monitor`].

use super::run::Run;
use super::simulation::{SimulationState, Target};
use sagas::record::{SagaRecord, SagaStatus, StuckReason, fold};

/// The result of a run.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    pub(super) statuses: Vec<SagaStatus>,
    pub(super) after: Vec<String>,
    pub(super) changes: usize,
    pub(super) reschedules: usize,
    pub(super) calls: usize,
    /// The reasons for which sagas were stuck, in order.
    pub(super) stuck: Vec<StuckReason>,
    pub(super) violations: Vec<String>,
}

/// Checks the invariants of a finished run and returns its result.
pub(super) fn check_invariants(run: &Run, foreign: bool) -> Outcome {
    let mut sim = run.simulation.lock();
    // What a run leaves is what is there once the last delayed write has arrived.
    let settled_at = sim.digitalocean.last_delayed_at().map_or(sim.now, |last| last.max(sim.now));
    let after = sim.digitalocean.dump(settled_at);
    let mut violations = std::mem::take(&mut sim.violations);
    violations.append(&mut sim.table.violations);
    for record in sim.table.records.values() {
        check_saga(&sim, record, &mut violations);
    }
    let statuses: Vec<SagaStatus> = run.sagas.iter().map(|id| sim.table.records[id].status()).collect();
    if foreign {
        let other_lines =
            |dump: &[String]| dump.iter().filter(|line| !is_target(&sim, line)).cloned().collect::<Vec<_>>();
        let zone_gone = sim.digitalocean.zones.is_empty();
        if !zone_gone && other_lines(&after) != other_lines(&run.before) {
            violations.push(format!(
                "I8: a resource that is not a target of the saga has changed: {:?}",
                difference(&run.before, &after)
            ));
        }
    } else if statuses.iter().all(|status| *status == SagaStatus::RolledBack) && after != run.before {
        violations.push(format!("I4: the rollback left a difference: {:?}", difference(&run.before, &after)));
    }
    let most = sim.changes + sim.table.reschedules + run.woken + run.delivered;
    if sim.wake_ups_sent > most {
        violations.push(format!("I14: {} wake-ups for {most} occasions", sim.wake_ups_sent));
    }
    if !sim.wake_ups.is_empty() {
        violations.push("I14: wake-ups are left at the end".to_owned());
    }
    Outcome {
        statuses,
        after,
        changes: sim.changes,
        reschedules: sim.table.reschedules,
        calls: sim.digitalocean.calls,
        stuck: sim.stuck.clone(),
        violations,
    }
}

fn check_saga(sim: &SimulationState, record: &SagaRecord, violations: &mut Vec<String>) {
    let id = record.metadata.id;
    let ledger = &sim.table.ledgers[&id];
    let status = record.status();
    if !status.is_terminal() || record.scheduling.next_due.is_some() {
        violations.push(format!("I9: the run ended with a saga {status:?}, due {:?}", record.scheduling.next_due));
    }
    match sim.table.terminals.get(&id) {
        Some(terminal) if terminal.status == status => {
            let entry = ledger.iter().find(|entry| entry.progress.status == status);
            if entry.map(|entry| &entry.hash) != Some(&terminal.ledger_hash) {
                violations.push("I1: the terminal marker belongs to another entry".to_owned());
            }
        }
        marker => violations.push(format!("I1: the saga is {status:?} and its terminal marker is {marker:?}")),
    }
    match fold(ledger) {
        Ok(state) if serde_json::to_vec(&state).unwrap() == serde_json::to_vec(&record.state).unwrap() => {}
        Ok(_) => violations.push("I2: the ledger folds to another state".to_owned()),
        Err(broken) => violations.push(format!("I2: {broken}")),
    }
    let text = serde_json::to_string(ledger).unwrap();
    if text.contains("dop_v1_") {
        violations.push("I12: a token is in the ledger".to_owned());
    }
}

/// Returns whether a line of a dump belongs to a target of the sagas, or to another client's action
/// on their droplet.
fn is_target(sim: &SimulationState, line: &str) -> bool {
    sim.targets.iter().any(|target| match target {
        Target::Records { zone, name, record_type } => {
            line.starts_with(&format!("{zone} {{\"type\":\"{record_type}\",\"name\":\"{name}\","))
        }
        Target::Droplet { .. } => line.starts_with("snapshot arcadia-snap-") || line == "snapshot ",
    })
}

/// Returns the lines that only one of two dumps has.
pub(super) fn difference(before: &[String], after: &[String]) -> Vec<String> {
    let lost = before.iter().filter(|line| !after.contains(line)).map(|line| format!("- {line}"));
    let new = after.iter().filter(|line| !before.contains(line)).map(|line| format!("+ {line}"));
    let mut difference: Vec<String> = lost.chain(new).collect();
    if difference.is_empty() {
        difference.push(format!("{} lines, not {}", after.len(), before.len()));
    }
    difference
}
