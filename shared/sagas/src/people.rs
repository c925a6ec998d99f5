//! What people say about a saga, written.

use crate::drive::Rim;
use crate::engine::View;
use crate::engine::operator::{Refusal, Response, Verb, operate};
use crate::record::{Actor, Head, SagaId};
use crate::rim::{Committed, Fault, JournalError, PreImage, Seen};

/// How somebody's word ended.
#[derive(Debug)]
pub enum Heard {
    /// It is written; the saga as it is now.
    Done(Box<Head>),
    /// There is no such saga.
    Unknown,
    /// It cannot be done.
    Refused(Refusal),
    /// The saga kept changing meanwhile.
    Busy,
}

/// How often it is tried to speak between two changes of the saga.
const TRIES: u32 = 5;

/// Does what somebody wants of a saga. `tx` names this request and nobody else's.
///
/// # Errors
/// When the table does not answer.
pub async fn tell(rim: &Rim<'_>, saga: &SagaId, verb: &Verb, by: &str, tx: &str) -> Result<Heard, JournalError> {
    let mut seen = Seen::nothing();
    for _ in 0..TRIES {
        let Some(head) = rim.journal.load(saga).await? else { return Ok(Heard::Unknown) };
        if head.drive.last_tx == tx {
            return Ok(Heard::Done(Box::new(head)));
        }
        let pre = pre_image(rim, &head).await?;
        let response = loop {
            let view = View {
                head: &head,
                pre: pre.as_ref(),
                steps: &rim.steps,
                timing: rim.timing,
                actor: Actor::Person(by.to_owned()),
                known: View::knows(&rim.steps, &head),
                now: rim.clock.now(),
            };
            match operate(&view, verb, &seen) {
                Ok(Response::Look(reads)) => {
                    for read in &reads {
                        let answer = rim.provider.read(&head.about.account, read).await;
                        let fails = answer.as_ref().is_err_and(|fault| !matches!(fault, Fault::Absent(_)));
                        seen.add(read.clone(), answer);
                        if fails {
                            break;
                        }
                    }
                }
                Ok(Response::Commit(commit)) => break commit,
                Err(refusal) => return Ok(Heard::Refused(refusal)),
            }
        };
        let mut transition = response.transition;
        tx.clone_into(&mut transition.tx);
        match rim.journal.commit(&transition).await? {
            Committed::Written => {
                let head = transition.on(&head);
                if let Some(due) = head.drive.next_due {
                    rim.bell.ring(saga, head.lane(), due, head.state.rev).await;
                }
                return Ok(Heard::Done(Box::new(head)));
            }
            Committed::Refused(head) if head.drive.last_tx == tx => return Ok(Heard::Done(head)),
            Committed::Refused(_) | Committed::Locked(_) => seen = Seen::nothing(),
        }
    }
    Ok(Heard::Busy)
}

async fn pre_image(rim: &Rim<'_>, head: &Head) -> Result<Option<PreImage>, JournalError> {
    let step = View::step_at_work(head);
    if head.state.steps.get(step).is_some_and(|state| state.stashed) {
        return rim.journal.pre_image(&head.about.id, step).await;
    }
    Ok(None)
}
