//! Builds of the engine with a deliberate mistake, which the simulation must detect.
//!
//! The product knows nothing of them: [`sagas::drive_by`] takes the function that decides, and most
//! mistakes are such functions, which give the engine another view or change what it decided. The
//! mistakes that are not the engine's own are made by the ports.

use sagas::Decide;
use sagas::calls::WriteResult;
use sagas::engine::{Commit, EngineView, Input, SagaDecision, decide};
use sagas::ports::{Fault, Observations, ScheduleChange, Terminal, Transition};
use sagas::record::{EntryKind, SagaProgress, SagaRecord, SagaStatus, StepState, StepStatus};

/// The engine and the ports of a run: the product's, or with a mistake.
#[derive(Debug, Clone, Copy)]
pub(super) struct Build {
    pub(super) decide: Decide,
    /// True if a write is sent before its intent is stored.
    pub(super) sends_before_storing: bool,
    /// True if a change is stored only on the revision that it was decided on.
    pub(super) checks_revisions: bool,
}

impl Build {
    pub(super) const SOUND: Self = Self::deciding(decide);

    pub(super) const fn deciding(decide: Decide) -> Self {
        Self { decide, sends_before_storing: false, checks_revisions: true }
    }
}

/// Decides, and lets `change` make its mistake in each change of the saga.
fn changing(view: &EngineView<'_>, input: &Input, change: impl FnOnce(&mut Commit)) -> SagaDecision {
    match decide(view, input) {
        SagaDecision::Commit(mut commit) => {
            change(&mut commit);
            seal(&mut commit.transition);
            SagaDecision::Commit(commit)
        }
        decision => decision,
    }
}

/// Makes the parts of a change agree again after a change of its ledger entry.
fn seal(transition: &mut Transition) {
    let entry = transition.entry.clone().sealed();
    transition.state.progress = entry.progress.clone();
    transition.state.ledger_hash.clone_from(&entry.hash);
    if let Some(terminal) = &mut transition.terminal {
        terminal.ledger_hash.clone_from(&entry.hash);
    }
    transition.entry = entry;
}

/// Decides on a record that is not quite the stored one.
fn deciding_on(view: &EngineView<'_>, input: &Input, change: impl FnOnce(&mut SagaRecord)) -> SagaDecision {
    let mut record = view.record.clone();
    change(&mut record);
    let EngineView { pre_image, steps, timing, known, now, .. } = *view;
    decide(&EngineView { record: &record, pre_image, steps, timing, actor: view.actor.clone(), known, now }, input)
}

/// The indexes of the steps that may have changed something and are not undone.
fn left_to_undo(steps: &[StepState]) -> Vec<usize> {
    let left = |step: &StepState| {
        step.reached_intent() && !matches!(step.status, StepStatus::Compensated | StepStatus::Skipped)
    };
    (0..steps.len()).filter(|index| left(&steps[*index])).collect()
}

fn is_turning_back(before: SagaStatus, transition: &Transition) -> bool {
    before != SagaStatus::Unwinding && transition.state.progress.status == SagaStatus::Unwinding
}

/// Changes are stored without a check of the fencing token.
pub(super) fn no_fence_check(view: &EngineView<'_>, input: &Input) -> SagaDecision {
    changing(view, input, |commit| commit.transition.precondition.fence = None)
}

/// The step that failed half-way is left out of the compensation.
pub(super) fn undo_skips_the_failed_step(view: &EngineView<'_>, input: &Input) -> SagaDecision {
    changing(view, input, |Commit { transition, .. }| {
        if !is_turning_back(view.record.status(), transition) {
            return;
        }
        let failed = transition.state.progress.cursor;
        let progress = &mut transition.entry.progress;
        match left_to_undo(&transition.state.steps[..failed]).pop() {
            Some(next) => progress.cursor = next,
            None => {
                progress.status = SagaStatus::RolledBack;
                (progress.cursor, progress.locked, progress.finished_at) = (0, false, Some(view.now));
                transition.release.clone_from(&view.record.metadata.definition.locks);
                transition.schedule = ScheduleChange::Clear;
                let ledger_hash = String::new();
                transition.terminal = Some(Terminal { status: SagaStatus::RolledBack, at: view.now, ledger_hash });
            }
        }
    })
}

/// A write of unknown outcome counts as not carried out at once.
pub(super) fn resends_without_searching(view: &EngineView<'_>, input: &Input) -> SagaDecision {
    let pending = view.current_step().is_some_and(|step| step.pending.is_some());
    if !pending || matches!(input, Input::Answered { .. }) {
        return decide(view, input);
    }
    let mut found_nothing = Observations::nothing();
    loop {
        let step = EngineView::current_step_index(view.record);
        let decision = deciding_on(view, &Input::Observed(found_nothing.clone()), |record| {
            let intent = record.state.steps[step].pending.as_mut();
            intent.unwrap().presumed_lost_at = Some(view.now);
        });
        match decision {
            SagaDecision::Read(reads) => {
                reads.into_iter().for_each(|read| found_nothing.add(read, Err(Fault::NotFound(String::new()))));
            }
            decision => return decision,
        }
    }
}

/// A saga that waits is never due again.
pub(super) fn loses_next_due(view: &EngineView<'_>, input: &Input) -> SagaDecision {
    changing(view, input, |Commit { transition, .. }| {
        if transition.entry.kind == EntryKind::Waiting {
            transition.schedule = ScheduleChange::Clear;
        }
    })
}

/// Compensation goes from the first step to the last.
pub(super) fn undoes_first_to_last(view: &EngineView<'_>, input: &Input) -> SagaDecision {
    changing(view, input, |Commit { transition, .. }| {
        let turns_back = is_turning_back(view.record.status(), transition);
        let left = left_to_undo(&transition.state.steps);
        if let Some(first) = left.first()
            && (turns_back || transition.entry.kind == EntryKind::StepCompensated)
        {
            let before =
                if turns_back { transition.entry.progress.clone() } else { view.record.state.progress.clone() };
            transition.entry.progress = SagaProgress { cursor: *first, ..before };
            if transition.terminal.take().is_some() {
                transition.release.clear();
                transition.schedule = ScheduleChange::Keep;
            }
        }
    })
}

/// The lost answer of a write is taken for a write that was not carried out.
pub(super) fn lost_answer_means_not_done(view: &EngineView<'_>, input: &Input) -> SagaDecision {
    match input {
        Input::Answered { op_hash, answer: Err(Fault::Ambiguous(why)) } => {
            let answer = Err(Fault::Transient(why.clone()));
            decide(view, &Input::Answered { op_hash: op_hash.clone(), answer })
        }
        input => decide(view, input),
    }
}

/// A deletion without an answer is taken for done.
pub(super) fn lost_deletion_means_done(view: &EngineView<'_>, input: &Input) -> SagaDecision {
    match view.current_step().and_then(|step| step.pending.as_ref()) {
        Some(intent) if intent.write.deletes() && !matches!(input, Input::Answered { .. }) => {
            let answer = Ok(WriteResult::Nothing);
            decide(view, &Input::Answered { op_hash: intent.op_hash.clone(), answer })
        }
        _ => decide(view, input),
    }
}

/// Writes that were not carried out are not counted, so the waits between them never grow.
pub(super) fn does_not_count_retries(view: &EngineView<'_>, input: &Input) -> SagaDecision {
    let step = EngineView::current_step_index(view.record);
    deciding_on(view, input, |record| record.state.steps[step].deferred = 0)
}

/// The terminal marker is written with the intent of the last write.
pub(super) fn ends_before_the_last_write(view: &EngineView<'_>, input: &Input) -> SagaDecision {
    changing(view, input, |Commit { transition, .. }| {
        let is_last = transition.state.progress.cursor + 1 == transition.state.steps.len();
        if transition.entry.kind == EntryKind::Intended && is_last && view.record.status() == SagaStatus::Running {
            let ledger_hash = String::new();
            transition.terminal = Some(Terminal { status: SagaStatus::Succeeded, at: view.now, ledger_hash });
        }
    })
}

/// The locks are released when the compensation begins.
pub(super) fn releases_locks_early(view: &EngineView<'_>, input: &Input) -> SagaDecision {
    changing(view, input, |Commit { transition, .. }| {
        if is_turning_back(view.record.status(), transition) {
            transition.release.clone_from(&view.record.metadata.definition.locks);
        }
    })
}

/// A saga that has ended is never looked at again.
pub(super) fn skips_the_post_check(view: &EngineView<'_>, input: &Input) -> SagaDecision {
    changing(view, input, |Commit { transition, .. }| {
        if transition.terminal.is_some() {
            transition.entry.progress.post_check = None;
            transition.schedule = ScheduleChange::Clear;
        }
    })
}

/// A write is sent however long ago it was decided.
pub(super) fn ignores_the_time_limit(view: &EngineView<'_>, input: &Input) -> SagaDecision {
    changing(view, input, |commit| {
        if let Some(command) = &mut commit.send {
            command.context.not_after += chrono::TimeDelta::hours(1);
        }
    })
}

/// The state that a step found is not stored.
pub(super) fn loses_the_pre_image(view: &EngineView<'_>, input: &Input) -> SagaDecision {
    changing(view, input, |commit| commit.transition.pre_image = None)
}
