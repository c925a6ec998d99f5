//! A change while it is put together.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::seeded::{self, Bug};
use super::{Commit, Decision, Order, View};
use crate::record::{
    Actor, Core, Entry, EntryKind, Late, LockTarget, SagaStatus, State, StepState, StepStatus, Stuck, StuckReason, Take,
};
use crate::rim::{Announced, DriveChange, Expect, PreImage, Terminal, Transition};
use crate::steps::Step;

/// A change while it is put together.
pub(super) struct Draft<'a> {
    view: &'a View<'a>,
    kind: EntryKind,
    step: Option<usize>,
    pub(super) op_hash: Option<String>,
    pub(super) note: String,
    pub(super) core: Core,
    steps: BTreeMap<usize, StepState>,
    pub(super) drive: DriveChange,
    pub(super) pre: Option<PreImage>,
    pub(super) take: Vec<(LockTarget, Take)>,
    release: Vec<LockTarget>,
    ended: bool,
    pub(super) announce: Vec<Announced>,
    pub(super) send: Option<Order>,
}

impl<'a> Draft<'a> {
    /// A change about the step at work. The worker goes on after it, or a person wants it looked at.
    pub(super) fn new(view: &'a View<'a>, kind: EntryKind) -> Self {
        let drive = match view.actor {
            Actor::Worker { .. } => DriveChange::Keep,
            Actor::Person(_) => DriveChange::Wake(view.now),
        };
        Self {
            view,
            kind,
            step: Some(View::step_at_work(view.head)),
            op_hash: None,
            note: String::new(),
            core: view.head.state.core.clone(),
            steps: BTreeMap::new(),
            drive,
            pre: None,
            take: Vec::new(),
            release: Vec::new(),
            ended: false,
            announce: Vec::new(),
            send: None,
        }
    }

    /// The same, said to be so.
    pub(super) fn noted(mut self, note: impl Into<String>) -> Self {
        self.note = scrubbed(&note.into());
        self
    }

    /// A step, to be changed.
    pub(super) fn step(&mut self, index: usize) -> &mut StepState {
        let states = &self.view.head.state.steps;
        self.steps.entry(index).or_insert_with(|| states.get(index).cloned().unwrap_or_else(StepState::pending))
    }

    /// The step at work, to be changed.
    pub(super) fn at_work(&mut self) -> &mut StepState {
        self.step(View::step_at_work(self.view.head))
    }

    fn peek(&self, index: usize) -> Option<&StepState> {
        self.steps.get(&index).or_else(|| self.view.head.state.steps.get(index))
    }

    /// The worker is done for now.
    pub(super) fn rest(&mut self, until: DateTime<Utc>) {
        self.drive = match self.view.actor {
            Actor::Worker { .. } => DriveChange::Rest(until),
            Actor::Person(_) => DriveChange::Wake(until),
        };
    }

    /// Goes to a step.
    pub(super) fn enter(&mut self, index: usize) {
        let now = self.view.now;
        self.core.cursor = index;
        self.core.status = SagaStatus::Running;
        let step = self.step(index);
        (step.status, step.began_at) = (StepStatus::Running, Some(now));
    }

    /// The step at work failed: what was done is undone from here on, this step included.
    pub(super) fn fail(&mut self, why: &str) {
        let index = self.core.cursor;
        let why = scrubbed(why);
        self.note.clone_from(&why);
        let step = self.step(index);
        (step.status, step.error) = (StepStatus::Failed, Some(why.clone()));
        self.core.error.get_or_insert(why);
        let skips = seeded::has(Bug::UndoSkipsTheFailedStep);
        self.unwind(if skips { index } else { index + 1 });
    }

    /// Undoes the steps before `end`, last first. Steps that changed nothing need no work; after the first one the saga has ended.
    pub(super) fn unwind(&mut self, end: usize) {
        for index in (0..end).rev() {
            let step = self.step(index);
            match step.status {
                StepStatus::Skipped | StepStatus::Compensated => {}
                _ if step.reached_intent() => {
                    if self.core.status != SagaStatus::Unwinding {
                        // Another lane's work from here on.
                        self.rest(self.view.now);
                    }
                    (self.core.status, self.core.cursor) = (SagaStatus::Unwinding, index);
                    return;
                }
                StepStatus::Succeeded => step.status = StepStatus::Compensated,
                _ => {}
            }
        }
        self.core.cursor = 0;
        let count = self.view.head.state.steps.len();
        let skipped = (0..count).any(|index| self.peek(index).is_some_and(|step| step.status == StepStatus::Skipped));
        self.end(if skipped { SagaStatus::Closed } else { SagaStatus::RolledBack });
    }

    /// Ends the saga: its locks are given back, and nothing of its status ever changes again.
    pub(super) fn end(&mut self, status: SagaStatus) {
        self.core.status = status;
        self.core.finished_at = Some(self.view.now);
        self.core.stuck = None;
        self.ended = true;
        if self.core.locked {
            self.release_locks();
        }
        self.core.locked = false;
        self.plan_late_look(0);
    }

    /// No look is taken after its end, or none any more.
    pub(super) fn never_look(&mut self) {
        self.core.late = None;
        self.drive = DriveChange::Clear;
    }

    /// Whether there is a look to take after the end, from `round` on, and when.
    pub(super) fn plan_late_look(&mut self, round: usize) {
        let ended_at = self.core.finished_at.unwrap_or(self.view.now);
        let steps: Vec<usize> =
            (0..self.view.head.state.steps.len()).filter(|index| self.may_leave(*index, round)).collect();
        match self.view.timing.late.get(round).filter(|_| !steps.is_empty()) {
            Some(after) => {
                self.core.late = Some(Late { round, steps, locked: false });
                self.rest(ended_at + *after);
            }
            None => self.never_look(),
        }
    }

    fn may_leave(&self, index: usize, round: usize) -> bool {
        let step = self.view.head.about.definition.steps.get(index).and_then(|spec| self.view.steps.of(spec));
        let looks = |(step, state): (&dyn Step, &StepState)| {
            state.status != StepStatus::Skipped && step.late_looks() > round && step.may_leave(state)
        };
        step.zip(self.peek(index)).is_some_and(looks)
    }

    pub(super) fn take_locks(&mut self, how: Take) {
        self.take = self.view.head.about.definition.locks.iter().map(|target| (target.clone(), how)).collect();
    }

    pub(super) fn release_locks(&mut self) {
        self.release.clone_from(&self.view.head.about.definition.locks);
    }

    /// Calls people. The saga keeps its locks and is due no more.
    pub(super) fn stick(&mut self, reason: StuckReason, why: &str) {
        self.kind = EntryKind::Stuck;
        let why = scrubbed(why);
        self.note.clone_from(&why);
        let step = View::step_at_work(self.view.head);
        self.core.stuck = Some(Stuck {
            reason,
            why,
            runbook: reason.runbook().to_owned(),
            step,
            since: self.view.now,
            resumes_as: self.core.status,
        });
        if self.core.status == SagaStatus::Unwinding {
            self.step(step).status = StepStatus::CompensationFailed;
        }
        self.core.status = SagaStatus::Stuck;
        self.drive = DriveChange::Clear;
    }

    /// The change.
    pub(super) fn commit(self) -> Decision {
        let head = self.view.head;
        // Steps that were looked at and stayed as they were are not part of the change.
        let mut steps = self.steps;
        steps.retain(|index, step| head.state.steps.get(*index) != Some(step));
        let mut after = head.state.steps.clone();
        for (index, step) in &mut steps {
            if let Some(known) = after.get_mut(*index) {
                let before = std::mem::replace(known, step.clone()).tries.len();
                step.tries.drain(..before.min(step.tries.len()));
            }
        }
        let entry = Entry {
            rev: head.state.rev + 1,
            at: self.view.now,
            kind: self.kind,
            actor: self.view.actor.clone(),
            step: self.step,
            op_hash: self.op_hash,
            note: self.note,
            core: self.core,
            steps,
            prev: head.state.ledger_hash.clone(),
            hash: String::new(),
        }
        .sealed();
        let state = State {
            core: entry.core.clone(),
            rev: entry.rev,
            updated_at: entry.at,
            ledger_hash: entry.hash.clone(),
            steps: after,
        };
        let terminal = self.ended.then(|| Terminal {
            status: state.core.status,
            at: self.view.now,
            ledger_hash: state.ledger_hash.clone(),
        });
        let loses = seeded::has(Bug::LosesNextDue) && self.kind == EntryKind::Waiting;
        let fence = self.view.actor.fence().filter(|_| !seeded::has(Bug::NoFenceCheck));
        let transition = Transition {
            saga: head.about.id,
            expect: Expect { rev: head.state.rev, fence, status: head.status() },
            tx: String::new(),
            state,
            drive: if loses { DriveChange::Clear } else { self.drive },
            entry,
            pre: self.pre,
            take: self.take,
            release: self.release,
            terminal,
        };
        Decision::Commit(Box::new(Commit { transition, announce: self.announce, send: self.send }))
    }
}

/// The longest text that is kept of what somebody said, in bytes.
const LONGEST: usize = 300;

/// A text without anything that looks like a token, and not too long: it goes into the ledger, which is for ever.
fn scrubbed(text: &str) -> String {
    let looks_secret = |word: &&str| ["dop_v1_", "doo_v1_", "dor_v1_"].iter().any(|prefix| word.contains(prefix));
    let words = text.split_inclusive(char::is_whitespace);
    let mut clean: String = words.map(|word| if looks_secret(&word) { "[token] " } else { word }).collect();
    let mut end = LONGEST.min(clean.len());
    while !clean.is_char_boundary(end) {
        end -= 1;
    }
    clean.truncate(end);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_token_gets_into_a_text_that_is_kept() {
        let text = format!("Unable to authenticate dop_v1_{} you", "0f".repeat(32));
        assert_eq!(scrubbed(&text), "Unable to authenticate [token] you");
        assert_eq!(scrubbed(&"é".repeat(200)).len(), 300);
    }
}
