//! The transitions of a saga, as tables: what it is doing, and what was observed, give what comes
//! next.

use chrono::{DateTime, TimeDelta, Utc};

use super::state_change::StateChange;
use super::{EngineView, Input, SagaDecision, WriteCommand};
use crate::calls::{WriteRequest, WriteResult};
use crate::ports::{Announcement, Fault, Observations, PreImage, WriteContext};
use crate::record::{EntryKind, Intent, LockCondition, SagaStatus, StepStatus, StuckReason, WriteOutcome, digest};
use crate::step::{Recovered, StepCompletion, StepDecision};
use crate::timing::RetryLimit;

/// The part of a saga's life in which a transition happens; with the pending write, the row of the
/// table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Course {
    /// The saga takes the locks of all its steps, all of them or none.
    Begin,
    /// The saga executes the current step.
    Forward,
    /// The saga compensates the current step.
    Undo,
    /// The saga has ended, and looks for a write of the current step that was carried out late.
    PostCheck,
}

/// The time after its due time at which a post-check is given up.
const POST_CHECK_TIMEOUT: TimeDelta = TimeDelta::days(1);

/// The note on a step that does not decide on the data that it asked for.
const REPEATED_READ: &str = "the step requested data it already has";

/// Decides what a saga does next.
#[must_use]
pub fn decide(view: &EngineView<'_>, input: &Input) -> SagaDecision {
    let Some(course) = course(view) else { return SagaDecision::Stop };
    let takeovers = view.record.scheduling.takeovers;
    if !view.known {
        return unknown_definition(view);
    }
    if takeovers > view.timing.crash_limit {
        let why = format!("{} workers in a row took the saga over and stopped without a change", takeovers - 1);
        return match course {
            Course::PostCheck => post_checked(view, &why, true),
            _ => stuck(view, StuckReason::CrashLoop, &why),
        };
    }
    let nothing = Observations::nothing();
    let seen = if let Input::Observed(seen) = input { seen } else { &nothing };
    let pending = view.current_step().and_then(|step| step.pending.as_ref());
    let stop_reason = stop_reason(view);
    match (course, pending, input) {
        (Course::Begin, ..) if let Some(why) = &stop_reason => turn_back(view, why),
        (Course::Begin, _, Input::Locked(target)) => {
            let until = view.timing.lock_retry_at(&view.record.metadata.id, view.record.scheduling.polls, view.now);
            wait_until(view, until, format!("another saga holds the lock of {target}, or released it too recently"))
        }
        (Course::Begin, ..) => take_locks(view),
        (Course::PostCheck, ..) if is_post_check_overdue(view) => {
            post_checked(view, "the post-check took too long", true)
        }
        (_, Some(intent), Input::Answered { op_hash, answer }) if *op_hash == intent.op_hash => {
            answered(view, course, intent, answer)
        }
        (_, Some(intent), _) => search(view, intent, seen),
        (Course::Forward, None, _) if let Some(why) = &stop_reason => fail(view, why),
        // The present state may be the result of that saga.
        (Course::PostCheck, None, Input::Locked(target)) => {
            post_checked(view, &format!("another saga has held the lock of {target} since"), false)
        }
        (_, None, _) => step_decision(view, course, seen),
    }
}

/// Returns what the saga is doing; `None` if it needs no worker.
fn course(view: &EngineView<'_>) -> Option<Course> {
    let progress = &view.record.state.progress;
    view.record.scheduling.next_due?;
    match progress.status {
        SagaStatus::Pending => Some(Course::Begin),
        SagaStatus::Waiting if !progress.locked => Some(Course::Begin),
        SagaStatus::Running | SagaStatus::Waiting => Some(Course::Forward),
        SagaStatus::Unwinding => Some(Course::Undo),
        SagaStatus::Stuck => None,
        SagaStatus::Succeeded | SagaStatus::RolledBack | SagaStatus::Closed => {
            progress.post_check.as_ref().map(|_| Course::PostCheck)
        }
    }
}

/// Returns the reason why a saga must not go forward any more; `None` if there is none.
fn stop_reason(view: &EngineView<'_>) -> Option<String> {
    let progress = &view.record.state.progress;
    let cancelled = progress.cancel.as_ref().map(|cancel| format!("cancelled: {}", cancel.reason));
    cancelled.or_else(|| (view.now >= progress.deadline).then(|| "the saga's deadline has passed".to_owned()))
}

fn is_post_check_overdue(view: &EngineView<'_>) -> bool {
    let progress = &view.record.state.progress;
    let round = progress.post_check.as_ref().and_then(|post_check| view.timing.post_checks.get(post_check.round));
    progress.finished_at.zip(round).is_some_and(|(ended, after)| view.now > ended + *after + POST_CHECK_TIMEOUT)
}

/// Lets the current step decide on what was read, or requests what it has to read.
fn step_decision(view: &EngineView<'_>, course: Course, seen: &Observations) -> SagaDecision {
    if let Some(fault) = seen.fault() {
        return match after_fault(view, fault) {
            SagaDecision::Park { until, denied, why } => SagaDecision::Park { until: view.bounded(until), denied, why },
            decision => decision,
        };
    }
    let succeeded = view.record.status() == SagaStatus::Succeeded;
    let next = view.with_step(|step| match course {
        _ if !seen.lacks(&step.reads()).is_empty() => StepDecision::Read(step.reads()),
        Course::Begin | Course::Forward => step.forward(seen),
        Course::Undo => step.undo(seen),
        Course::PostCheck => step.post_check(seen, succeeded),
    });
    let Some(next) = next else { return SagaDecision::Stop };
    match (course, next) {
        (_, StepDecision::Read(reads)) if !seen.lacks(&reads).is_empty() => SagaDecision::Read(seen.lacks(&reads)),
        (Course::PostCheck, StepDecision::Read(_)) => post_checked(view, REPEATED_READ, false),
        (_, StepDecision::Read(_)) => wait(view, REPEATED_READ.to_owned()),
        (_, StepDecision::Send { write, announce }) => {
            let undo = course == Course::Undo || (course == Course::PostCheck && !succeeded);
            intend(view, seen, undo, write, announce)
        }
        (Course::Begin | Course::Forward, StepDecision::Until(until, why)) => wait_until(view, until, why),
        (_, StepDecision::Wait(why) | StepDecision::Until(_, why)) => wait(view, why),
        (Course::Begin | Course::Forward, StepDecision::Done(done)) => succeed(view, done),
        (Course::Undo, StepDecision::Done(done)) => compensated(view, done),
        (Course::PostCheck, StepDecision::Done(done)) => post_checked(view, done.outcome, false),
        (Course::Begin | Course::Forward, StepDecision::Failed(why) | StepDecision::Conflict(why)) => fail(view, &why),
        (Course::Undo, StepDecision::Failed(why) | StepDecision::Conflict(why)) => {
            stuck(view, StuckReason::NeedsDecision, &why)
        }
        (Course::PostCheck, StepDecision::Failed(why) | StepDecision::Conflict(why)) => post_checked(view, &why, false),
    }
}

/// Decides what the response to a write means.
fn answered(
    view: &EngineView<'_>,
    course: Course,
    intent: &Intent,
    answer: &Result<WriteResult, Fault>,
) -> SagaDecision {
    let fault = match answer {
        Ok(result) => return finish_write(view, intent, WriteOutcome::Applied(result.clone()), ""),
        Err(Fault::NotFound(_)) if intent.write.deletes() => {
            let note = "the object did not exist any more";
            return finish_write(view, intent, WriteOutcome::Applied(WriteResult::Nothing), note);
        }
        Err(fault) => fault,
    };
    let (saga, note) = (&view.record.metadata.id, fault.to_string());
    let deferred = view.current_step().map_or(0, |step| step.deferred);
    let backoff = view.now + view.timing.after_failures(saga, deferred);
    let mut change = match fault {
        Fault::NotFound(_) => return finish_write(view, intent, WriteOutcome::TargetMissing, &note),
        Fault::Refused(_) if course != Course::PostCheck => {
            StateChange::of_write(view, EntryKind::Refused, intent, &note)
        }
        Fault::Ambiguous(_) => StateChange::of_write(view, EntryKind::OutcomeUnknown, intent, &note),
        // The write was certainly not carried out, and is decided anew later.
        _ => {
            let mut change = StateChange::of_write(view, EntryKind::Deferred, intent, &note);
            change.step().pending = None;
            change
        }
    };
    match (fault, course) {
        // Tried again at growing intervals until the round ends; the other steps come first.
        (Fault::Refused(_), Course::PostCheck) => {
            change.step().deferred += 1;
            if let Some(post_check) = &mut change.progress.post_check {
                post_check.steps.rotate_left(1);
            }
            change.park(view.now + view.timing.after_losses(saga, deferred + 1));
        }
        (Fault::Refused(_), _) => {
            let refusal = change.note.clone();
            change.record_outcome(intent, WriteOutcome::Refused(refusal));
            match course {
                Course::Undo => change.mark_stuck(StuckReason::UndoRefused, &note),
                _ => change.fail(&note),
            }
        }
        // From now on the outcome is searched for, maybe by another worker and its clock.
        (Fault::Ambiguous(_), _) => {
            if let Some(intent) = &mut change.step().pending {
                intent.presumed_lost_at = Some(view.now + view.timing.quarantine + view.timing.clock_skew);
            }
            change.park(view.now + view.timing.poll.0);
        }
        (Fault::Unauthorised(_), _) => {
            let RetryLimit { attempts, interval } = view.timing.token_denied;
            change.step().denied += 1;
            if change.step().denied >= attempts && course != Course::PostCheck {
                change.step().denied = 0;
                change.mark_stuck(StuckReason::Unauthorised, &note);
            } else {
                change.park(view.now + interval);
            }
        }
        (fault, _) => {
            let until = if let Fault::Limited { until } = fault { backoff.max(*until) } else { backoff };
            change.step().deferred += 1;
            change.park(view.bounded(until));
        }
    }
    change.into()
}

/// Searches for the outcome of a write. If no lost response was recorded, the worker may have
/// crashed, and the write may have been sent at any time until `not_after`.
fn search(view: &EngineView<'_>, intent: &Intent, seen: &Observations) -> SagaDecision {
    if let Some(fault) = seen.fault() {
        return after_fault(view, fault);
    }
    let lacking = seen.lacks(&view.with_step(|step| step.reads()).unwrap_or_default());
    if !lacking.is_empty() {
        return SagaDecision::Read(lacking);
    }
    let soon = view.now + view.timing.after_polls(&view.record.metadata.id, view.record.scheduling.polls);
    let unanswered = intent.not_after + view.timing.quarantine + view.timing.clock_skew;
    let presumed_lost_at = intent.presumed_lost_at.unwrap_or(unanswered);
    // Not limited by the saga's deadline: only once the write is over is it clear what has to be
    // undone.
    let park = |until, why: String| SagaDecision::Park { until, denied: 0, why };
    match view.with_step(|step| step.recover(intent, seen)) {
        Some(Recovered::Applied(result)) => {
            let note = "the response was lost; the write was found to be carried out";
            finish_write(view, intent, WriteOutcome::Found(result), note)
        }
        Some(Recovered::UnderWay(why)) => park(soon, why),
        Some(Recovered::Unseen) | None if view.now >= presumed_lost_at => {
            let note = "the response was lost, and the write was not found for long enough";
            finish_write(view, intent, WriteOutcome::Lost, note)
        }
        Some(Recovered::Unseen) | None => {
            let why = "the response to a write was lost, and its outcome is not known yet";
            park(soon.min(presumed_lost_at), why.to_owned())
        }
    }
}

/// Decides what follows from a failed read that proves nothing about what exists.
fn after_fault(view: &EngineView<'_>, fault: &Fault) -> SagaDecision {
    let (saga, polls, why) = (&view.record.metadata.id, view.record.scheduling.polls, fault.to_string());
    let RetryLimit { attempts, interval } = view.timing.token_denied;
    match fault {
        Fault::Limited { until } => {
            let spread = view.timing.after_failures(saga, polls) - view.timing.backoff.0;
            SagaDecision::Park { until: (*until).max(view.now) + spread.min(interval), denied: 0, why }
        }
        Fault::Unauthorised(_) => {
            let denied = view.record.scheduling.denied + 1;
            if denied >= attempts && !view.record.status().is_terminal() {
                return stuck(view, StuckReason::Unauthorised, &why);
            }
            SagaDecision::Park { until: view.now + interval, denied, why }
        }
        Fault::NotFound(_) | Fault::Refused(_) | Fault::PendingEvent | Fault::Ambiguous(_) | Fault::Transient(_) => {
            SagaDecision::Park { until: view.now + view.timing.after_failures(saga, polls), denied: 0, why }
        }
    }
}

/// Parks a saga whose definition this build does not have: another build may, before or after this
/// one.
fn unknown_definition(view: &EngineView<'_>) -> SagaDecision {
    let RetryLimit { attempts, interval } = view.timing.unknown_definition;
    let why = "this build does not have the saga's definition";
    if view.record.scheduling.polls >= attempts && !view.record.status().is_terminal() {
        return stuck(view, StuckReason::UnknownDefinition, why);
    }
    SagaDecision::Park { until: view.now + interval, denied: 0, why: why.to_owned() }
}

/// Ends a saga that has not begun.
fn turn_back(view: &EngineView<'_>, why: &str) -> SagaDecision {
    let mut change = StateChange::new(view, EntryKind::StepFailed, why);
    change.progress.error = Some(change.note.clone());
    change.unwind(0);
    change.into()
}

/// Begins a saga, which takes all its locks or none.
fn take_locks(view: &EngineView<'_>) -> SagaDecision {
    let mut change = StateChange::new(view, EntryKind::LocksAcquired, "");
    change.progress.locked = true;
    change.take_locks(LockCondition::Free { released_before: view.now - view.timing.read_lag });
    change.enter(0);
    change.into()
}

/// Polls again after a while.
fn wait(view: &EngineView<'_>, why: String) -> SagaDecision {
    let interval = view.timing.after_polls(&view.record.metadata.id, view.record.scheduling.polls);
    SagaDecision::Park { until: view.bounded(view.now + interval), denied: 0, why }
}

/// Waits until a time; the saga's status says so.
fn wait_until(view: &EngineView<'_>, until: DateTime<Utc>, why: String) -> SagaDecision {
    let until = view.bounded(until);
    if view.record.status() == SagaStatus::Waiting {
        return SagaDecision::Park { until, denied: 0, why };
    }
    let mut change = StateChange::new(view, EntryKind::Waiting, &why);
    change.progress.status = SagaStatus::Waiting;
    change.park(until);
    change.into()
}

/// Stores the intent of a write, if the lease lasts long enough for the write.
fn intend(
    view: &EngineView<'_>,
    seen: &Observations,
    undo: bool,
    write: WriteRequest,
    announce: Vec<Announcement>,
) -> SagaDecision {
    let record = view.record;
    let (at, fence, not_after) = (view.now, record.scheduling.fence, view.now + view.timing.lease_margin);
    if record.scheduling.lease_until.is_none_or(|until| not_after + view.timing.http_timeout >= until) {
        let why = "the lease expires too soon for another write".to_owned();
        return SagaDecision::Park { until: at, denied: 0, why };
    }
    let index = EngineView::current_step_index(record);
    let mut op_hash = digest(&(record.metadata.id, index, record.state.rev, undo, &write));
    op_hash.truncate(32);
    let mut change = StateChange::new(view, EntryKind::Intended, "");
    change.op_hash = Some(op_hash.clone());
    let step = change.step();
    let presumed_lost_at = None;
    step.pending =
        Some(Intent { write: write.clone(), undo, op_hash: op_hash.clone(), at, not_after, fence, presumed_lost_at });
    if !step.has_pre_image {
        let content = view.with_step(|step| step.pre_image(seen)).flatten();
        step.has_pre_image = content.is_some();
        change.pre_image = content.map(|content| PreImage { step: index, at, content });
    }
    let needs_locks = view.kind().is_none_or(|kind| kind.post_check_locks);
    if let Some(post_check) = change.progress.post_check.as_mut().filter(|checked| needs_locks && !checked.locked) {
        post_check.locked = true;
        change.take_locks(LockCondition::Untouched);
    }
    let context = WriteContext { saga: record.metadata.id, op_hash, fence, not_after };
    change.send = Some(WriteCommand { write, context, announce });
    change.into()
}

/// Records the outcome of the write.
fn finish_write(view: &EngineView<'_>, intent: &Intent, outcome: WriteOutcome, note: &str) -> SagaDecision {
    let kind = match outcome {
        WriteOutcome::Applied(_) | WriteOutcome::Found(_) => EntryKind::Applied,
        WriteOutcome::Lost => EntryKind::Lost,
        WriteOutcome::TargetMissing => EntryKind::TargetMissing,
        WriteOutcome::Refused(_) => EntryKind::Refused,
    };
    let mut change = StateChange::of_write(view, kind, intent, note);
    if outcome == WriteOutcome::Lost {
        let losses = change.step().attempts.iter().filter(|attempt| attempt.is_lost()).count();
        let losses = u32::try_from(losses).unwrap_or(u32::MAX);
        let wait = view.timing.after_losses(&view.record.metadata.id, losses);
        if wait > TimeDelta::zero() {
            change.park(view.bounded(view.now + wait));
        }
    }
    if let Some(result) = outcome.result() {
        change.announce.extend(Announcement::of_created(&intent.write, result));
    }
    change.record_outcome(intent, outcome);
    change.into()
}

fn succeed(view: &EngineView<'_>, done: StepCompletion) -> SagaDecision {
    let next = view.record.state.progress.cursor + 1;
    let mut change = StateChange::new(view, EntryKind::StepSucceeded, &done.note);
    let step = change.step();
    (step.status, step.outcome, step.outputs) = (StepStatus::Succeeded, Some(done.outcome.to_owned()), done.outputs);
    change.announce = done.announce;
    if next < view.record.state.steps.len() {
        change.enter(next);
    } else {
        change.end(SagaStatus::Succeeded);
    }
    change.into()
}

fn fail(view: &EngineView<'_>, why: &str) -> SagaDecision {
    let mut change = StateChange::new(view, EntryKind::StepFailed, why);
    change.fail(why);
    change.into()
}

fn compensated(view: &EngineView<'_>, done: StepCompletion) -> SagaDecision {
    let note = if done.note.is_empty() { done.outcome } else { &done.note };
    let mut change = StateChange::new(view, EntryKind::StepCompensated, note);
    change.step().status = StepStatus::Compensated;
    change.announce = done.announce;
    change.unwind(view.record.state.progress.cursor);
    change.into()
}

/// Hands the saga to an operator; locks are kept.
fn stuck(view: &EngineView<'_>, reason: StuckReason, why: &str) -> SagaDecision {
    let mut change = StateChange::new(view, EntryKind::Stuck, why);
    change.mark_stuck(reason, why);
    change.into()
}

/// Ends this round of post-checks for the current step, or for all steps. After the last step, the
/// next round is scheduled.
fn post_checked(view: &EngineView<'_>, note: &str, all_steps: bool) -> SagaDecision {
    let mut change = StateChange::new(view, EntryKind::PostChecked, note);
    let Some(post_check) = &mut change.progress.post_check else { return SagaDecision::Stop };
    post_check.steps.drain(..if all_steps { post_check.steps.len() } else { 1 });
    let (locked, over, round) = (std::mem::take(&mut post_check.locked), post_check.steps.is_empty(), post_check.round);
    if locked {
        change.release_locks();
    }
    if over {
        change.plan_post_check(round + 1);
    }
    change.into()
}
