//! What people say about a saga, written.

use crate::drive::Ports;
use crate::engine::EngineView;
use crate::engine::operator::{CommandDecision, CommandRefusal, OperatorCommand, decide_command};
use crate::ports::{CommitResult, Fault, Observations, PreImage, SagaStoreError};
use crate::record::{Actor, SagaId, SagaRecord};

/// How somebody's word ended.
#[derive(Debug)]
pub enum CommandOutcome {
    /// It is written; the saga as it is now.
    Done(Box<SagaRecord>),
    /// There is no such saga.
    Unknown,
    /// It cannot be done.
    Refused(CommandRefusal),
    /// The saga kept changing meanwhile.
    Busy,
}

/// How often it is tried to speak between two changes of the saga.
const MAX_ATTEMPTS: u32 = 5;

/// Does what somebody wants of a saga. `tx` names this request and nobody else's.
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
    let mut seen = Observations::nothing();
    for _ in 0..MAX_ATTEMPTS {
        let Some(record) = ports.saga_store.load(saga).await? else { return Ok(CommandOutcome::Unknown) };
        if record.scheduling.last_tx == tx {
            return Ok(CommandOutcome::Done(Box::new(record)));
        }
        let pre_image = pre_image(ports, &record).await?;
        let response = loop {
            let view = EngineView {
                record: &record,
                pre_image: pre_image.as_ref(),
                steps: &ports.steps,
                timing: ports.timing,
                actor: Actor::Person(by.to_owned()),
                known: EngineView::knows_definition(&ports.steps, &record),
                now: ports.clock.now(),
            };
            match decide_command(&view, command, &seen) {
                Ok(CommandDecision::Read(reads)) => {
                    for read in &reads {
                        let answer = ports.provider.read(&record.metadata.account, read).await;
                        let fails = answer.as_ref().is_err_and(|fault| !matches!(fault, Fault::NotFound(_)));
                        seen.add(read.clone(), answer);
                        if fails {
                            break;
                        }
                    }
                }
                Ok(CommandDecision::Commit(commit)) => break commit,
                Err(refusal) => return Ok(CommandOutcome::Refused(refusal)),
            }
        };
        let mut transition = response.transition;
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
            CommitResult::Refused(_) | CommitResult::Locked(_) => seen = Observations::nothing(),
        }
    }
    Ok(CommandOutcome::Busy)
}

async fn pre_image(ports: &Ports<'_>, record: &SagaRecord) -> Result<Option<PreImage>, SagaStoreError> {
    let step = EngineView::current_step_index(record);
    if record.state.steps.get(step).is_some_and(|state| state.has_pre_image) {
        return ports.saga_store.pre_image(&record.metadata.id, step).await;
    }
    Ok(None)
}
