//! Stuck sagas, which need an operator's decision.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::SagaStatus;

/// The reason why a saga is stuck. None of these conditions ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StuckReason {
    /// Workers took the saga over again and again without a change: something in it crashes them.
    CrashLoop,
    /// Another client changed what this saga had changed, so that undoing would overwrite its work.
    NeedsDecision,
    /// DigitalOcean refuses for good the write that would undo a step.
    UndoRefused,
    /// DigitalOcean does not accept the token, or the token lacks a permission.
    Unauthorised,
    /// The saga's definition has a step that this build does not have, or is not the one that the
    /// saga was started with.
    UnknownDefinition,
}

impl StuckReason {
    /// Returns the instructions for the operator.
    #[must_use]
    pub fn runbook(self) -> &'static str {
        match self {
            Self::CrashLoop => {
                "Search the logs of the saga worker for this saga id: each run ends in a crash or a time-out at this step. Deploy a \
                 fix, then resume; resuming first attempts the step's decision once, without writing."
            }
            Self::NeedsDecision => {
                "Compare the present state with `pre_image` and `write` in the ledger. To let the rollback continue, restore either of the two \
                 and resume. To keep the present state, skip the step with a reason; the saga then ends closed, not rolled back."
            }
            Self::UndoRefused => {
                "DigitalOcean's refusal is in `why`. Remove the obstacle (for a record often another one of that name) or undo the \
                 step by hand as `pre_image` in the ledger shows, then resume. To leave the step as it is, skip it with a reason."
            }
            Self::Unauthorised => {
                "Put a token with the scopes that the step needs into the account's secret for `provisioning` and resume; resuming first \
                 tests the token with a read."
            }
            Self::UnknownDefinition => {
                "Deploy a build that has these steps in these versions and resume, or close the saga after undoing by hand what its \
                 ledger shows as applied."
            }
        }
    }
}

/// The reason, the step and the time at which a saga got stuck.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stuck {
    /// The kind of the reason.
    pub reason: StuckReason,
    /// The cause in detail, such as DigitalOcean's error text.
    pub why: String,
    /// The instructions for the operator.
    pub runbook: String,
    /// The index of the step at which the saga is stuck.
    pub step: usize,
    /// The time since when the saga is stuck.
    pub since: DateTime<Utc>,
    /// The status in which the saga continues when it is resumed.
    pub resumes_as: SagaStatus,
}
