//! Stuck: what only people can decide.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::SagaStatus;

/// Why a saga is stuck. All are reasons that do not pass by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StuckReason {
    /// Worker after worker took it over and left nothing behind: something in it kills them.
    CrashLoop,
    /// Somebody changed what this saga had changed, so that undoing would overwrite their work.
    NeedsDecision,
    /// DigitalOcean refuses for good what would undo a step.
    UndoRefused,
    /// DigitalOcean does not accept the token, or it may not do this.
    Unauthorised,
    /// This build does not know the definition that the saga was started with.
    UnknownDefinition,
}

impl StuckReason {
    /// What to do, for the person who is called.
    #[must_use]
    pub fn runbook(self) -> &'static str {
        match self {
            Self::CrashLoop => {
                "Look in the logs of the saga worker for this saga id: each run ends in a crash or a time-out at this step. Deploy the \
                 mend, then resume; resuming first attempts the step's decision once, without writing."
            }
            Self::NeedsDecision => {
                "Compare what is there now with `pre_image` and `write` in the ledger. To let the rollback go on, put back either of the two \
                 and resume. To keep what is there, skip the step with a reason; the saga then ends closed, not rolled back."
            }
            Self::UndoRefused => {
                "DigitalOcean's refusal is in `why`. Remove what stands in the way (for a record often another one of that name) or undo the \
                 step by hand as `pre_image` in the ledger shows, then resume. To leave it as it is, skip the step with a reason."
            }
            Self::Unauthorised => {
                "Put a token with the scopes that the step needs into the account's secret for `provisioning` and resume; resuming first \
                 reads with it."
            }
            Self::UnknownDefinition => {
                "Deploy a build that has these steps in these versions and resume, or close the saga after undoing by hand what its \
                 ledger shows as applied."
            }
        }
    }
}

/// That, why and since when a saga is stuck.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stuck {
    /// What sort of reason.
    pub reason: StuckReason,
    /// What it is about.
    pub why: String,
    /// What to do.
    pub runbook: String,
    /// The step it is stuck at.
    pub step: usize,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Where it goes on when it is resumed.
    pub resumes_as: SagaStatus,
}
