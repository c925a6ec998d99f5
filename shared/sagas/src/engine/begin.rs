//! The beginning: all locks at once, or none.

use super::draft::Draft;
use super::{Decision, Input, View};
use crate::record::{EntryKind, SagaStatus, Take};

pub(super) fn begin(view: &View<'_>, input: &Input) -> Decision {
    let core = &view.head.state.core;
    if let Some(why) = over(view) {
        let mut draft = Draft::new(view, EntryKind::StepFailed).noted(why);
        draft.core.error = Some(draft.note.clone());
        draft.unwind(0);
        return draft.commit();
    }
    if let Input::Locked(target) = input {
        let polls = view.head.drive.polls;
        let until = view.bounded(view.timing.lock_retry_at(&view.head.about.id, polls, view.now));
        let why = format!("another saga holds {target}, or gave it back just now");
        if core.status == SagaStatus::Waiting {
            return Decision::Rest { until, denied: 0, why };
        }
        let mut draft = Draft::new(view, EntryKind::Waiting).noted(why);
        draft.core.status = SagaStatus::Waiting;
        draft.rest(until);
        return draft.commit();
    }
    let mut draft = Draft::new(view, EntryKind::Begun);
    draft.core.locked = true;
    draft.take_locks(Take::Free { settled: view.now - view.timing.read_lag });
    draft.enter(0);
    draft.commit()
}

/// Why a saga is not to go forward any more.
pub(super) fn over(view: &View<'_>) -> Option<String> {
    let cancelled = view.head.state.core.cancel.as_ref().map(|cancel| format!("cancelled: {}", cancel.reason));
    let late = || (view.now >= view.head.state.core.deadline).then(|| "its deadline has passed".to_owned());
    cancelled.or_else(late)
}
