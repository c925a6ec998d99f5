//! Driving a saga on: the loop around [`decide`]. A doorbell, a retry, a late schedule: all just call [`drive`], as often as they like.

use chrono::{DateTime, Utc};
use domain::Clock;

use crate::engine::mutants::{self, Mutant};
use crate::engine::{Commit, EngineView, Input, SagaDecision, WriteCommand, decide};
use crate::ports::{
    Announcement, CommitResult, Expectations, Fault, LeaseRequest, LeaseResult, Notifier, Observations, Phase,
    PreImage, Provider, ReadRequest, Reschedule, SagaStore, SagaStoreError, ScheduleChange,
};
use crate::record::{Actor, EntryKind, SagaId, SagaRecord, SagaStatus};
use crate::steps::Steps;
use crate::timing::Timing;

/// The world around the engine.
#[derive(Debug, Clone, Copy)]
pub struct Ports<'a> {
    /// The table.
    pub saga_store: &'a dyn SagaStore,
    /// DigitalOcean.
    pub provider: &'a dyn Provider,
    /// Doorbells.
    pub notifier: &'a dyn Notifier,
    /// What the inventory is told beforehand.
    pub expectations: &'a dyn Expectations,
    /// The time.
    pub clock: &'a dyn Clock,
    /// The steps of this build.
    pub steps: Steps,
    /// How long things take.
    pub timing: &'a Timing,
}

/// One worker's turn.
#[derive(Debug, Clone, Copy)]
pub struct WorkerSession<'a> {
    /// Who works: a text that nobody else ever is, such as the request's id and the message's.
    pub owner: &'a str,
    /// In which phase.
    pub phase: Phase,
    /// When the worker's time is up.
    pub until: DateTime<Utc>,
}

/// How a turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriveOutcome {
    /// There is no such saga.
    Unknown,
    /// It is not due, another works on it, or it is another phase's. Nothing was done.
    NotNow,
    /// It was driven on and given back.
    Parked(SagaStatus),
    /// Another took it over, and it was let go at once.
    LeaseLost,
}

/// How often a call on the table is made that gives no answer. Every write is conditional and known by its `tx`.
const MAX_ATTEMPTS: u32 = 3;

/// Drives a saga on as far as it goes now.
///
/// # Errors
/// When the table does not answer. Whatever was under way is found by whoever comes next.
pub async fn drive(
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
        // The answer to the first request was lost.
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
    LeaseHolder { ports, session, record, fence, known, pre_image: None, writes: 0 }.run().await
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

/// A worker that holds the lease.
struct LeaseHolder<'a> {
    ports: &'a Ports<'a>,
    session: &'a WorkerSession<'a>,
    record: Box<SagaRecord>,
    fence: u64,
    known: bool,
    pre_image: Option<PreImage>,
    /// Counts the writes to the table: each has a name of its own.
    writes: u64,
}

/// Whether the worker goes on, and with what.
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
                    LoopControl::Exit(driven) => driven,
                    LoopControl::Continue(_) => DriveOutcome::Parked(self.record.status()),
                });
            }
            self.load_pre_image().await?;
            let step = match decide(&self.view(now), &input) {
                SagaDecision::Read(reads) => LoopControl::Continue(self.read(&reads, input).await),
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
                LoopControl::Exit(driven) => return Ok(driven),
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

    async fn load_pre_image(&mut self) -> Result<(), SagaStoreError> {
        let step = EngineView::current_step_index(&self.record);
        let has_pre_image = self.record.state.steps.get(step).is_some_and(|state| state.has_pre_image);
        if has_pre_image && self.pre_image.as_ref().is_none_or(|pre_image| pre_image.step != step) {
            self.pre_image = with_retries(|| self.ports.saga_store.pre_image(&self.record.metadata.id, step)).await?;
        }
        Ok(())
    }

    /// Reads until all is read, or something fails.
    async fn read(&mut self, reads: &[ReadRequest], before: Input) -> Input {
        let mut seen = match before {
            Input::Observed(seen) => seen,
            Input::Woken | Input::Answered { .. } | Input::Locked(_) => Observations::nothing(),
        };
        for read in reads {
            let answer = self.ports.provider.read(&self.record.metadata.account, read).await;
            let fails = answer.as_ref().is_err_and(|fault| !matches!(fault, Fault::NotFound(_)));
            seen.add(read.clone(), answer);
            if fails {
                break;
            }
        }
        Input::Observed(seen)
    }

    async fn announce(&self, announced: &[Announcement]) {
        let metadata = &self.record.metadata;
        let expires_at = self.ports.clock.now() + self.ports.timing.announced;
        for announced in announced {
            // An id that the inventory cannot hold is nothing that it will see.
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
        let too_soon = match &send {
            Some(command) if mutants::is_active(Mutant::NoIntent) => Some(self.send(command).await),
            _ => None,
        };
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
            (_, Some(command)) => LoopControl::Continue(match too_soon {
                Some(answered) => answered,
                None => self.send(&command).await,
            }),
            (_, None) => LoopControl::Continue(Input::Woken),
        })
    }

    /// The record is not as it was. If only a person spoke, the same outcome is decided upon anew; else another took over.
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
            Err(Fault::Transient("its time was up before it was sent".to_owned()))
        } else {
            self.ports.provider.write(&self.record.metadata.account, write, context).await
        };
        Input::Answered { op_hash: context.op_hash.clone(), answer }
    }

    /// Gives the saga back, to be looked at again then.
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

    /// After a change of which it is not known whether it was written: gives the lease back if it was not, so that a table that takes no
    /// changes for a while is not mistaken for a saga that kills its workers.
    async fn release_lease(&mut self) {
        let polls = self.record.scheduling.polls;
        let until = self.ports.clock.now() + self.ports.timing.after_failures(&self.record.metadata.id, polls);
        // If this fails as well, the lease runs out by itself.
        let _ = self.park(until, 0).await;
    }

    async fn schedule_wake_up(&self, at: DateTime<Utc>) {
        self.ports
            .notifier
            .schedule_wake_up(&self.record.metadata.id, self.record.phase(), at, self.record.state.rev)
            .await;
    }
}
