//! One change of a saga's state: the record after it, its ledger entry, and what follows it.

use chrono::{DateTime, Utc};

use super::{Commit, EngineView, SagaDecision, WriteCommand};
use crate::ports::{Announcement, PreImage, Precondition, ScheduleChange, Terminal, Transition};
use crate::record::{
    Actor, EntryKind, Intent, LedgerEntry, LockCondition, LockTarget, PostCheck, SagaProgress, SagaState, SagaStatus,
    StepSpec, StepState, StepStatus, Stuck, StuckReason, WriteAttempt, WriteOutcome,
};

/// A change of a saga's state while it is put together.
pub(super) struct StateChange<'a> {
    view: &'a EngineView<'a>,
    kind: EntryKind,
    /// The index of the current step.
    current: usize,
    pub(super) op_hash: Option<String>,
    pub(super) note: String,
    pub(super) progress: SagaProgress,
    pub(super) steps: Vec<StepState>,
    schedule: ScheduleChange,
    pub(super) pre_image: Option<PreImage>,
    take: Vec<(LockTarget, LockCondition)>,
    release: Vec<LockTarget>,
    ended: bool,
    pub(super) announce: Vec<Announcement>,
    pub(super) send: Option<WriteCommand>,
}

impl<'a> StateChange<'a> {
    /// Returns a change about the current step. After a worker's change the worker continues; after
    /// an operator's change the saga is due at once.
    pub(super) fn new(view: &'a EngineView<'a>, kind: EntryKind, note: &str) -> Self {
        let schedule = match view.actor {
            Actor::Worker { .. } => ScheduleChange::Keep,
            Actor::Person(_) => ScheduleChange::Wake(view.now),
        };
        Self {
            view,
            kind,
            current: EngineView::current_step_index(view.record),
            op_hash: None,
            note: scrubbed(note),
            progress: view.record.state.progress.clone(),
            steps: view.record.state.steps.clone(),
            schedule,
            pre_image: None,
            take: Vec::new(),
            release: Vec::new(),
            ended: false,
            announce: Vec::new(),
            send: None,
        }
    }

    /// Returns a change about a write of the current step.
    pub(super) fn of_write(view: &'a EngineView<'a>, kind: EntryKind, intent: &Intent, note: &str) -> Self {
        Self { op_hash: Some(intent.op_hash.clone()), ..Self::new(view, kind, note) }
    }

    /// Returns the current step's state for changes.
    pub(super) fn step(&mut self) -> &mut StepState {
        &mut self.steps[self.current]
    }

    /// Moves the write in progress to the step's writes, with its outcome.
    pub(super) fn record_outcome(&mut self, intent: &Intent, outcome: WriteOutcome) {
        let step = self.step();
        (step.pending, step.deferred, step.denied) = (None, 0, 0);
        let Intent { write, undo, op_hash, at, .. } = intent.clone();
        step.attempts.push(WriteAttempt { write, undo, op_hash, at, outcome });
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
        (self.progress.cursor, self.progress.status) = (index, SagaStatus::Running);
        let step = &mut self.steps[index];
        (step.status, step.began_at) = (StepStatus::Running, Some(self.view.now));
    }

    /// Marks the current step failed and starts the compensation, with this step first.
    pub(super) fn fail(&mut self, why: &str) {
        let (index, why) = (self.progress.cursor, scrubbed(why));
        self.note.clone_from(&why);
        let step = &mut self.steps[index];
        (step.status, step.error) = (StepStatus::Failed, Some(why.clone()));
        self.progress.error.get_or_insert(why);
        self.unwind(index + 1);
    }

    /// Continues the compensation with the last step before `end` that needs it. Steps that changed
    /// nothing need none; if no such step is left, the saga ends.
    pub(super) fn unwind(&mut self, end: usize) {
        for index in (0..end).rev() {
            let step = &mut self.steps[index];
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
        let skipped = self.steps.iter().any(|step| step.status == StepStatus::Skipped);
        self.end(if skipped { SagaStatus::Closed } else { SagaStatus::RolledBack });
    }

    /// Ends the saga: its locks are released, and its status never changes again.
    pub(super) fn end(&mut self, status: SagaStatus) {
        (self.progress.status, self.progress.finished_at) = (status, Some(self.view.now));
        self.progress.stuck = None;
        self.ended = true;
        if std::mem::take(&mut self.progress.locked) {
            self.release_locks();
        }
        self.plan_post_check(0);
    }

    /// Ends the post-checks, or sets that none follow.
    pub(super) fn cancel_post_checks(&mut self) {
        self.progress.post_check = None;
        self.schedule = ScheduleChange::Clear;
    }

    /// Schedules post-checks for round `round` if any step needs one; otherwise none follow.
    pub(super) fn plan_post_check(&mut self, round: usize) {
        let needs = |(spec, state): (&StepSpec, &StepState)| {
            let kind = self.view.steps.of(spec).filter(|kind| kind.post_checks > round);
            state.status != StepStatus::Skipped && kind.is_some_and(|kind| (kind.needs_post_check)(state))
        };
        let steps = self.view.record.metadata.definition.steps.iter().zip(&self.steps).enumerate();
        let steps: Vec<usize> = steps.filter(|(_, step)| needs(*step)).map(|(index, _)| index).collect();
        let ended_at = self.progress.finished_at.unwrap_or(self.view.now);
        match self.view.timing.post_checks.get(round).filter(|_| !steps.is_empty()) {
            Some(after) => {
                self.progress.post_check = Some(PostCheck { round, steps, locked: false });
                self.park(ended_at + *after);
            }
            None => self.cancel_post_checks(),
        }
    }

    pub(super) fn take_locks(&mut self, condition: LockCondition) {
        let locks = &self.view.record.metadata.definition.locks;
        self.take = locks.iter().map(|target| (target.clone(), condition)).collect();
    }

    pub(super) fn release_locks(&mut self) {
        self.release.clone_from(&self.view.record.metadata.definition.locks);
    }

    /// Marks the saga stuck and hands it to an operator; locks are kept.
    pub(super) fn mark_stuck(&mut self, reason: StuckReason, why: &str) {
        let (why, runbook, since) = (scrubbed(why), reason.runbook().to_owned(), self.view.now);
        (self.kind, self.note) = (EntryKind::Stuck, why.clone());
        let resumes_as = self.progress.status;
        self.progress.stuck = Some(Stuck { reason, why, runbook, step: self.current, since, resumes_as });
        if resumes_as == SagaStatus::Unwinding {
            self.step().status = StepStatus::CompensationFailed;
        }
        self.progress.status = SagaStatus::Stuck;
        self.schedule = ScheduleChange::Clear;
    }

    /// Returns the finished change.
    pub(super) fn commit(self) -> Box<Commit> {
        let before = &self.view.record.state;
        // The entry has the steps that changed, with their new writes alone.
        let changed = self.steps.iter().zip(&before.steps).enumerate().filter(|(_, (after, before))| after != before);
        let steps = changed.map(|(index, (after, before))| {
            let attempts = after.attempts.get(before.attempts.len()..).unwrap_or_default().to_vec();
            (index, StepState { attempts, ..after.clone() })
        });
        let entry = LedgerEntry {
            rev: before.rev + 1,
            at: self.view.now,
            kind: self.kind,
            actor: self.view.actor.clone(),
            step: Some(self.current),
            op_hash: self.op_hash,
            note: self.note,
            progress: self.progress.clone(),
            steps: steps.collect(),
            prev: before.ledger_hash.clone(),
            hash: String::new(),
        }
        .sealed();
        let (rev, ledger_hash, status) = (entry.rev, entry.hash.clone(), self.progress.status);
        let terminal = Terminal { status, at: entry.at, ledger_hash: ledger_hash.clone() };
        let transition = Transition {
            saga: self.view.record.metadata.id,
            precondition: Precondition {
                rev: before.rev,
                fence: self.view.actor.fence(),
                status: before.progress.status,
            },
            tx: String::new(),
            state: SagaState { progress: self.progress, rev, updated_at: entry.at, ledger_hash, steps: self.steps },
            schedule: self.schedule,
            entry,
            pre_image: self.pre_image,
            take: self.take,
            release: self.release,
            terminal: self.ended.then_some(terminal),
        };
        Box::new(Commit { transition, announce: self.announce, send: self.send })
    }
}

impl From<StateChange<'_>> for SagaDecision {
    fn from(change: StateChange<'_>) -> Self {
        Self::Commit(change.commit())
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
