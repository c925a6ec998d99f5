//! Operator commands: decided by the engine and written to the table.

use crate::drive::Ports;
use crate::engine::EngineView;
use crate::engine::operator::{CommandDecision, CommandRefusal, OperatorCommand, decide_command};
use crate::ports::{CommitResult, Observations, SagaStoreError};
use crate::record::{Actor, SagaId, SagaRecord};

/// The outcome of an operator's command.
#[derive(Debug)]
pub enum CommandOutcome {
    /// The command was carried out; the saga's new record.
    Done(Box<SagaRecord>),
    /// No saga has this id.
    Unknown,
    /// The command is not possible; the reason.
    Refused(CommandRefusal),
    /// The saga changed at every attempt, so the command was not written.
    Busy,
}

/// The number of attempts to write the command while the saga keeps changing.
const MAX_ATTEMPTS: u32 = 5;

/// Applies an operator's command to a saga. `tx` is the unique id of this request.
///
/// # Errors
/// When the table does not answer.
pub async fn apply_command(
    ports: &Ports<'_>,
    saga: &SagaId,
    command: &OperatorCommand,
    by: &str,
    tx: &str,
) -> Result<CommandOutcome, SagaStoreError> {
    let mut observations = Observations::nothing();
    for _ in 0..MAX_ATTEMPTS {
        let Some(record) = ports.saga_store.load(saga).await? else { return Ok(CommandOutcome::Unknown) };
        if record.scheduling.last_tx == tx {
            return Ok(CommandOutcome::Done(Box::new(record)));
        }
        let pre_image = ports.pre_image(&record).await?;
        let commit = loop {
            let view = EngineView {
                record: &record,
                pre_image: pre_image.as_ref(),
                steps: &ports.steps,
                timing: ports.timing,
                actor: Actor::Person(by.to_owned()),
                known: EngineView::knows_definition(&ports.steps, &record),
                now: ports.clock.now(),
            };
            match decide_command(&view, command, &observations) {
                Ok(CommandDecision::Read(reads)) => {
                    observations = ports.observe(&record.metadata.account, &reads, observations).await;
                }
                Ok(CommandDecision::Commit(commit)) => break commit,
                Err(refusal) => return Ok(CommandOutcome::Refused(refusal)),
            }
        };
        let mut transition = commit.transition;
        tx.clone_into(&mut transition.tx);
        match ports.saga_store.commit(&transition).await? {
            CommitResult::Written => {
                let record = transition.on(&record);
                if let Some(due) = record.scheduling.next_due {
                    ports.notifier.schedule_wake_up(saga, record.phase(), due, record.state.rev).await;
                }
                return Ok(CommandOutcome::Done(Box::new(record)));
            }
            CommitResult::Refused(record) if record.scheduling.last_tx == tx => {
                return Ok(CommandOutcome::Done(record));
            }
            CommitResult::Refused(_) | CommitResult::Locked(_) => observations = Observations::nothing(),
        }
    }
    Ok(CommandOutcome::Busy)
}
