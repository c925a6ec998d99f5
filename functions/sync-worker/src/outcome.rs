//! Converts the outcome of a sweep to the result of its message.

use std::time::Duration;

use domain::Receipt;
use inventory::{FollowUp, SweepOutcome};
use runtime::Failure;
use worker::AccountJob;

/// The error of an incomplete sweep, for the log and the dead-letter queue.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct IncompleteSweep(String);

/// Returns the result of a message, given the outcome of its sweep.
///
/// # Errors
/// [`Failure::Later`] for waits, [`Failure::Retry`] for temporary failures, [`Failure::Terminal`]
/// for problems that only an operator can solve.
pub(crate) fn to_message_result(outcome: &SweepOutcome, job: &AccountJob<'_>) -> Result<(), Failure> {
    match outcome {
        SweepOutcome::Busy => job.wait_for_lease("another sweep of this kind is in progress for the account"),
        SweepOutcome::LeaseLost => job.wait_for_lease("another sweep of this kind took over the account's lease"),
        SweepOutcome::Swept(receipt, next) => match next {
            FollowUp::Nothing => Ok(()),
            FollowUp::Continue => Err(Failure::later(Duration::from_secs(1), reason(receipt))),
            FollowUp::Later(at) => {
                let delay = (*at - job.services.clock.now()).to_std().unwrap_or_default();
                Err(Failure::later(delay.max(Duration::from_secs(1)), reason(receipt)))
            }
            FollowUp::Retry => Err(Failure::from(IncompleteSweep(reason(receipt)))),
            FollowUp::NewToken | FollowUp::OperatorActionRequired => Err(Failure::terminal(reason(receipt))),
        },
    }
}

fn reason(receipt: &Receipt) -> String {
    receipt.error.clone().unwrap_or_else(|| "the sweep did not complete".to_owned())
}
