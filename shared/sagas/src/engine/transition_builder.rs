//! The builder of one state transition.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Commit, EngineView, SagaDecision, WriteCommand};
use crate::ports::{Announcement, PreImage, Precondition, ScheduleChange, Terminal, Transition};
use crate::record::{
    Actor, EntryKind, LedgerEntry, LockCondition, LockTarget, PostCheck, SagaProgress, SagaState, SagaStatus,
    StepState, StepStatus, Stuck, StuckReason,
};
use crate::step::StepKind;

/// A state transition while it is built.
pub(super) struct TransitionBuilder<'a> {
    view: &'a EngineView<'a>,
    kind: EntryKind,
    step: Option<usize>,
    pub(super) op_hash: Option<String>,
    pub(super) note: String,
    pub(super) progress: SagaProgress,
    steps: BTreeMap<usize, StepState>,
    pub(super) schedule: ScheduleChange,
    pub(super) pre_image: Option<PreImage>,
    pub(super) take: Vec<(LockTarget, LockCondition)>,
    release: Vec<LockTarget>,
    ended: bool,
    pub(super) announce: Vec<Announcement>,
    pub(super) send: Option<WriteCommand>,
}

impl<'a> TransitionBuilder<'a> {
    /// Returns a transition about the current step. After a worker's change the worker continues;
    /// after an operator's change the saga is due at once.
    pub(super) fn new(view: &'a EngineView<'a>, kind: EntryKind) -> Self {
        let schedule = match view.actor {
            Actor::Worker { .. } => ScheduleChange::Keep,
            Actor::Person(_) => ScheduleChange::Wake(view.now),
        };
        Self {
            view,
            kind,
            step: Some(EngineView::current_step_index(view.record)),
            op_hash: None,
            note: String::new(),
            progress: view.record.state.progress.clone(),
            steps: BTreeMap::new(),
            schedule,
            pre_image: None,
            take: Vec::new(),
            release: Vec::new(),
            ended: false,
            announce: Vec::new(),
            send: None,
        }
    }

    /// Sets the note of the ledger entry.
    pub(super) fn noted(mut self, note: impl Into<String>) -> Self {
        self.note = scrubbed(&note.into());
        self
    }

    /// Returns a step's state for changes.
    pub(super) fn step(&mut self, index: usize) -> &mut StepState {
        let states = &self.view.record.state.steps;
        self.steps.entry(index).or_insert_with(|| states.get(index).cloned().unwrap_or_else(StepState::pending))
    }

    /// Returns the current step's state for changes.
    pub(super) fn current_step(&mut self) -> &mut StepState {
        self.step(EngineView::current_step_index(self.view.record))
    }

    fn peek(&self, index: usize) -> Option<&StepState> {
        self.steps.get(&index).or_else(|| self.view.record.state.steps.get(index))
    }

    /// Ends the work session with this change; the saga is due at `until`.
    pub(super) fn park(&mut self, until: DateTime<Utc>) {
        self.schedule = match self.view.actor {
            Actor::Worker { .. } => ScheduleChange::Park(until),
            Actor::Person(_) => ScheduleChange::Wake(until),
        };
    }

    /// Makes a step the current one and starts it.
    pub(super) fn enter(&mut self, index: usize) {
        let now = self.view.now;
        self.progress.cursor = index;
        self.progress.status = SagaStatus::Running;
        let step = self.step(index);
        (step.status, step.began_at) = (StepStatus::Running, Some(now));
    }

    /// Marks the current step failed and starts the compensation, with this step first.
    pub(super) fn fail(&mut self, why: &str) {
        let index = self.progress.cursor;
        let why = scrubbed(why);
        self.note.clone_from(&why);
        let step = self.step(index);
        (step.status, step.error) = (StepStatus::Failed, Some(why.clone()));
        self.progress.error.get_or_insert(why);
        self.unwind(index + 1);
    }

    /// Continues the compensation with the last step before `end` that needs it. Steps that changed
    /// nothing need none; if no such step is left, the saga ends.
    pub(super) fn unwind(&mut self, end: usize) {
        for index in (0..end).rev() {
            let step = self.step(index);
            match step.status {
                StepStatus::Skipped | StepStatus::Compensated => {}
                _ if step.reached_intent() => {
                    if self.progress.status != SagaStatus::Unwinding {
                        // From here on the saga is in the other phase, whose worker has to be
                        // woken.
                        self.park(self.view.now);
                    }
                    (self.progress.status, self.progress.cursor) = (SagaStatus::Unwinding, index);
                    return;
                }
                StepStatus::Succeeded => step.status = StepStatus::Compensated,
                _ => {}
            }
        }
        self.progress.cursor = 0;
        let count = self.view.record.state.steps.len();
        let skipped = (0..count).any(|index| self.peek(index).is_some_and(|step| step.status == StepStatus::Skipped));
        self.end(if skipped { SagaStatus::Closed } else { SagaStatus::RolledBack });
    }

    /// Ends the saga: its locks are released, and its status never changes again.
    pub(super) fn end(&mut self, status: SagaStatus) {
        self.progress.status = status;
        self.progress.finished_at = Some(self.view.now);
        self.progress.stuck = None;
        self.ended = true;
        if self.progress.locked {
            self.release_locks();
        }
        self.progress.locked = false;
        self.plan_post_check(0);
    }

    /// Ends the post-checks, or sets that none follow.
    pub(super) fn cancel_post_checks(&mut self) {
        self.progress.post_check = None;
        self.schedule = ScheduleChange::Clear;
    }

    /// Schedules post-checks for round `round` if any step needs one; otherwise none follow.
    pub(super) fn plan_post_check(&mut self, round: usize) {
        let ended_at = self.progress.finished_at.unwrap_or(self.view.now);
        let steps: Vec<usize> =
            (0..self.view.record.state.steps.len()).filter(|index| self.needs_post_check(*index, round)).collect();
        match self.view.timing.post_checks.get(round).filter(|_| !steps.is_empty()) {
            Some(after) => {
                self.progress.post_check = Some(PostCheck { round, steps, locked: false });
                self.park(ended_at + *after);
            }
            None => self.cancel_post_checks(),
        }
    }

    fn needs_post_check(&self, index: usize, round: usize) -> bool {
        let step = self.view.record.metadata.definition.steps.get(index).and_then(|spec| self.view.steps.of(spec));
        let needs = |(kind, state): (&StepKind, &StepState)| {
            state.status != StepStatus::Skipped && kind.post_checks > round && (kind.needs_post_check)(state)
        };
        step.zip(self.peek(index)).is_some_and(needs)
    }

    pub(super) fn take_locks(&mut self, condition: LockCondition) {
        self.take =
            self.view.record.metadata.definition.locks.iter().map(|target| (target.clone(), condition)).collect();
    }

    pub(super) fn release_locks(&mut self) {
        self.release.clone_from(&self.view.record.metadata.definition.locks);
    }

    /// Marks the saga stuck and hands it to an operator; locks are kept.
    pub(super) fn mark_stuck(&mut self, reason: StuckReason, why: &str) {
        self.kind = EntryKind::Stuck;
        let why = scrubbed(why);
        self.note.clone_from(&why);
        let step = EngineView::current_step_index(self.view.record);
        self.progress.stuck = Some(Stuck {
            reason,
            why,
            runbook: reason.runbook().to_owned(),
            step,
            since: self.view.now,
            resumes_as: self.progress.status,
        });
        if self.progress.status == SagaStatus::Unwinding {
            self.step(step).status = StepStatus::CompensationFailed;
        }
        self.progress.status = SagaStatus::Stuck;
        self.schedule = ScheduleChange::Clear;
    }

    /// Returns the finished change as a decision.
    pub(super) fn commit(self) -> SagaDecision {
        let record = self.view.record;
        // Steps that were accessed but stayed as they were are not part of the change.
        let mut steps = self.steps;
        steps.retain(|index, step| record.state.steps.get(*index) != Some(step));
        let mut after = record.state.steps.clone();
        for (index, step) in &mut steps {
            if let Some(known) = after.get_mut(*index) {
                let before = std::mem::replace(known, step.clone()).attempts.len();
                step.attempts.drain(..before.min(step.attempts.len()));
            }
        }
        let entry = LedgerEntry {
            rev: record.state.rev + 1,
            at: self.view.now,
            kind: self.kind,
            actor: self.view.actor.clone(),
            step: self.step,
            op_hash: self.op_hash,
            note: self.note,
            progress: self.progress,
            steps,
            prev: record.state.ledger_hash.clone(),
            hash: String::new(),
        }
        .sealed();
        let state = SagaState {
            progress: entry.progress.clone(),
            rev: entry.rev,
            updated_at: entry.at,
            ledger_hash: entry.hash.clone(),
            steps: after,
        };
        let terminal = self.ended.then(|| Terminal {
            status: state.progress.status,
            at: self.view.now,
            ledger_hash: state.ledger_hash.clone(),
        });
        let fence = self.view.actor.fence();
        let transition = Transition {
            saga: record.metadata.id,
            precondition: Precondition { rev: record.state.rev, fence, status: record.status() },
            tx: String::new(),
            state,
            schedule: self.schedule,
            entry,
            pre_image: self.pre_image,
            take: self.take,
            release: self.release,
            terminal,
        };
        SagaDecision::Commit(Box::new(Commit { transition, announce: self.announce, send: self.send }))
    }
}

/// The largest size of a text that goes into the ledger, in bytes.
const MAX_TEXT_BYTES: usize = 300;

/// Returns a text without anything that looks like a token, cut to its largest size: ledger entries
/// are kept for ever.
fn scrubbed(text: &str) -> String {
    let mut clean = domain::without_tokens(text);
    let mut end = MAX_TEXT_BYTES.min(clean.len());
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
    fn no_token_gets_into_a_ledger_text() {
        let text = format!("Unable to authenticate dop_v1_{} you", "0f".repeat(32));
        assert_eq!(scrubbed(&text), "Unable to authenticate [token] you");
        assert_eq!(scrubbed(&"é".repeat(200)).len(), 300);
    }
}
