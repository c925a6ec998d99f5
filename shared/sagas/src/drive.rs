//! Driving a saga on: the loop around [`decide`]. A doorbell, a retry, a late schedule: all just call [`drive`], as often as they like.

use chrono::{DateTime, Utc};
use domain::Clock;

use crate::engine::seeded::{self, Bug};
use crate::engine::{Commit, Decision, Input, Order, View, decide};
use crate::record::{Actor, EntryKind, Head, SagaId, SagaStatus};
use crate::rim::{
    Acquired, Announced, Bell, Committed, DriveChange, Expectations, Fault, Journal, JournalError, Lane, Lease,
    PreImage, Provider, Read, Seen, Tick,
};
use crate::steps::Steps;
use crate::timing::Timing;

/// The world around the engine.
#[derive(Debug, Clone, Copy)]
pub struct Rim<'a> {
    /// The table.
    pub journal: &'a dyn Journal,
    /// DigitalOcean.
    pub provider: &'a dyn Provider,
    /// Doorbells.
    pub bell: &'a dyn Bell,
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
pub struct Turn<'a> {
    /// Who works: a text that nobody else ever is, such as the request's id and the message's.
    pub owner: &'a str,
    /// In which lane.
    pub lane: Lane,
    /// When the worker's time is up.
    pub until: DateTime<Utc>,
}

/// How a turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Driven {
    /// There is no such saga.
    Unknown,
    /// It is not due, another works on it, or it is another lane's. Nothing was done.
    NotNow,
    /// It was driven on and given back.
    Rested(SagaStatus),
    /// Another took it over, and it was let go at once.
    TakenOver,
}

/// How often a call on the table is made that gives no answer. Every write is conditional and known by its `tx`.
const TRIES: u32 = 3;

/// Drives a saga on as far as it goes now.
///
/// # Errors
/// When the table does not answer. Whatever was under way is found by whoever comes next.
pub async fn drive(rim: &Rim<'_>, saga: &SagaId, turn: &Turn<'_>) -> Result<Driven, JournalError> {
    let now = rim.clock.now();
    let lease = Lease {
        saga: *saga,
        owner: turn.owner.to_owned(),
        lane: turn.lane,
        now,
        until: turn.until + rim.timing.lease_slack,
        skew: rim.timing.clock_skew,
    };
    let head = match repeated(|| rim.journal.acquire(&lease)).await? {
        Acquired::Granted(head) => head,
        // The answer to the first request was lost.
        Acquired::Refused(head) if head.drive.lease_owner.as_deref() == Some(turn.owner) => head,
        Acquired::Unknown => return Ok(Driven::Unknown),
        Acquired::Refused(head) => {
            if head.lane() != turn.lane && head.is_free_at(now, rim.timing.clock_skew) {
                rim.bell.ring(saga, head.lane(), now, head.state.rev).await;
            }
            return Ok(Driven::NotNow);
        }
    };
    let fence = head.drive.fence;
    let known = View::knows(&rim.steps, &head);
    Worker { rim, turn, head, fence, known, pre: None, writes: 0 }.work().await
}

async fn repeated<T, F>(call: impl Fn() -> F) -> Result<T, JournalError>
where
    F: Future<Output = Result<T, JournalError>>,
{
    let mut tries = 1;
    loop {
        match call().await {
            Err(_) if tries < TRIES => tries += 1,
            answer => return answer,
        }
    }
}

/// A worker that holds the lease.
struct Worker<'a> {
    rim: &'a Rim<'a>,
    turn: &'a Turn<'a>,
    head: Box<Head>,
    fence: u64,
    known: bool,
    pre: Option<PreImage>,
    /// Counts the writes to the table: each has a name of its own.
    writes: u64,
}

/// Whether the worker goes on, and with what.
enum Step {
    On(Input),
    Out(Driven),
}

impl Worker<'_> {
    async fn work(mut self) -> Result<Driven, JournalError> {
        let mut input = Input::Woken;
        loop {
            let now = self.rim.clock.now();
            if input == Input::Woken && now + self.rim.timing.slice > self.turn.until {
                return Ok(match self.rest(now, 0).await? {
                    Step::Out(driven) => driven,
                    Step::On(_) => Driven::Rested(self.head.status()),
                });
            }
            self.load_pre_image().await?;
            let step = match decide(&self.view(now), &input) {
                Decision::Look(reads) => Step::On(self.look(&reads, input).await),
                Decision::Commit(commit) => match self.commit(*commit, input).await {
                    Ok(step) => step,
                    Err(error) => {
                        self.let_go().await;
                        return Err(error);
                    }
                },
                Decision::Rest { until, denied, .. } => self.rest(until, denied).await?,
                Decision::Stop => Step::Out(Driven::Rested(self.head.status())),
            };
            match step {
                Step::On(next) => input = next,
                Step::Out(driven) => return Ok(driven),
            }
        }
    }

    fn view(&self, now: DateTime<Utc>) -> View<'_> {
        View {
            head: &self.head,
            pre: self.pre.as_ref(),
            steps: &self.rim.steps,
            timing: self.rim.timing,
            actor: Actor::Worker { fence: self.fence, owner: self.turn.owner.to_owned() },
            known: self.known,
            now,
        }
    }

    async fn load_pre_image(&mut self) -> Result<(), JournalError> {
        let step = View::step_at_work(&self.head);
        let stashed = self.head.state.steps.get(step).is_some_and(|state| state.stashed);
        if stashed && self.pre.as_ref().is_none_or(|pre| pre.step != step) {
            self.pre = repeated(|| self.rim.journal.pre_image(&self.head.about.id, step)).await?;
        }
        Ok(())
    }

    /// Reads until all is read, or something fails.
    async fn look(&mut self, reads: &[Read], before: Input) -> Input {
        let mut seen = match before {
            Input::Seen(seen) => seen,
            Input::Woken | Input::Answered { .. } | Input::Locked(_) => Seen::nothing(),
        };
        for read in reads {
            let answer = self.rim.provider.read(&self.head.about.account, read).await;
            let fails = answer.as_ref().is_err_and(|fault| !matches!(fault, Fault::Absent(_)));
            seen.add(read.clone(), answer);
            if fails {
                break;
            }
        }
        Input::Seen(seen)
    }

    async fn announce(&self, announced: &[Announced]) {
        let about = &self.head.about;
        let expires_at = self.rim.clock.now() + self.rim.timing.announced;
        for announced in announced {
            // An id that the inventory cannot hold is nothing that it will see.
            if let Ok(change) = announced.by(&about.id, &about.account, expires_at) {
                self.rim.expectations.expect(&change).await;
            }
        }
    }

    async fn commit(&mut self, commit: Commit, input: Input) -> Result<Step, JournalError> {
        let Commit { mut transition, announce, send } = commit;
        self.writes += 1;
        transition.tx = format!("{}#{}", self.turn.owner, self.writes);
        self.announce(&announce).await;
        let too_soon = match &send {
            Some(order) if seeded::has(Bug::NoIntent) => Some(self.send(order).await),
            _ => None,
        };
        let head = match repeated(|| self.rim.journal.commit(&transition)).await? {
            Committed::Written => Box::new(transition.on(&self.head)),
            Committed::Refused(head) if head.drive.last_tx == transition.tx => head,
            Committed::Refused(head) => return Ok(self.refused(head, input)),
            Committed::Locked(target) => return Ok(Step::On(Input::Locked(target))),
        };
        self.head = head;
        if transition.entry.kind == EntryKind::Intended && transition.pre.is_some() {
            self.pre = transition.pre;
        }
        if let DriveChange::Rest(at) = transition.drive {
            self.ring(at).await;
        }
        Ok(match (transition.drive, send) {
            (DriveChange::Rest(_) | DriveChange::Clear, _) => Step::Out(Driven::Rested(self.head.status())),
            (_, Some(order)) => Step::On(match too_soon {
                Some(answered) => answered,
                None => self.send(&order).await,
            }),
            (_, None) => Step::On(Input::Woken),
        })
    }

    /// The head is not as it was. If only a person spoke, the same outcome is decided upon anew; else another took over.
    fn refused(&mut self, head: Box<Head>, input: Input) -> Step {
        if head.drive.fence != self.fence {
            return Step::Out(Driven::TakenOver);
        }
        self.head = head;
        Step::On(match input {
            Input::Answered { .. } => input,
            Input::Woken | Input::Seen(_) | Input::Locked(_) => Input::Woken,
        })
    }

    async fn send(&self, order: &Order) -> Input {
        let Order { write, stamp, announce } = order;
        self.announce(announce).await;
        let answer = if self.rim.clock.now() > stamp.not_after {
            Err(Fault::Transient("its time was up before it was sent".to_owned()))
        } else {
            self.rim.provider.write(&self.head.about.account, write, stamp).await
        };
        Input::Answered { op_hash: stamp.op_hash.clone(), answer }
    }

    /// Gives the saga back, to be looked at again then.
    async fn rest(&mut self, until: DateTime<Utc>, denied: u32) -> Result<Step, JournalError> {
        let tick = Tick {
            saga: self.head.about.id,
            fence: self.fence,
            rev: self.head.state.rev,
            next_due: until,
            polls: self.head.drive.polls + 1,
            denied,
        };
        match repeated(|| self.rim.journal.tick(&tick)).await? {
            Committed::Refused(head) => Ok(self.refused(head, Input::Woken)),
            Committed::Written | Committed::Locked(_) => {
                self.ring(until).await;
                Ok(Step::Out(Driven::Rested(self.head.status())))
            }
        }
    }

    /// After a change of which it is not known whether it was written: gives the lease back if it was not, so that a table that takes no
    /// changes for a while is not mistaken for a saga that kills its workers.
    async fn let_go(&mut self) {
        let polls = self.head.drive.polls;
        let until = self.rim.clock.now() + self.rim.timing.after_failures(&self.head.about.id, polls);
        // If this fails as well, the lease runs out by itself.
        let _ = self.rest(until, 0).await;
    }

    async fn ring(&self, at: DateTime<Utc>) {
        self.rim.bell.ring(&self.head.about.id, self.head.lane(), at, self.head.state.rev).await;
    }
}
