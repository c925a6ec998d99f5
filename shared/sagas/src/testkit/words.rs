//! What may be said of a saga, and when.

use serde_json::{Value, json};

use super::run::begins_at;
use super::scenario::{Scenario, request};
use crate::Timing;
use crate::engine::View;
use crate::engine::operator::{Refusal, Response, Verb, operate};
use crate::record::{Actor, EntryKind, Head, SagaId, SagaStatus, StepStatus, Stuck, StuckReason};
use crate::rim::{DriveChange, Seen, Transition};
use crate::steps::STEPS;

fn saga(step: &str, inputs: &Value, status: SagaStatus) -> Head {
    let requests = vec![request(step, inputs), request("fail", &json!({}))];
    let scenario = Scenario { name: String::new(), requests, records: Vec::new(), word: None };
    let mut head = scenario.start(SagaId::random(), begins_at()).head;
    head.state.core.status = status;
    head.state.core.locked = status.is_active();
    if status != SagaStatus::Pending {
        head.state.steps[0].status = StepStatus::Running;
    }
    head
}

fn waiting(status: SagaStatus) -> Head {
    saga("wait", &json!({ "seconds": 60 }), status)
}

fn stuck(resumes_as: SagaStatus) -> Head {
    let mut head = waiting(SagaStatus::Stuck);
    head.drive.next_due = None;
    head.state.core.stuck = Some(Stuck {
        reason: StuckReason::CrashLoop,
        why: String::new(),
        runbook: StuckReason::CrashLoop.runbook().to_owned(),
        step: 0,
        since: begins_at(),
        resumes_as,
    });
    head
}

fn say(head: &Head, verb: &Verb) -> Result<Transition, Refusal> {
    let timing = Timing::default();
    let actor = Actor::Person("ops".to_owned());
    let view = View { head, pre: None, steps: &STEPS, timing: &timing, actor, known: true, now: begins_at() };
    match operate(&view, verb, &Seen::nothing())? {
        Response::Commit(commit) => Ok(commit.transition),
        Response::Look(reads) => panic!("{reads:?}"),
    }
}

fn cancel() -> Verb {
    Verb::Cancel { reason: "no longer wanted".to_owned() }
}

fn skip(step: usize) -> Verb {
    Verb::Skip { step, reason: "keep it".to_owned() }
}

fn close() -> Verb {
    Verb::Close { reason: "by hand".to_owned() }
}

fn judge() -> Verb {
    Verb::Judge { approved: true, reason: String::new() }
}

#[test]
fn each_word_has_its_time_and_its_entry() {
    let gate = saga("gate", &json!({}), SagaStatus::Waiting);
    let due = DriveChange::Wake(begins_at());
    // (the saga, the word, its entry, the status then, what becomes of the saga's time)
    for (head, verb, kind, status, drive) in [
        (waiting(SagaStatus::Pending), cancel(), EntryKind::Cancelled, SagaStatus::Pending, due),
        (waiting(SagaStatus::Running), cancel(), EntryKind::Cancelled, SagaStatus::Running, due),
        (stuck(SagaStatus::Running), cancel(), EntryKind::Cancelled, SagaStatus::Running, due),
        (stuck(SagaStatus::Running), Verb::Resume, EntryKind::Resumed, SagaStatus::Running, due),
        (stuck(SagaStatus::Unwinding), Verb::Resume, EntryKind::Resumed, SagaStatus::Unwinding, due),
        (stuck(SagaStatus::Unwinding), skip(0), EntryKind::Skipped, SagaStatus::Closed, DriveChange::Clear),
        (stuck(SagaStatus::Running), close(), EntryKind::Closed, SagaStatus::Closed, DriveChange::Clear),
        (gate, judge(), EntryKind::Approved, SagaStatus::Waiting, due),
    ] {
        let written = say(&head, &verb).unwrap();
        assert_eq!((written.entry.kind, written.state.core.status, written.drive), (kind, status, drive), "{verb:?}");
        assert_eq!((written.expect.fence, written.expect.rev, written.state.rev), (None, 1, 2), "{verb:?}");
        assert_eq!(written.entry.actor, Actor::Person("ops".to_owned()));
        assert_eq!(written.terminal.is_some(), status.is_terminal(), "{verb:?}");
        assert_eq!(written.state.core.stuck, None, "{verb:?}");
    }
}

#[test]
fn a_word_at_the_wrong_time_is_refused() {
    let mut judged = saga("gate", &json!({}), SagaStatus::Waiting);
    judged.state = say(&judged, &judge()).unwrap().state;
    let mut cancelled = waiting(SagaStatus::Running);
    cancelled.state = say(&cancelled, &cancel()).unwrap().state;
    let status = |status, what| Refusal::Status { status, what };
    let ended = || waiting(SagaStatus::RolledBack);
    for (head, verb, refusal) in [
        (waiting(SagaStatus::Unwinding), cancel(), status(SagaStatus::Unwinding, "cancelled")),
        (stuck(SagaStatus::Unwinding), cancel(), status(SagaStatus::Stuck, "cancelled")),
        (cancelled, cancel(), status(SagaStatus::Running, "cancelled")),
        (ended(), cancel(), status(SagaStatus::RolledBack, "cancelled")),
        (waiting(SagaStatus::Running), Verb::Resume, status(SagaStatus::Running, "resumed")),
        (ended(), Verb::Resume, status(SagaStatus::RolledBack, "resumed")),
        (stuck(SagaStatus::Unwinding), skip(1), Refusal::NotStuckThere),
        (stuck(SagaStatus::Running), skip(0), Refusal::NotStuckThere),
        (waiting(SagaStatus::Unwinding), skip(0), Refusal::NotStuckThere),
        (waiting(SagaStatus::Running), close(), status(SagaStatus::Running, "closed")),
        (ended(), close(), status(SagaStatus::RolledBack, "closed")),
        (waiting(SagaStatus::Waiting), judge(), Refusal::NotAsked),
        (judged, judge(), Refusal::NotAsked),
        (saga("gate", &json!({}), SagaStatus::RolledBack), judge(), Refusal::NotAsked),
    ] {
        assert_eq!(say(&head, &verb).unwrap_err(), refusal, "{:?} {verb:?}", head.status());
    }
}
