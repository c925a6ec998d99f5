//! The state of the simulation that all workers share, and the injection of faults.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::fake_digitalocean::FakeDigitalOcean;
use super::faults::{Call, Fault, Injection, Times};
use super::mutants::Build;
use super::rng::Rng;
use super::table::Table;
use sagas::Timing;
use sagas::calls::{ReadRequest, ReadResult, WriteRequest, WriteResult};
use sagas::ports::{Fault as Answer, Transition, WriteContext};
use sagas::record::{EntryKind, Intent, Phase, SagaId, StuckReason};

/// The state of one simulated worker.
#[derive(Debug, Default)]
pub(super) struct WorkerState {
    /// The worker crashed at a call and is never polled again.
    pub(super) crashed: bool,
    pub(super) frozen_until: Option<DateTime<Utc>>,
    pub(super) skew: TimeDelta,
    /// No faults are injected: an operator's command, or a call after the faults have ended.
    pub(super) fault_free: bool,
    /// The number of next calls to the table that get no response.
    pub(super) drops_requests: u32,
    /// The last time at which the worker read a list that was not stale.
    pub(super) last_list: Option<DateTime<Utc>>,
}

/// A scheduled wake-up that is not delivered yet.
#[derive(Debug, Clone)]
pub(super) struct ScheduledWakeUp {
    pub(super) at: DateTime<Utc>,
    pub(super) saga: SagaId,
    pub(super) phase: Phase,
}

/// A DNS name or a droplet that a saga changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    Records { zone: String, name: String, record_type: String },
    Droplet { id: u64 },
}

/// The plan of the faults: none, at one call, or at random calls.
#[derive(Debug)]
pub(super) enum FaultPlan {
    None,
    At(Injection),
    /// At any call, with this chance in percent, one of these faults.
    Anywhere(Rng, usize, &'static [Fault]),
}

pub(super) struct SimulationState {
    pub(super) now: DateTime<Utc>,
    pub(super) table: Table,
    pub(super) digitalocean: FakeDigitalOcean,
    pub(super) wake_ups: Vec<ScheduledWakeUp>,
    pub(super) workers: Vec<WorkerState>,
    pub(super) fault_plan: FaultPlan,
    pub(super) faults_end: DateTime<Utc>,
    pub(super) targets: BTreeSet<Target>,
    pub(super) expected: BTreeSet<String>,
    pub(super) timing: Timing,
    pub(super) build: Build,
    /// The answers to writes that were sent before their intents were stored, by the hash of the
    /// intent. Only a mutant sends such writes.
    pub(super) sent_early: BTreeMap<String, Result<WriteResult, Answer>>,
    /// The calls so far; `None` if they are not recorded.
    pub(super) trace: Option<Vec<Call>>,
    pub(super) counts: BTreeMap<Call, usize>,
    pub(super) injected: Vec<Fault>,
    pub(super) table_down_until: Option<DateTime<Utc>>,
    pub(super) other_build_until: Option<DateTime<Utc>>,
    pub(super) skew: TimeDelta,
    /// The records that another client changed, with the time of the change.
    pub(super) foreign: BTreeMap<u64, DateTime<Utc>>,
    pub(super) fences: BTreeMap<SagaId, u64>,
    pub(super) changes: usize,
    pub(super) wake_ups_sent: usize,
    pub(super) writes: usize,
    /// The number of messages to deliver that are for no existing saga.
    pub(super) malformed: usize,
    pub(super) calls_by_minute: BTreeMap<i64, usize>,
    /// The targets of each saga when it acquired its locks, as lines of the dump.
    pub(super) found: BTreeMap<SagaId, Vec<String>>,
    /// The sagas that acquired their locks (true) or ended (false), in order.
    pub(super) lock_events: Vec<(SagaId, bool)>,
    /// True if the targets of a saga at its end are compared with those at its start; requires that
    /// no other client changes them.
    pub(super) compares_targets: bool,
    pub(super) stuck: Vec<StuckReason>,
    pub(super) violations: Vec<String>,
}

impl SimulationState {
    pub(super) fn new(
        digitalocean: FakeDigitalOcean,
        now: DateTime<Utc>,
        fault_plan: FaultPlan,
        targets: BTreeSet<Target>,
    ) -> Self {
        Self {
            now,
            table: Table::default(),
            digitalocean,
            wake_ups: Vec::new(),
            workers: Vec::new(),
            fault_plan,
            faults_end: now + TimeDelta::minutes(30),
            targets,
            expected: BTreeSet::new(),
            timing: Timing::default(),
            build: Build::SOUND,
            sent_early: BTreeMap::new(),
            trace: None,
            counts: BTreeMap::new(),
            injected: Vec::new(),
            table_down_until: None,
            other_build_until: None,
            skew: TimeDelta::zero(),
            foreign: BTreeMap::new(),
            fences: BTreeMap::new(),
            changes: 0,
            wake_ups_sent: 0,
            writes: 0,
            malformed: 0,
            calls_by_minute: BTreeMap::new(),
            found: BTreeMap::new(),
            lock_events: Vec::new(),
            compares_targets: false,
            stuck: Vec::new(),
            violations: Vec::new(),
        }
    }

    /// Returns the fault that is injected at this call, if any.
    pub(super) fn inject(&mut self, worker: usize, call: &Call) -> Option<Fault> {
        self.now += TimeDelta::milliseconds(20);
        if self.workers[worker].fault_free {
            return None;
        }
        if let Some(trace) = &mut self.trace {
            trace.push(call.clone());
        }
        let ended = self.now >= self.faults_end;
        let fault = match &mut self.fault_plan {
            FaultPlan::None => None,
            FaultPlan::At(injection) => {
                if injection.call != *call {
                    return None;
                }
                let count = self.counts.entry(call.clone()).or_default();
                *count += 1;
                let is_due = match injection.times {
                    Times::Once => *count == injection.nth,
                    Times::Twice => *count == injection.nth || *count == injection.nth + 1,
                    Times::Always => *count >= injection.nth && !ended,
                };
                is_due.then_some(injection.fault)
            }
            FaultPlan::Anywhere(rng, percent, faults) => {
                let fault = if !ended && rng.percent(*percent) { Some(*rng.pick(faults)) } else { None };
                fault.filter(|fault| fault.fits(call))
            }
        };
        self.injected.extend(fault);
        fault
    }

    pub(super) fn is_table_down(&mut self, worker: usize, fault: Option<Fault>) -> bool {
        let drops_requests = &mut self.workers[worker].drops_requests;
        if *drops_requests > 0 {
            *drops_requests -= 1;
            return true;
        }
        if self.workers[worker].fault_free {
            return false;
        }
        fault == Some(Fault::Conflict) || self.table_down_until.is_some_and(|until| self.now < until)
    }

    fn provider_fault(&self, fault: Option<Fault>) -> Option<Answer> {
        Some(match fault? {
            Fault::ListFails => Answer::Transient("page 2 of the list failed with 503".to_owned()),
            Fault::RateLimited => Answer::Limited { until: self.now + TimeDelta::seconds(30) },
            Fault::HourlyLimitReached => Answer::Limited { until: self.now + TimeDelta::minutes(12) },
            Fault::TokenRevoked => Answer::Unauthorised("Unable to authenticate you".to_owned()),
            _ => return None,
        })
    }

    pub(super) fn read(
        &mut self,
        worker: usize,
        read: &ReadRequest,
        fault: Option<Fault>,
    ) -> Result<ReadResult, Answer> {
        self.count_call();
        if let Some(answer) = self.provider_fault(fault) {
            return Err(answer);
        }
        if fault == Some(Fault::StaleList) {
            self.digitalocean.stale_until = Some(self.now + TimeDelta::seconds(20));
        }
        if matches!(read, ReadRequest::Records { .. }) && !self.digitalocean.is_stale(self.now) {
            self.workers[worker].last_list = Some(self.now);
        }
        self.digitalocean.read(read, self.now)
    }

    /// Sends the write of an intent that is about to be stored, as far as the worker may send it.
    pub(super) fn send_early(&mut self, worker: usize, transition: &Transition) {
        let saga = transition.saga;
        let intents = transition.state.steps.iter().filter_map(|step| step.pending.as_ref());
        let new = intents.filter(|intent| Some(&intent.op_hash) == transition.entry.op_hash.as_ref());
        for intent in new.filter(|_| transition.entry.kind == EntryKind::Intended) {
            let Intent { write, op_hash, fence, not_after, .. } = intent.clone();
            let context = WriteContext { saga, op_hash: op_hash.clone(), fence, not_after };
            if !self.sent_early.contains_key(&op_hash) {
                let answer = self.write(worker, &write, &context, None);
                self.sent_early.insert(op_hash, answer);
            }
        }
    }

    pub(super) fn write(
        &mut self,
        worker: usize,
        write: &WriteRequest,
        context: &WriteContext,
        fault: Option<Fault>,
    ) -> Result<WriteResult, Answer> {
        if let Some(answer) = self.sent_early.get(&context.op_hash) {
            return answer.clone();
        }
        let clock = self.now + self.workers[worker].skew;
        if clock > context.not_after {
            return Err(Answer::Transient("the intent expired before the write was sent".to_owned()));
        }
        self.count_call();
        match fault {
            Some(Fault::NotSent) => return Err(Answer::Transient("could not connect".to_owned())),
            Some(Fault::Refused) => {
                let token = format!("dop_v1_{}", "0f".repeat(32));
                return Err(Answer::Refused(format!("unprocessable_entity: not with {token}")));
            }
            Some(Fault::PendingEvent) => return Err(Answer::PendingEvent),
            Some(Fault::ServerErrorNotApplied) => return Err(Answer::Ambiguous("500".to_owned())),
            _ => {}
        }
        if let Some(answer) = self.provider_fault(fault) {
            return Err(answer);
        }
        self.check_write(worker, write, context);
        self.writes += 1;
        let delay = match fault {
            Some(Fault::AppliedLater) => Some(TimeDelta::seconds(30)),
            Some(Fault::AppliedMuchLater) => Some(TimeDelta::minutes(10)),
            _ => None,
        };
        if let Some(delay) = delay {
            self.digitalocean.delay(self.now + delay, write, context.saga);
            return Err(Answer::Ambiguous("no complete response in time".to_owned()));
        }
        let made = self.digitalocean.write(write, context.saga, self.now);
        match fault {
            Some(Fault::ResponseLost) => Err(Answer::Ambiguous("the connection broke before a response".to_owned())),
            Some(Fault::ServerErrorApplied) => Err(Answer::Ambiguous("500".to_owned())),
            _ => made,
        }
    }

    pub(super) fn schedule_wake_up(&mut self, saga: SagaId, phase: Phase, at: DateTime<Utc>, fault: Option<Fault>) {
        self.wake_ups_sent += 1;
        let times = match fault {
            Some(Fault::WakeUpLost) => 0,
            Some(Fault::WakeUpTripled) => 3,
            _ => 1,
        };
        let at = at.max(self.now);
        self.wake_ups.extend((0..times).map(|_| ScheduledWakeUp { at, saga, phase }));
    }
}
