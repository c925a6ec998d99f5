//! A write in progress: the meaning of its response, and the search for its outcome if there is no
//! response.

use chrono::{DateTime, Utc};

use super::transition_builder::TransitionBuilder;
use super::{EngineView, Input, SagaDecision, after_fault};
use crate::calls::WriteResult;
use crate::ports::{Announcement, Fault, Observations};
use crate::record::{EntryKind, Intent, StuckReason, WriteAttempt, WriteOutcome};
use crate::step::Recovered;
use crate::timing::RetryLimit;

/// Decides what follows for the write in progress; `None` if there is none.
pub(super) fn resolve_pending_write(view: &EngineView<'_>, input: &Input) -> Option<SagaDecision> {
    let intent = view.current_step()?.pending.as_ref()?;
    Some(match input {
        Input::Answered { op_hash, answer } if *op_hash == intent.op_hash => answered(view, intent, answer.clone()),
        Input::Observed(seen) => check_outcome(view, intent, seen),
        Input::Woken | Input::Answered { .. } | Input::Locked(_) => {
            check_outcome(view, intent, &Observations::nothing())
        }
    })
}

fn answered(view: &EngineView<'_>, intent: &Intent, answer: Result<WriteResult, Fault>) -> SagaDecision {
    let state = view.current_step();
    let deferred = state.map_or(0, |state| state.deferred);
    let fault = match answer {
        Ok(result) => return finish_write(view, intent, WriteOutcome::Applied(result), ""),
        Err(Fault::NotFound(_)) if intent.write.deletes() => {
            return finish_write(
                view,
                intent,
                WriteOutcome::Applied(WriteResult::Nothing),
                "the object did not exist any more",
            );
        }
        Err(fault) => fault,
    };
    let note = fault.to_string();
    let backoff = view.now + view.timing.after_failures(&view.record.metadata.id, deferred);
    match fault {
        Fault::NotFound(_) => finish_write(view, intent, WriteOutcome::TargetMissing, &note),
        Fault::Refused(_) => refused(view, intent, &note),
        Fault::PendingEvent | Fault::Transient(_) => defer(view, intent, backoff, &note),
        Fault::Limited { until } => defer(view, intent, until.max(backoff), &note),
        Fault::Unauthorised(_) => denied(view, intent, &note),
        Fault::Ambiguous(_) => outcome_unknown(view, intent, &note),
    }
}

fn builder<'a>(view: &'a EngineView<'a>, kind: EntryKind, intent: &Intent, note: &str) -> TransitionBuilder<'a> {
    let mut builder = TransitionBuilder::new(view, kind).noted(note);
    builder.op_hash = Some(intent.op_hash.clone());
    builder
}

/// Records the outcome of the write.
fn finish_write(view: &EngineView<'_>, intent: &Intent, outcome: WriteOutcome, note: &str) -> SagaDecision {
    let kind = match outcome {
        WriteOutcome::Applied(_) | WriteOutcome::Found(_) => EntryKind::Applied,
        WriteOutcome::Lost => EntryKind::Lost,
        WriteOutcome::TargetMissing => EntryKind::TargetMissing,
        WriteOutcome::Refused(_) => EntryKind::Refused,
    };
    let mut builder = builder(view, kind, intent, note);
    if outcome == WriteOutcome::Lost {
        let losses =
            view.current_step().map_or(0, |state| state.attempts.iter().filter(|attempt| attempt.is_lost()).count());
        let wait = view.timing.after_losses(&view.record.metadata.id, u32::try_from(losses).unwrap_or(u32::MAX));
        if wait > chrono::TimeDelta::zero() {
            builder.park(view.bounded(view.now + wait));
        }
    }
    if let Some(result) = outcome.result() {
        builder.announce.extend(Announcement::of_created(&intent.write, result));
    }
    record_outcome(&mut builder, intent, outcome);
    builder.commit()
}

fn record_outcome(builder: &mut TransitionBuilder<'_>, intent: &Intent, outcome: WriteOutcome) {
    let state = builder.current_step();
    (state.pending, state.deferred, state.denied) = (None, 0, 0);
    let Intent { write, undo, op_hash, at, .. } = intent.clone();
    state.attempts.push(WriteAttempt { write, undo, op_hash, at, outcome });
}

/// Handles a final refusal. Going forward, the step fails. In compensation, the saga is stuck. In a
/// post-check, the write is tried again at growing intervals until the round ends, and the other
/// steps come first.
fn refused(view: &EngineView<'_>, intent: &Intent, note: &str) -> SagaDecision {
    if view.record.status().is_terminal() {
        let deferred = view.current_step().map_or(0, |state| state.deferred);
        let mut builder = builder(view, EntryKind::Deferred, intent, note);
        let state = builder.current_step();
        (state.pending, state.deferred) = (None, deferred + 1);
        if let Some(post_check) = &mut builder.progress.post_check {
            post_check.steps.rotate_left(1);
        }
        builder.park(view.now + view.timing.after_losses(&view.record.metadata.id, deferred + 1));
        return builder.commit();
    }
    let mut builder = builder(view, EntryKind::Refused, intent, note);
    let refusal = builder.note.clone();
    record_outcome(&mut builder, intent, WriteOutcome::Refused(refusal));
    if view.record.phase() == crate::record::Phase::Forward {
        builder.fail(note);
    } else {
        builder.mark_stuck(StuckReason::UndoRefused, note);
    }
    builder.commit()
}

/// Defers a write that was certainly not carried out: it is decided anew later.
fn defer(view: &EngineView<'_>, intent: &Intent, until: DateTime<Utc>, note: &str) -> SagaDecision {
    let mut builder = builder(view, EntryKind::Deferred, intent, note);
    let state = builder.current_step();
    state.pending = None;
    state.deferred += 1;
    builder.park(view.bounded(until));
    builder.commit()
}

fn denied(view: &EngineView<'_>, intent: &Intent, note: &str) -> SagaDecision {
    let RetryLimit { attempts, interval } = view.timing.token_denied;
    let mut builder = builder(view, EntryKind::Deferred, intent, note);
    let state = builder.current_step();
    state.pending = None;
    state.denied += 1;
    if state.denied >= attempts && !view.record.status().is_terminal() {
        state.denied = 0;
        builder.mark_stuck(StuckReason::Unauthorised, note);
    } else {
        builder.park(view.now + interval);
    }
    builder.commit()
}

/// Records that the response was lost; from now on the outcome is searched for.
fn outcome_unknown(view: &EngineView<'_>, intent: &Intent, note: &str) -> SagaDecision {
    let mut builder = builder(view, EntryKind::OutcomeUnknown, intent, note);
    if let Some(intent) = &mut builder.current_step().pending {
        // Another worker may decide on it, by its own clock.
        intent.presumed_lost_at = Some(view.now + view.timing.quarantine + view.timing.clock_skew);
    }
    builder.park(view.now + view.timing.poll.0);
    builder.commit()
}

/// Searches for the outcome of the write. If no lost response was recorded, the worker may have
/// crashed, and the write may have been sent at any time until `not_after`.
fn check_outcome(view: &EngineView<'_>, intent: &Intent, seen: &Observations) -> SagaDecision {
    if let Some(fault) = seen.fault() {
        return after_fault(view, fault);
    }
    let reads = view.with_step(|step| step.reads()).unwrap_or_default();
    let lacking = seen.lacks(&reads);
    if !lacking.is_empty() {
        return SagaDecision::Read(lacking);
    }
    let recovered = view.with_step(|step| step.recover(intent, seen));
    let unanswered = || intent.not_after + view.timing.quarantine + view.timing.clock_skew;
    let soon = view.now + view.timing.after_polls(&view.record.metadata.id, view.record.scheduling.polls);
    let presumed_lost_at = intent.presumed_lost_at.unwrap_or_else(unanswered);
    match recovered {
        Some(Recovered::Applied(result)) => finish_write(
            view,
            intent,
            WriteOutcome::Found(result),
            "the response was lost; the write was found to be carried out",
        ),
        // Not limited by the saga's deadline: only once the write is over is it clear what has to
        // be undone.
        Some(Recovered::UnderWay(why)) => SagaDecision::Park { until: soon, denied: 0, why },
        Some(Recovered::Unseen) | None if view.now >= presumed_lost_at => finish_write(
            view,
            intent,
            WriteOutcome::Lost,
            "the response was lost, and the write was not found for long enough",
        ),
        Some(Recovered::Unseen) | None => {
            let why = "the response to a write was lost, and its outcome is not known yet".to_owned();
            SagaDecision::Park { until: soon.min(presumed_lost_at), denied: 0, why }
        }
    }
}
