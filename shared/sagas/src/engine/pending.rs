//! A write under way: what its answer means, and what became of it where there is none.

use chrono::{DateTime, Utc};

use super::draft::Draft;
use super::seeded::{self, Bug};
use super::{Decision, Input, View, after_fault};
use crate::dns::appearance;
use crate::record::{EntryKind, Fate, Intent, StuckReason, Try};
use crate::rim::{Fault, Made, Seen, Write};
use crate::steps::{Recovered, Step};

/// What is to be done about the write under way; `None` where there is none.
pub(super) fn settle(view: &View<'_>, input: &Input) -> Option<Decision> {
    let intent = view.at_work()?.pending.as_ref()?;
    Some(match input {
        Input::Answered { op_hash, answer } if *op_hash == intent.op_hash => answered(view, intent, answer.clone()),
        Input::Seen(seen) => look(view, intent, seen),
        Input::Woken | Input::Answered { .. } | Input::Locked(_) => look(view, intent, &Seen::nothing()),
    })
}

fn answered(view: &View<'_>, intent: &Intent, answer: Result<Made, Fault>) -> Decision {
    let state = view.at_work();
    let put_off = state.map_or(0, |state| state.put_off);
    let fault = match answer {
        Ok(made) => return settled(view, intent, Fate::Applied(made), ""),
        Err(Fault::Absent(_)) if intent.write.deletes() => {
            return settled(view, intent, Fate::Applied(Made::Nothing), "it was gone already");
        }
        Err(fault) => fault,
    };
    let note = fault.to_string();
    let backoff = view.now + view.timing.after_failures(&view.head.about.id, put_off);
    match fault {
        Fault::Absent(_) => settled(view, intent, Fate::Absent, &note),
        Fault::Refused(_) => refused(view, intent, &note),
        Fault::PendingEvent | Fault::Transient(_) => off(view, intent, backoff, &note),
        Fault::Limited { until } => off(view, intent, until.max(backoff), &note),
        Fault::Unauthorised(_) => denied(view, intent, &note),
        Fault::Ambiguous(_) => doubted(view, intent, &note),
    }
}

fn draft<'a>(view: &'a View<'a>, kind: EntryKind, intent: &Intent, note: &str) -> Draft<'a> {
    let mut draft = Draft::new(view, kind).noted(note);
    draft.op_hash = Some(intent.op_hash.clone());
    draft
}

/// The write has a fate.
fn settled(view: &View<'_>, intent: &Intent, fate: Fate, note: &str) -> Decision {
    let kind = match fate {
        Fate::Applied(_) => EntryKind::Applied,
        Fate::Lost => EntryKind::Lost,
        Fate::Absent => EntryKind::Absent,
        Fate::Refused(_) => EntryKind::Refused,
    };
    let mut draft = draft(view, kind, intent, note);
    if fate == Fate::Lost {
        let losses = view.at_work().map_or(0, |state| state.tries.iter().filter(|tried| tried.is_lost()).count());
        let wait = view.timing.after_losses(&view.head.about.id, u32::try_from(losses).unwrap_or(u32::MAX));
        if wait > chrono::TimeDelta::zero() {
            draft.rest(view.bounded(view.now + wait));
        }
    }
    if let (Write::CreateRecord { .. }, Fate::Applied(Made::Record(record))) = (&intent.write, &fate) {
        draft.announce.push(appearance(record.id));
    }
    note_fate(&mut draft, intent, fate);
    draft.commit()
}

fn note_fate(draft: &mut Draft<'_>, intent: &Intent, fate: Fate) {
    let state = draft.at_work();
    (state.pending, state.put_off, state.denied) = (None, 0, 0);
    let Intent { write, undo, op_hash, at, .. } = intent.clone();
    state.tries.push(Try { write, undo, op_hash, at, fate });
}

/// DigitalOcean refuses it for good: forward, the step fails; back, people must look; after the end, it is tried ever less often while the
/// look goes on, and the other steps' turn comes first.
fn refused(view: &View<'_>, intent: &Intent, note: &str) -> Decision {
    if view.head.status().is_terminal() {
        let put_off = view.at_work().map_or(0, |state| state.put_off);
        let mut draft = draft(view, EntryKind::PutOff, intent, note);
        let state = draft.at_work();
        (state.pending, state.put_off) = (None, put_off + 1);
        if let Some(late) = &mut draft.core.late {
            late.steps.rotate_left(1);
        }
        draft.rest(view.now + view.timing.after_losses(&view.head.about.id, put_off + 1));
        return draft.commit();
    }
    let mut draft = draft(view, EntryKind::Refused, intent, note);
    let words = draft.note.clone();
    note_fate(&mut draft, intent, Fate::Refused(words));
    if view.head.lane() == crate::rim::Lane::Execute {
        draft.fail(note);
    } else {
        draft.stick(StuckReason::UndoRefused, note);
    }
    draft.commit()
}

/// It was certainly not carried out: it is decided anew later.
fn off(view: &View<'_>, intent: &Intent, until: DateTime<Utc>, note: &str) -> Decision {
    let mut draft = draft(view, EntryKind::PutOff, intent, note);
    let state = draft.at_work();
    state.pending = None;
    state.put_off += 1;
    draft.rest(view.bounded(until));
    draft.commit()
}

fn denied(view: &View<'_>, intent: &Intent, note: &str) -> Decision {
    let (tries, apart) = view.timing.denied;
    let mut draft = draft(view, EntryKind::PutOff, intent, note);
    let state = draft.at_work();
    state.pending = None;
    state.denied += 1;
    if state.denied >= tries && !view.head.status().is_terminal() {
        state.denied = 0;
        draft.stick(StuckReason::Unauthorised, note);
    } else {
        draft.rest(view.now + apart);
    }
    draft.commit()
}

/// Its answer was lost: from now on it is looked for.
fn doubted(view: &View<'_>, intent: &Intent, note: &str) -> Decision {
    let mut draft = draft(view, EntryKind::Doubted, intent, note);
    if let Some(intent) = &mut draft.at_work().pending {
        // Another worker will judge, by a clock of its own.
        intent.doubt_until = Some(view.now + view.timing.quarantine + view.timing.clock_skew);
    }
    draft.rest(view.now + view.timing.poll.0);
    draft.commit()
}

/// Looks for it. Where nobody noted that its answer was lost, it may have been sent until its time was up.
fn look(view: &View<'_>, intent: &Intent, seen: &Seen) -> Decision {
    if seeded::has(Bug::SendsAgainWithoutLooking) {
        return settled(view, intent, Fate::Lost, "not looked for");
    }
    if let Some(fault) = seen.fault() {
        return after_fault(view, fault);
    }
    let reads = view.with_step(Step::reads).unwrap_or_default();
    let lacking = seen.lacks(&reads);
    if !lacking.is_empty() {
        return Decision::Look(lacking);
    }
    let recovered = view.with_step(|step, at| step.recover(at, intent, seen));
    let unanswered = || intent.not_after + view.timing.quarantine + view.timing.clock_skew;
    let soon = view.now + view.timing.after_looks(&view.head.about.id, view.head.drive.polls);
    let doubt_until = intent.doubt_until.unwrap_or_else(unanswered);
    match recovered {
        Some(Recovered::Applied(made)) => settled(view, intent, Fate::Applied(made), "it was found to be carried out"),
        // Also beyond the saga's deadline: only when the write is over is there anything to undo.
        Some(Recovered::UnderWay(why)) => Decision::Rest { until: soon, denied: 0, why },
        Some(Recovered::Unseen) | None if view.now >= doubt_until => {
            settled(view, intent, Fate::Lost, "it was not seen for long enough")
        }
        Some(Recovered::Unseen) | None => {
            let why = "a write's answer was lost, and it is not to be seen yet".to_owned();
            Decision::Rest { until: soon.min(doubt_until), denied: 0, why }
        }
    }
}
