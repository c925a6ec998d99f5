//! The loop around [`decide`] that drives a saga forward or back. A wake-up, a retry and a late
//! schedule all just call [`drive`], and any number of calls is harmless.

use chrono::{DateTime, Utc};
use domain::{AccountId, Clock};

use crate::calls::ReadRequest;
use crate::engine::{Commit, EngineView, Input, SagaDecision, WriteCommand, decide};
use crate::ports::{
    Announcement, CommitResult, Expectations, Fault, LeaseRequest, LeaseResult, Notifier, Observations, PreImage,
    Provider, Reschedule, SagaStore, SagaStoreError, ScheduleChange,
};
use crate::record::{Actor, EntryKind, Phase, SagaId, SagaRecord, SagaStatus};
use crate::step::Steps;
use crate::timing::Timing;

/// The ports of the engine, with the steps and the timing that it works with.
#[derive(Debug, Clone, Copy)]
pub struct Ports<'a> {
    /// The table that holds records, ledgers and locks.
    pub saga_store: &'a dyn SagaStore,
    /// The DigitalOcean API, as far as steps need it.
    pub provider: &'a dyn Provider,
    /// The sender of wake-ups for workers.
    pub notifier: &'a dyn Notifier,
    /// The inventory's register of changes that sagas announce.
    pub expectations: &'a dyn Expectations,
    /// The source of the current time.
    pub clock: &'a dyn Clock,
    /// The steps that this build has.
    pub steps: Steps,
    /// The durations and limits to work with.
    pub timing: &'a Timing,
}

impl Ports<'_> {
    /// Reads one after the other until all is read, or a read fails, and adds to what was seen.
    pub(crate) async fn observe(
        &self,
        account: &AccountId,
        reads: &[ReadRequest],
        mut seen: Observations,
    ) -> Observations {
        for read in reads {
            seen.add(read.clone(), self.provider.read(account, read).await);
            if seen.fault().is_some() {
                break;
            }
        }
        seen
    }

    /// Returns the pre-image of a saga's current step, if one is stored.
    pub(crate) async fn pre_image(&self, record: &SagaRecord) -> Result<Option<PreImage>, SagaStoreError> {
        let step = EngineView::current_step_index(record);
        match record.state.steps.get(step) {
            Some(state) if state.has_pre_image => {
                with_retries(|| self.saga_store.pre_image(&record.metadata.id, step)).await
            }
            _ => Ok(None),
        }
    }
}

/// One work session of a worker on one saga, under one lease.
#[derive(Debug, Clone, Copy)]
pub struct WorkerSession<'a> {
    /// The owner of the lease: a globally unique text, e.g. request id plus message id.
    pub owner: &'a str,
    /// The phase that the worker serves.
    pub phase: Phase,
    /// The time at which the worker has to stop.
    pub until: DateTime<Utc>,
}

/// The way in which a work session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriveOutcome {
    /// No saga has this id.
    Unknown,
    /// The saga is not due, is leased by another worker, or is in the other phase. Nothing was
    /// done.
    NotNow,
    /// The saga was driven as far as possible, and its lease was given back. Its status at that
    /// time.
    Parked(SagaStatus),
    /// Another worker took the saga over, and this one stopped at once.
    LeaseLost,
}

/// The number of attempts for a call on the table that gives no answer. Repeating is safe: every
/// write is conditional and can be recognised by its `tx`.
const MAX_ATTEMPTS: u32 = 3;

/// A function that decides what a saga does next; [`decide`] is the one of the product.
pub type Decide = fn(&EngineView<'_>, &Input) -> SagaDecision;

/// Drives a saga as far as possible now.
///
/// # Errors
/// When the table does not answer. The next worker finds out what became of any write in progress.
pub async fn drive(
    ports: &Ports<'_>,
    saga: &SagaId,
    session: &WorkerSession<'_>,
) -> Result<DriveOutcome, SagaStoreError> {
    drive_by(decide, ports, saga, session).await
}

/// As [`drive()`], by another function that decides. `tests/saga-simulation` shows with wrong ones
/// that it finds mistakes.
///
/// # Errors
/// As [`drive()`].
pub async fn drive_by(
    decide: Decide,
    ports: &Ports<'_>,
    saga: &SagaId,
    session: &WorkerSession<'_>,
) -> Result<DriveOutcome, SagaStoreError> {
    let now = ports.clock.now();
    let lease = LeaseRequest {
        saga: *saga,
        owner: session.owner.to_owned(),
        phase: session.phase,
        now,
        until: session.until + ports.timing.lease_slack,
        skew: ports.timing.clock_skew,
    };
    let record = match with_retries(|| ports.saga_store.acquire(&lease)).await? {
        LeaseResult::Granted(record) => record,
        // The lease was granted to this session before, and the answer was lost.
        LeaseResult::Refused(record) if record.scheduling.lease_owner.as_deref() == Some(session.owner) => record,
        LeaseResult::Unknown => return Ok(DriveOutcome::Unknown),
        LeaseResult::Refused(record) => {
            if record.phase() != session.phase && record.is_free_at(now, ports.timing.clock_skew) {
                ports.notifier.schedule_wake_up(saga, record.phase(), now, record.state.rev).await;
            }
            return Ok(DriveOutcome::NotNow);
        }
    };
    let fence = record.scheduling.fence;
    let known = EngineView::knows_definition(&ports.steps, &record);
    LeaseHolder { decide, ports, session, record, fence, known, pre_image: None, writes: 0 }.run().await
}

async fn with_retries<T, F>(call: impl Fn() -> F) -> Result<T, SagaStoreError>
where
    F: Future<Output = Result<T, SagaStoreError>>,
{
    let mut attempts = 1;
    loop {
        match call().await {
            Err(_) if attempts < MAX_ATTEMPTS => attempts += 1,
            answer => return answer,
        }
    }
}

/// A work session that holds the saga's lease.
struct LeaseHolder<'a> {
    decide: Decide,
    ports: &'a Ports<'a>,
    session: &'a WorkerSession<'a>,
    record: Box<SagaRecord>,
    fence: u64,
    known: bool,
    pre_image: Option<PreImage>,
    /// The number of state writes so far; it makes the `tx` of each unique.
    writes: u64,
}

/// The next turn of the loop: continue with an input, or exit with an outcome.
enum LoopControl {
    Continue(Input),
    Exit(DriveOutcome),
}

impl LeaseHolder<'_> {
    async fn run(mut self) -> Result<DriveOutcome, SagaStoreError> {
        let mut input = Input::Woken;
        loop {
            let now = self.ports.clock.now();
            if input == Input::Woken && now + self.ports.timing.min_remaining > self.session.until {
                return Ok(match self.park(now, 0).await? {
                    LoopControl::Exit(outcome) => outcome,
                    LoopControl::Continue(_) => DriveOutcome::Parked(self.record.status()),
                });
            }
            let step = EngineView::current_step_index(&self.record);
            if self.pre_image.as_ref().is_none_or(|pre_image| pre_image.step != step) {
                self.pre_image = self.ports.pre_image(&self.record).await?;
            }
            let step = match (self.decide)(&self.view(now), &input) {
                SagaDecision::Read(reads) => {
                    let seen = if let Input::Observed(seen) = input { seen } else { Observations::nothing() };
                    let account = &self.record.metadata.account;
                    LoopControl::Continue(Input::Observed(self.ports.observe(account, &reads, seen).await))
                }
                SagaDecision::Commit(commit) => match self.commit(*commit, input).await {
                    Ok(step) => step,
                    Err(error) => {
                        self.release_lease().await;
                        return Err(error);
                    }
                },
                SagaDecision::Park { until, denied, .. } => self.park(until, denied).await?,
                SagaDecision::Stop => LoopControl::Exit(DriveOutcome::Parked(self.record.status())),
            };
            match step {
                LoopControl::Continue(next) => input = next,
                LoopControl::Exit(outcome) => return Ok(outcome),
            }
        }
    }

    fn view(&self, now: DateTime<Utc>) -> EngineView<'_> {
        EngineView {
            record: &self.record,
            pre_image: self.pre_image.as_ref(),
            steps: &self.ports.steps,
            timing: self.ports.timing,
            actor: Actor::Worker { fence: self.fence, owner: self.session.owner.to_owned() },
            known: self.known,
            now,
        }
    }

    async fn announce(&self, announced: &[Announcement]) {
        let metadata = &self.record.metadata;
        let expires_at = self.ports.clock.now() + self.ports.timing.announced;
        for announced in announced {
            // An id that the inventory cannot hold will not appear in a sweep either.
            if let Ok(change) = announced.by(&metadata.id, &metadata.account, expires_at) {
                self.ports.expectations.expect(&change).await;
            }
        }
    }

    async fn commit(&mut self, commit: Commit, input: Input) -> Result<LoopControl, SagaStoreError> {
        let Commit { mut transition, announce, send } = commit;
        self.writes += 1;
        transition.tx = format!("{}#{}", self.session.owner, self.writes);
        self.announce(&announce).await;
        let record = match with_retries(|| self.ports.saga_store.commit(&transition)).await? {
            CommitResult::Written => Box::new(transition.on(&self.record)),
            CommitResult::Refused(record) if record.scheduling.last_tx == transition.tx => record,
            CommitResult::Refused(record) => return Ok(self.refused(record, input)),
            CommitResult::Locked(target) => return Ok(LoopControl::Continue(Input::Locked(target))),
        };
        self.record = record;
        if transition.entry.kind == EntryKind::Intended && transition.pre_image.is_some() {
            self.pre_image = transition.pre_image;
        }
        if let ScheduleChange::Park(at) = transition.schedule {
            self.schedule_wake_up(at).await;
        }
        Ok(match (transition.schedule, send) {
            (ScheduleChange::Park(_) | ScheduleChange::Clear, _) => {
                LoopControl::Exit(DriveOutcome::Parked(self.record.status()))
            }
            (_, Some(command)) => LoopControl::Continue(self.send(&command).await),
            (_, None) => LoopControl::Continue(Input::Woken),
        })
    }

    /// Continues after a refused write. If an operator changed the record, the decision is made
    /// again on the new record. If another worker took the lease, the session ends.
    fn refused(&mut self, record: Box<SagaRecord>, input: Input) -> LoopControl {
        if record.scheduling.fence != self.fence {
            return LoopControl::Exit(DriveOutcome::LeaseLost);
        }
        self.record = record;
        LoopControl::Continue(match input {
            Input::Answered { .. } => input,
            Input::Woken | Input::Observed(_) | Input::Locked(_) => Input::Woken,
        })
    }

    async fn send(&self, command: &WriteCommand) -> Input {
        let WriteCommand { write, context, announce } = command;
        self.announce(announce).await;
        let answer = if self.ports.clock.now() > context.not_after {
            Err(Fault::Transient("the write was not sent: its time limit had passed".to_owned()))
        } else {
            self.ports.provider.write(&self.record.metadata.account, write, context).await
        };
        Input::Answered { op_hash: context.op_hash.clone(), answer }
    }

    /// Gives the lease back and sets the time of the next wake-up.
    async fn park(&mut self, until: DateTime<Utc>, denied: u32) -> Result<LoopControl, SagaStoreError> {
        let reschedule = Reschedule {
            saga: self.record.metadata.id,
            fence: self.fence,
            rev: self.record.state.rev,
            next_due: until,
            polls: self.record.scheduling.polls + 1,
            denied,
        };
        match with_retries(|| self.ports.saga_store.reschedule(&reschedule)).await? {
            CommitResult::Refused(record) => Ok(self.refused(record, Input::Woken)),
            CommitResult::Written | CommitResult::Locked(_) => {
                self.schedule_wake_up(until).await;
                Ok(LoopControl::Exit(DriveOutcome::Parked(self.record.status())))
            }
        }
    }

    /// Gives the lease back after a state write of unknown outcome, unless that write was carried
    /// out. Otherwise a table that refuses writes for a while would look like a saga that crashes
    /// its workers.
    async fn release_lease(&mut self) {
        let polls = self.record.scheduling.polls;
        let until = self.ports.clock.now() + self.ports.timing.after_failures(&self.record.metadata.id, polls);
        // If this fails as well, the lease expires.
        let _ = self.park(until, 0).await;
    }

    async fn schedule_wake_up(&self, at: DateTime<Utc>) {
        self.ports
            .notifier
            .schedule_wake_up(&self.record.metadata.id, self.record.phase(), at, self.record.state.rev)
            .await;
    }
}
