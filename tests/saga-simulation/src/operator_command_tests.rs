//! Tests of the operator commands: when each is accepted, and which ledger entry it writes.

use serde_json::{Value, json};

use super::run::begins_at;
use super::scenario::{Scenario, request};
use sagas::Timing;
use sagas::engine::EngineView;
use sagas::engine::operator::{CommandDecision, CommandRefusal, OperatorCommand, decide_command};
use sagas::ports::{Observations, ScheduleChange, Transition};
use sagas::record::{Actor, EntryKind, SagaId, SagaRecord, SagaStatus, StepStatus, Stuck, StuckReason};
use sagas::steps::STEPS;

fn saga(step: &str, inputs: &Value, status: SagaStatus) -> SagaRecord {
    let requests = vec![request(step, inputs), request("fail", &json!({}))];
    let scenario = Scenario { name: String::new(), requests, records: Vec::new(), approval: None };
    let mut record = scenario.start(SagaId::random(), begins_at()).record;
    record.state.progress.status = status;
    record.state.progress.locked = status.is_active();
    if status != SagaStatus::Pending {
        record.state.steps[0].status = StepStatus::Running;
    }
    record
}

fn waiting(status: SagaStatus) -> SagaRecord {
    saga("wait", &json!({ "seconds": 60 }), status)
}

fn stuck(resumes_as: SagaStatus) -> SagaRecord {
    let mut record = waiting(SagaStatus::Stuck);
    record.scheduling.next_due = None;
    record.state.progress.stuck = Some(Stuck {
        reason: StuckReason::CrashLoop,
        why: String::new(),
        runbook: StuckReason::CrashLoop.runbook().to_owned(),
        step: 0,
        since: begins_at(),
        resumes_as,
    });
    record
}

fn decide(record: &SagaRecord, command: &OperatorCommand) -> Result<Transition, CommandRefusal> {
    let timing = Timing::default();
    let actor = Actor::Person("ops".to_owned());
    let view =
        EngineView { record, pre_image: None, steps: &STEPS, timing: &timing, actor, known: true, now: begins_at() };
    match decide_command(&view, command, &Observations::nothing())? {
        CommandDecision::Commit(commit) => Ok(commit.transition),
        CommandDecision::Read(reads) => panic!("{reads:?}"),
    }
}

fn cancel() -> OperatorCommand {
    OperatorCommand::Cancel { reason: "no longer wanted".to_owned() }
}

fn skip(step: usize) -> OperatorCommand {
    OperatorCommand::Skip { step, reason: "keep it".to_owned() }
}

fn close() -> OperatorCommand {
    OperatorCommand::Close { reason: "by hand".to_owned() }
}

fn approve() -> OperatorCommand {
    OperatorCommand::ApprovalDecision { approved: true, reason: String::new() }
}

#[test]
fn each_command_is_accepted_in_its_statuses_and_writes_its_entry() {
    let gate = saga("gate", &json!({}), SagaStatus::Waiting);
    let due = ScheduleChange::Wake(begins_at());
    // The saga, the command, its ledger entry, the status afterwards, and the change of the
    // schedule.
    for (record, command, kind, status, schedule) in [
        (waiting(SagaStatus::Pending), cancel(), EntryKind::Cancelled, SagaStatus::Pending, due),
        (waiting(SagaStatus::Running), cancel(), EntryKind::Cancelled, SagaStatus::Running, due),
        (stuck(SagaStatus::Running), cancel(), EntryKind::Cancelled, SagaStatus::Running, due),
        (stuck(SagaStatus::Running), OperatorCommand::Resume, EntryKind::Resumed, SagaStatus::Running, due),
        (stuck(SagaStatus::Unwinding), OperatorCommand::Resume, EntryKind::Resumed, SagaStatus::Unwinding, due),
        (stuck(SagaStatus::Unwinding), skip(0), EntryKind::Skipped, SagaStatus::Closed, ScheduleChange::Clear),
        (stuck(SagaStatus::Running), close(), EntryKind::Closed, SagaStatus::Closed, ScheduleChange::Clear),
        (gate, approve(), EntryKind::Approved, SagaStatus::Waiting, due),
    ] {
        let written = decide(&record, &command).unwrap();
        assert_eq!(
            (written.entry.kind, written.state.progress.status, written.schedule),
            (kind, status, schedule),
            "{command:?}"
        );
        assert_eq!(
            (written.precondition.fence, written.precondition.rev, written.state.rev),
            (None, 1, 2),
            "{command:?}"
        );
        assert_eq!(written.entry.actor, Actor::Person("ops".to_owned()));
        assert_eq!(written.terminal.is_some(), status.is_terminal(), "{command:?}");
        assert_eq!(written.state.progress.stuck, None, "{command:?}");
    }
}

#[test]
fn a_command_in_the_wrong_status_is_refused() {
    let mut approved = saga("gate", &json!({}), SagaStatus::Waiting);
    approved.state = decide(&approved, &approve()).unwrap().state;
    let mut cancelled = waiting(SagaStatus::Running);
    cancelled.state = decide(&cancelled, &cancel()).unwrap().state;
    let status = |status, what| CommandRefusal::Status { status, what };
    let ended = || waiting(SagaStatus::RolledBack);
    for (record, command, refusal) in [
        (waiting(SagaStatus::Unwinding), cancel(), status(SagaStatus::Unwinding, "cancelled")),
        (stuck(SagaStatus::Unwinding), cancel(), status(SagaStatus::Stuck, "cancelled")),
        (cancelled, cancel(), status(SagaStatus::Running, "cancelled")),
        (ended(), cancel(), status(SagaStatus::RolledBack, "cancelled")),
        (waiting(SagaStatus::Running), OperatorCommand::Resume, status(SagaStatus::Running, "resumed")),
        (ended(), OperatorCommand::Resume, status(SagaStatus::RolledBack, "resumed")),
        (stuck(SagaStatus::Unwinding), skip(1), CommandRefusal::NotStuckThere),
        (stuck(SagaStatus::Running), skip(0), CommandRefusal::NotStuckThere),
        (waiting(SagaStatus::Unwinding), skip(0), CommandRefusal::NotStuckThere),
        (waiting(SagaStatus::Running), close(), status(SagaStatus::Running, "closed")),
        (ended(), close(), status(SagaStatus::RolledBack, "closed")),
        (waiting(SagaStatus::Waiting), approve(), CommandRefusal::NotAwaitingApproval),
        (approved, approve(), CommandRefusal::NotAwaitingApproval),
        (saga("gate", &json!({}), SagaStatus::RolledBack), approve(), CommandRefusal::NotAwaitingApproval),
    ] {
        assert_eq!(decide(&record, &command).unwrap_err(), refusal, "{:?} {command:?}", record.status());
    }
}
