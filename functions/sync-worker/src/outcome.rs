//! What becomes of a message, given what its sweep came to.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::Receipt;
use inventory::{Next, Outcome};
use runtime::Failure;

/// How soon a message comes back that found another sweep of its lane running.
pub const BUSY_DELAY: Duration = Duration::from_secs(20);
/// How often it does. Another message of the same lane is on its way by then, so the one that waited in vain may go.
pub const BUSY_ATTEMPTS: u32 = 18;

/// A sweep that did not do what it should, for the log and the dead-letter queue.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct SweepFailed(String);

/// What becomes of the message.
///
/// # Errors
/// [`Failure::Later`] for waits, [`Failure::Retry`] for what may pass, [`Failure::Terminal`] for what only a person can mend.
pub fn settle(outcome: &Outcome, attempt: u32, now: DateTime<Utc>) -> Result<(), Failure> {
    match outcome {
        Outcome::Busy | Outcome::Overtaken if attempt >= BUSY_ATTEMPTS => {
            tracing::warn!(attempt, "another sweep of this lane has been running all the while, message dropped");
            Ok(())
        }
        Outcome::Busy => Err(Failure::later(BUSY_DELAY, "another sweep of this lane is running")),
        Outcome::Overtaken => Err(Failure::later(BUSY_DELAY, "another sweep took this lane over")),
        Outcome::Swept(receipt, next) => match next {
            Next::Nothing => Ok(()),
            Next::GoOn => Err(Failure::later(Duration::from_secs(1), reason(receipt))),
            Next::Later(at) => {
                let delay = (*at - now).to_std().unwrap_or_default().max(Duration::from_secs(1));
                Err(Failure::later(delay, reason(receipt)))
            }
            Next::Retry => Err(Failure::from(SweepFailed(reason(receipt)))),
            Next::NewToken | Next::Person => Err(Failure::terminal(reason(receipt))),
        },
    }
}

fn reason(receipt: &Receipt) -> String {
    receipt.error.clone().unwrap_or_else(|| "the sweep did not complete".to_owned())
}
