//! Converts the outcome of a sweep to the result of its message.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::Receipt;
use inventory::{FollowUp, SweepOutcome};
use runtime::Failure;

/// The delay of a message that found another sweep of the same kind and account in progress.
pub const BUSY_DELAY: Duration = Duration::from_secs(20);
/// The number of such delays. After them, another message of the same kind and account is being
/// processed, so this one can be dropped.
pub const BUSY_ATTEMPTS: u32 = 18;

/// The error of an incomplete sweep, for the log and the dead-letter queue.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct IncompleteSweep(String);

/// Returns the result of a message, given the outcome of its sweep.
///
/// # Errors
/// [`Failure::Later`] for waits, [`Failure::Retry`] for temporary failures, [`Failure::Terminal`]
/// for problems that only an operator can solve.
pub fn to_message_result(outcome: &SweepOutcome, attempt: u32, now: DateTime<Utc>) -> Result<(), Failure> {
    match outcome {
        SweepOutcome::Busy | SweepOutcome::LeaseLost if attempt >= BUSY_ATTEMPTS => {
            tracing::warn!(attempt, "another sweep of this kind is still in progress for the account, message dropped");
            Ok(())
        }
        SweepOutcome::Busy => {
            Err(Failure::later(BUSY_DELAY, "another sweep of this kind is in progress for the account"))
        }
        SweepOutcome::LeaseLost => {
            Err(Failure::later(BUSY_DELAY, "another sweep of this kind took over the account's lease"))
        }
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
