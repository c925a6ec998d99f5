//! The beginning of a saga, which takes all its locks or none.

use super::transition_builder::TransitionBuilder;
use super::{EngineView, Input, SagaDecision};
use crate::record::{EntryKind, LockCondition, SagaStatus};

pub(super) fn begin(view: &EngineView<'_>, input: &Input) -> SagaDecision {
    let progress = &view.record.state.progress;
    if let Some(why) = stop_reason(view) {
        let mut builder = TransitionBuilder::new(view, EntryKind::StepFailed).noted(why);
        builder.progress.error = Some(builder.note.clone());
        builder.unwind(0);
        return builder.commit();
    }
    if let Input::Locked(target) = input {
        let polls = view.record.scheduling.polls;
        let until = view.bounded(view.timing.lock_retry_at(&view.record.metadata.id, polls, view.now));
        let why = format!("another saga holds the lock of {target}, or released it too recently");
        if progress.status == SagaStatus::Waiting {
            return SagaDecision::Park { until, denied: 0, why };
        }
        let mut builder = TransitionBuilder::new(view, EntryKind::Waiting).noted(why);
        builder.progress.status = SagaStatus::Waiting;
        builder.park(until);
        return builder.commit();
    }
    let mut builder = TransitionBuilder::new(view, EntryKind::LocksAcquired);
    builder.progress.locked = true;
    builder.take_locks(LockCondition::Free { released_before: view.now - view.timing.read_lag });
    builder.enter(0);
    builder.commit()
}

/// Returns the reason why a saga must not go forward any more; `None` if there is none.
pub(super) fn stop_reason(view: &EngineView<'_>) -> Option<String> {
    let cancelled = view.record.state.progress.cancel.as_ref().map(|cancel| format!("cancelled: {}", cancel.reason));
    let overdue =
        || (view.now >= view.record.state.progress.deadline).then(|| "the saga's deadline has passed".to_owned());
    cancelled.or_else(overdue)
}
