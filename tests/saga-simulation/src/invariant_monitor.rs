//! The invariants that are checked at every call and every change.

use super::example::ZONE;
use super::faults::{Fault, Injection, Times};
use super::simulation::{FaultPlan, SimulationState, Target};
use sagas::calls::{WriteRequest, WriteResult};
use sagas::engine::EngineView;
use sagas::ports::{Transition, WriteContext};
use sagas::record::{EntryKind, SagaId, SagaStatus, StuckReason};

/// The faults that look like a crash of the worker from the table's side.
const CRASHES: [Fault; 7] = [
    Fault::CrashesBefore,
    Fault::CrashesAfter,
    Fault::Panics,
    Fault::FreezesBefore,
    Fault::FreezesAfter,
    Fault::TableUnresponsive,
    Fault::TableResponseLost,
];

impl SimulationState {
    pub(super) fn committed(&mut self, transition: &Transition) {
        self.changes += 1;
        let saga = transition.saga;
        if transition.entry.kind == EntryKind::LocksAcquired || transition.terminal.is_some() {
            self.lock_events.push((saga, transition.terminal.is_none()));
        }
        if transition.entry.kind == EntryKind::LocksAcquired {
            let found = self.target_lines(&saga);
            self.found.insert(saga, found);
        }
        if let (Some(terminal), Some(found)) = (&transition.terminal, self.found.get(&saga).cloned())
            && self.compares_targets
        {
            let left = self.target_lines(&saga);
            match terminal.status {
                SagaStatus::RolledBack if left != found => {
                    self.violations.push(format!("I4: {saga} found {found:?} and left {left:?}"));
                }
                SagaStatus::Succeeded => self.check_success(&saga, &left),
                _ => {}
            }
        }
        if transition.entry.kind == EntryKind::Stuck {
            self.check_stuck(transition);
        }
    }

    /// I15: stuck only for reasons that do not pass by themselves.
    fn check_stuck(&mut self, transition: &Transition) {
        let Some(stuck) = &transition.state.progress.stuck else { return };
        self.stuck.push(stuck.reason);
        let injected = |faults: &[Fault]| self.injected.iter().any(|fault| faults.contains(fault));
        let repeated =
            matches!(&self.fault_plan, FaultPlan::At(Injection { times: Times::Always, .. }) | FaultPlan::Anywhere(..));
        let allowed = match stuck.reason {
            StuckReason::CrashLoop => repeated && injected(&CRASHES),
            StuckReason::NeedsDecision => injected(&[Fault::ForeignEdit, Fault::ForeignCreate, Fault::ForeignDelete]),
            StuckReason::UndoRefused => injected(&[Fault::Refused]),
            StuckReason::Unauthorised => repeated && injected(&[Fault::TokenRevoked]),
            StuckReason::UnknownDefinition => injected(&[Fault::OtherBuild]),
        };
        if !allowed {
            self.violations.push(format!(
                "I15: stuck for {:?} ({}) after {:?}",
                stuck.reason,
                stuck.why,
                self.injected.first()
            ));
        }
    }

    /// Returns the lines of the account's dump that the saga's locks cover.
    fn target_lines(&mut self, saga: &SagaId) -> Vec<String> {
        let now = self.now;
        let locks: Vec<String> =
            self.table.records[saga].metadata.definition.locks.iter().map(ToString::to_string).collect();
        let name =
            |line: &str| line.split("\"name\":\"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned);
        let is_covered = |line: &String| match line.strip_prefix("snapshot ") {
            Some(snapshot) => snapshot.contains(&saga.short()),
            None => name(line).is_some_and(|name| locks.iter().any(|lock| lock.ends_with(&format!("#{name}")))),
        };
        self.digitalocean.dump(now).into_iter().filter(is_covered).collect()
    }

    /// I3: the result that the last step at each target requested exists once.
    fn check_success(&mut self, saga: &SagaId, left: &[String]) {
        let steps = self.table.records[saga].metadata.definition.steps.clone();
        for (index, spec) in steps.iter().enumerate() {
            let data = spec.inputs.get("dns_record_data").and_then(serde_json::Value::as_str);
            let later = steps.iter().skip(index + 1).any(|later| later.inputs.contains_key("dns_domain"));
            let count = |data: &str| {
                left.iter()
                    .filter(|line| line.contains(&format!("\"type\":\"A\",\"name\":\"www\",\"data\":\"{data}")))
                    .count()
            };
            let holds = match (spec.step.as_str(), data) {
                _ if later => true,
                ("upsert_dns_record", Some(data)) => count(data) == 1,
                ("delete_dns_record", data) => count(data.unwrap_or_default()) == 0,
                ("create_droplet_snapshot", _) => left.iter().filter(|line| line.starts_with("snapshot ")).count() >= 1,
                _ => true,
            };
            if !holds {
                self.violations.push(format!("I3: {saga} succeeded and left {left:?} of {}", spec.step));
            }
        }
    }

    /// Checks the invariants of every write.
    pub(super) fn check_write(&mut self, worker: usize, write: &WriteRequest, context: &WriteContext) {
        let WriteContext { saga, op_hash, fence, .. } = context;
        if !self.table.has_intent(saga, op_hash, *fence) {
            self.violations.push(format!("I5: {write:?} was sent without an intent"));
        }
        let last = self.fences.entry(*saga).or_default();
        if fence < last {
            self.violations.push(format!("I6: a write under lease {fence} came after one under lease {last}"));
        }
        *last = (*last).max(*fence);
        let attempts = self.table.records[saga].state.steps.iter().flat_map(|step| &step.attempts);
        let known: Vec<u64> = attempts
            .filter_map(|attempt| match attempt.result()? {
                WriteResult::Record(record) => Some(record.id),
                _ => None,
            })
            .collect();
        if self.digitalocean.is_result_visible(write, *saga, &known, self.now) {
            self.violations.push(format!("I7: {write:?} was sent again although its result is visible"));
        }
        let (WriteRequest::UpdateRecord { id, .. } | WriteRequest::DeleteRecord { id, .. }) = write else { return };
        let Some(record) = self.digitalocean.record(*id) else { return };
        let target = Target::Records {
            zone: ZONE.to_owned(),
            name: record.fields.name.clone(),
            record_type: record.fields.record_type.clone(),
        };
        if !self.targets.contains(&target) {
            self.violations.push(format!("I8: {write:?} concerns a resource that is not a target of the saga"));
        }
        // The worker could know of the change if its last list is younger than the change.
        let seen = self.workers[worker].last_list;
        let step = EngineView::current_step_index(&self.table.records[saga]);
        let found_at = self.table.pre_images.get(&(*saga, step)).map(|pre_image| pre_image.at);
        let stays = matches!(write, WriteRequest::UpdateRecord { record: sent, .. } if sent.data == record.fields.data);
        if record.fields.data == super::environment_events::FOREIGN_DATA
            && !stays
            && self
                .foreign
                .get(id)
                .is_some_and(|at| seen.is_some_and(|seen| seen > *at) && found_at.is_some_and(|found| found < *at))
        {
            self.violations.push(format!("I4: {write:?} overwrites a change of another client"));
        }
    }

    pub(super) fn count_call(&mut self) {
        let calls = self.calls_by_minute.entry(self.now.timestamp() / 60).or_default();
        *calls += 1;
        if *calls == 250 {
            self.violations.push("I13: 250 calls in a minute".to_owned());
        }
    }
}
