//! What must hold once all is at rest. What must hold at every call is checked there: [`super::table`], [`super::watch`].

use super::run::Run;
use super::world::{Inner, Target};
use crate::record::{Head, SagaStatus, StuckReason, fold};

/// What a history left behind.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    pub(super) statuses: Vec<SagaStatus>,
    pub(super) after: Vec<String>,
    pub(super) changes: usize,
    pub(super) ticks: usize,
    pub(super) calls: usize,
    /// Why it was stuck, each time.
    pub(super) stuck: Vec<StuckReason>,
    pub(super) violations: Vec<String>,
}

/// What must hold of every history, and what it left behind.
pub(super) fn judge(run: &Run, foreign: bool) -> Outcome {
    let mut inner = run.world.lock();
    let now = inner.now;
    let after = inner.cloud.dump(now);
    let mut violations = std::mem::take(&mut inner.violations);
    violations.append(&mut inner.table.violations);
    for head in inner.table.heads.values() {
        of_saga(&inner, head, &mut violations);
    }
    let statuses: Vec<SagaStatus> = run.sagas.iter().map(|id| inner.table.heads[id].status()).collect();
    if foreign {
        let others = |dump: &[String]| dump.iter().filter(|line| !is_target(&inner, line)).cloned().collect::<Vec<_>>();
        let zone_gone = inner.cloud.zones.is_empty();
        if !zone_gone && others(&after) != others(&run.before) {
            violations
                .push(format!("I8: what is no business of the saga's changed: {:?}", difference(&run.before, &after)));
        }
    } else if statuses.iter().all(|status| *status == SagaStatus::RolledBack) && after != run.before {
        violations.push(format!("I4: something is left: {:?}", difference(&run.before, &after)));
    }
    let most = inner.changes + inner.table.ticks + run.rung + run.delivered;
    if inner.rings > most {
        violations.push(format!("I14: {} rings after {most} occasions", inner.rings));
    }
    if !inner.bells.is_empty() {
        violations.push("I14: rings are left".to_owned());
    }
    Outcome {
        statuses,
        after,
        changes: inner.changes,
        ticks: inner.table.ticks,
        calls: inner.cloud.calls,
        stuck: inner.stuck.clone(),
        violations,
    }
}

fn of_saga(inner: &Inner, head: &Head, violations: &mut Vec<String>) {
    let id = head.about.id;
    let ledger = &inner.table.ledgers[&id];
    let status = head.status();
    if !status.is_terminal() || head.drive.next_due.is_some() {
        violations.push(format!("I9: it rests as {status:?}, due {:?}", head.drive.next_due));
    }
    match inner.table.terminals.get(&id) {
        Some(terminal) if terminal.status == status => {
            let entry = ledger.iter().find(|entry| entry.core.status == status);
            if entry.map(|entry| &entry.hash) != Some(&terminal.ledger_hash) {
                violations.push("I1: the marker is of another entry".to_owned());
            }
        }
        marker => violations.push(format!("I1: it is {status:?} and its marker says {marker:?}")),
    }
    match fold(ledger) {
        Ok(state) if serde_json::to_vec(&state).unwrap() == serde_json::to_vec(&head.state).unwrap() => {}
        Ok(_) => violations.push("I2: the ledger gives another state".to_owned()),
        Err(broken) => violations.push(format!("I2: {broken}")),
    }
    let text = serde_json::to_string(ledger).unwrap();
    if text.contains("dop_v1_") {
        violations.push("I12: a token is in the ledger".to_owned());
    }
}

/// Whether a line of a dump is about what a saga is at, or about what somebody does to its droplet.
fn is_target(inner: &Inner, line: &str) -> bool {
    inner.targets.iter().any(|target| match target {
        Target::Records { zone, name, record_type } => {
            line.starts_with(&format!("{zone} {{\"type\":\"{record_type}\",\"name\":\"{name}\","))
        }
        Target::Droplet { .. } => line.starts_with("snapshot arcadia-snap-") || line == "snapshot ",
    })
}

/// What two dumps do not have in common.
pub(super) fn difference(before: &[String], after: &[String]) -> Vec<String> {
    let lost = before.iter().filter(|line| !after.contains(line)).map(|line| format!("- {line}"));
    let new = after.iter().filter(|line| !before.contains(line)).map(|line| format!("+ {line}"));
    let mut difference: Vec<String> = lost.chain(new).collect();
    if difference.is_empty() {
        difference.push(format!("{} lines, not {}", after.len(), before.len()));
    }
    difference
}
