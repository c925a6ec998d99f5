//! What becomes of a message, given what its sweep came to.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::Receipt;
use inventory::{FollowUp, SweepOutcome};
use runtime::Failure;

/// How soon a message comes back that found another sweep of its lane running.
pub const BUSY_DELAY: Duration = Duration::from_secs(20);
/// How often it does. Another message of the same lane is on its way by then, so the one that waited in vain may go.
pub const BUSY_ATTEMPTS: u32 = 18;

/// A sweep that did not do what it should, for the log and the dead-letter queue.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct IncompleteSweep(String);

/// What becomes of the message.
///
/// # Errors
/// [`Failure::Later`] for waits, [`Failure::Retry`] for what may pass, [`Failure::Terminal`] for what only a person can mend.
pub fn to_message_result(outcome: &SweepOutcome, attempt: u32, now: DateTime<Utc>) -> Result<(), Failure> {
    match outcome {
        SweepOutcome::Busy | SweepOutcome::LeaseLost if attempt >= BUSY_ATTEMPTS => {
            tracing::warn!(attempt, "another sweep of this lane has been running all the while, message dropped");
            Ok(())
        }
        SweepOutcome::Busy => Err(Failure::later(BUSY_DELAY, "another sweep of this lane is running")),
        SweepOutcome::LeaseLost => Err(Failure::later(BUSY_DELAY, "another sweep took this lane over")),
        SweepOutcome::Swept(receipt, next) => match next {
            FollowUp::Nothing => Ok(()),
            FollowUp::Continue => Err(Failure::later(Duration::from_secs(1), reason(receipt))),
            FollowUp::Later(at) => {
                let delay = (*at - now).to_std().unwrap_or_default().max(Duration::from_secs(1));
                Err(Failure::later(delay, reason(receipt)))
            }
            FollowUp::Retry => Err(Failure::from(IncompleteSweep(reason(receipt)))),
            FollowUp::NewToken | FollowUp::OperatorActionRequired => Err(Failure::terminal(reason(receipt))),
        },
    }
}

fn reason(receipt: &Receipt) -> String {
    receipt.error.clone().unwrap_or_else(|| "the sweep did not complete".to_owned())
}
