//! Events of the environment, which are independent of the workers' calls: other clients,
//! cancellations, outages.

use chrono::{DateTime, TimeDelta, Utc};

use super::example::record;
use super::faults::{Fault, Injection, Times};
use super::simulation::{FaultPlan, ScheduledWakeUp, SimulationState, Target};
use sagas::calls::Record;
use sagas::engine::EngineView;
use sagas::engine::operator::{CommandDecision, OperatorCommand, decide_command};
use sagas::ports::{Observations, Transition};
use sagas::record::{Actor, Phase, SagaId};
use sagas::steps::STEPS;

/// The data of records that another client changes or creates.
pub(super) const FOREIGN_DATA: &str = "203.0.113.99";

impl SimulationState {
    /// Returns when a lasting fault ends: after `once` or `twice` seconds by the plan, or with all
    /// faults.
    fn end_of_lasting(&self, once: i64, twice: i64) -> DateTime<Utc> {
        match &self.fault_plan {
            FaultPlan::At(Injection { times: Times::Always, .. }) => self.faults_end,
            FaultPlan::At(Injection { times: Times::Twice, .. }) => self.now + TimeDelta::seconds(twice),
            _ => self.now + TimeDelta::seconds(once),
        }
    }

    /// Applies the event of a fault, if it has one, at whatever call it is injected.
    pub(super) fn apply_event(&mut self, worker: usize, fault: Fault) {
        match fault {
            Fault::Purged => self.wake_ups.clear(),
            // Each late wake-up leads to more calls, at which more of this fault could be injected;
            // hence the limit.
            Fault::WakeUpHoursLate if self.injected.len() < 20 => {
                for saga in self.table.records.keys().copied().collect::<Vec<_>>() {
                    for (hours, phase) in
                        [(0, Phase::Forward), (0, Phase::Compensate), (3, Phase::Forward), (3, Phase::Compensate)]
                    {
                        let at = self.now + TimeDelta::hours(hours);
                        self.wake_ups.push(ScheduledWakeUp { at, saga, phase });
                    }
                }
            }
            Fault::ClockAhead => self.skew = TimeDelta::seconds(60),
            Fault::ClockBehind => self.skew = TimeDelta::seconds(-60),
            Fault::ForeignEdit
            | Fault::ForeignTtl
            | Fault::ForeignCreate
            | Fault::ForeignDelete
            | Fault::TargetGone => self.interfere(fault),
            Fault::OtherBuild => self.other_build_until = Some(self.end_of_lasting(120, 600)),
            Fault::Cancelled => self.cancel(),
            Fault::TableUnavailable => self.table_down_until = Some(self.end_of_lasting(10, 90)),
            Fault::Malformed if self.injected.len() < 20 => self.malformed += 1,
            Fault::ActionFails => self.digitalocean.fail_running_actions(self.now),
            _ => {}
        }
        let skew = self.skew;
        self.workers[worker].skew = skew;
    }

    fn cancel(&mut self) {
        let sagas: Vec<SagaId> = self.table.records.keys().copied().collect();
        for saga in sagas {
            let record = self.table.records[&saga].clone();
            let actor = Actor::Person("operator".to_owned());
            let view = EngineView {
                record: &record,
                pre_image: None,
                steps: &STEPS,
                timing: &self.timing,
                actor,
                known: true,
                now: self.now,
            };
            let command = OperatorCommand::Cancel { reason: "changed my mind".to_owned() };
            if let Ok(CommandDecision::Commit(commit)) = decide_command(&view, &command, &Observations::nothing()) {
                let transition = Transition { tx: format!("cancel {}", self.changes), ..commit.transition };
                self.table.commit(&transition);
                self.committed(&transition);
            }
        }
    }

    /// Lets another client change or delete the targets of the sagas.
    fn interfere(&mut self, fault: Fault) {
        let now = self.now;
        for target in self.targets.clone() {
            match target {
                Target::Records { zone, .. } if fault == Fault::TargetGone => {
                    self.digitalocean.zones.remove(&zone);
                }
                Target::Records { zone, name, record_type } if fault == Fault::ForeignCreate => {
                    let id = self.digitalocean.id();
                    let Some(records) = self.digitalocean.zones.get_mut(&zone) else { continue };
                    // Once is enough: a client that goes on would fill the zone.
                    let is_there = records.iter().any(|record| record.fields.data == FOREIGN_DATA);
                    let is_target =
                        |record: &&Record| record.fields.name == name && record.fields.record_type == record_type;
                    let ttl = records.iter().find(is_target).map_or(1800, |record| record.fields.ttl.unwrap_or(1800));
                    if !is_there {
                        records.push(Record { id, fields: record(&record_type, &name, FOREIGN_DATA, ttl) });
                        self.foreign.insert(id, now);
                    }
                }
                Target::Records { zone, name, record_type } => {
                    let Some(records) = self.digitalocean.zones.get_mut(&zone) else { continue };
                    let is_target =
                        |record: &Record| record.fields.name == name && record.fields.record_type == record_type;
                    let Some(index) = records.iter().rposition(is_target) else { continue };
                    let id = records[index].id;
                    match fault {
                        Fault::ForeignDelete => drop(records.remove(index)),
                        Fault::ForeignTtl => {
                            records[index].fields.ttl = Some(777);
                            let fields = records[index].fields.clone();
                            super::fake_digitalocean::set_shared_ttl(records, &fields);
                        }
                        _ => {
                            records[index].fields.data = FOREIGN_DATA.to_owned();
                            self.foreign.insert(id, now);
                        }
                    }
                }
                Target::Droplet { id } if fault == Fault::TargetGone => {
                    self.digitalocean.droplets.remove(&id);
                }
                Target::Droplet { .. } if fault == Fault::ForeignDelete => {
                    self.digitalocean.delete_snapshot("arcadia-snap-", now);
                }
                Target::Droplet { id } => {
                    let _ = self.digitalocean.start_action(id, "power_cycle", "", now);
                }
            }
        }
    }
}
