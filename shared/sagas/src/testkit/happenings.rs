//! What happens in the world besides what workers do.

use chrono::{DateTime, TimeDelta, Utc};

use super::faults::{Fault, Injection, Times};
use super::world::{Inner, Ringing, Target, Trouble};
use crate::engine::View;
use crate::engine::operator::{Response, Verb, operate};
use crate::record::{Actor, SagaId};
use crate::rim::{Lane, Record, Seen, Transition};
use crate::steps::STEPS;

impl Inner {
    /// How long what lasts is to last.
    fn lasts(&self, once: i64, twice: i64) -> DateTime<Utc> {
        match &self.trouble {
            Trouble::At(Injection { times: Times::On, .. }) => self.faults_end,
            Trouble::At(Injection { times: Times::Twice, .. }) => self.now + TimeDelta::seconds(twice),
            _ => self.now + TimeDelta::seconds(once),
        }
    }

    /// What happens in the world, whoever called.
    pub(super) fn happen(&mut self, worker: usize, fault: Fault) {
        match fault {
            Fault::Purged => self.bells.clear(),
            // Every old ring leads to calls, at which more would come.
            Fault::RingHoursLate if self.struck.len() < 20 => {
                for saga in self.table.heads.keys().copied().collect::<Vec<_>>() {
                    for (hours, lane) in
                        [(0, Lane::Execute), (0, Lane::Compensate), (3, Lane::Execute), (3, Lane::Compensate)]
                    {
                        let at = self.now + TimeDelta::hours(hours);
                        self.bells.push(Ringing { at, saga, lane });
                    }
                }
            }
            Fault::ClockAhead => self.skew = TimeDelta::seconds(60),
            Fault::ClockBehind => self.skew = TimeDelta::seconds(-60),
            Fault::ForeignEdit | Fault::ForeignTtl | Fault::ForeignDelete | Fault::TargetGone => self.somebody(fault),
            Fault::OtherBuild => self.other_build_until = Some(self.lasts(120, 600)),
            Fault::Cancelled => self.cancel(),
            Fault::TableDown => self.table_down_until = Some(self.lasts(10, 90)),
            Fault::Garbage if self.struck.len() < 20 => self.garbage += 1,
            Fault::ActionFails => self.cloud.break_action(self.now),
            _ => {}
        }
        let skew = self.skew;
        self.workers[worker].skew = skew;
    }

    fn cancel(&mut self) {
        let sagas: Vec<SagaId> = self.table.heads.keys().copied().collect();
        for saga in sagas {
            let head = self.table.heads[&saga].clone();
            let actor = Actor::Person("somebody".to_owned());
            let view =
                View { head: &head, pre: None, steps: &STEPS, timing: &self.timing, actor, known: true, now: self.now };
            let verb = Verb::Cancel { reason: "changed my mind".to_owned() };
            if let Ok(Response::Commit(commit)) = operate(&view, &verb, &Seen::nothing()) {
                let transition = Transition { tx: format!("cancel {}", self.changes), ..commit.transition };
                self.table.commit(&transition);
                self.committed(&transition);
            }
        }
    }

    /// Somebody works on what the saga is at.
    fn somebody(&mut self, fault: Fault) {
        let now = self.now;
        for target in self.targets.clone() {
            match target {
                Target::Records { zone, .. } if fault == Fault::TargetGone => {
                    self.cloud.zones.remove(&zone);
                }
                Target::Records { zone, name, record_type } => {
                    let Some(records) = self.cloud.zones.get_mut(&zone) else { continue };
                    let is_it =
                        |record: &Record| record.fields.name == name && record.fields.record_type == record_type;
                    let Some(index) = records.iter().rposition(is_it) else { continue };
                    let id = records[index].id;
                    match fault {
                        Fault::ForeignDelete => drop(records.remove(index)),
                        Fault::ForeignTtl => {
                            records[index].fields.ttl = Some(777);
                            let fields = records[index].fields.clone();
                            super::cloud::couple(records, &fields);
                        }
                        _ => {
                            records[index].fields.data = "203.0.113.99".to_owned();
                            self.foreign.insert(id, now);
                        }
                    }
                }
                Target::Droplet { id } if fault == Fault::TargetGone => {
                    self.cloud.droplets.remove(&id);
                }
                Target::Droplet { .. } if fault == Fault::ForeignDelete => {
                    self.cloud.forget_snapshot("arcadia-snap-", now);
                }
                Target::Droplet { id } => {
                    let _ = self.cloud.act(id, "power_cycle", "", now);
                }
            }
        }
    }
}
