//! Deletions that are held back.

use chrono::{DateTime, Utc};
use domain::{AccountId, Hold, HoldConfirmation, Kind, RunId};
use serde::Serialize;
use utoipa::ToSchema;

/// Deletions that wait for an operator.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = HeldDeletions)]
pub struct HeldDeletionsView {
    /// How many resources would be deleted.
    #[schema(example = 12)]
    pub count: u32,
    /// Since when they wait.
    pub since: DateTime<Utc>,
    /// What a confirmation names.
    #[schema(example = "7f3c7bd2-4a35-4d0c-9a2e-5a6a2a3e6c11")]
    pub hold_id: String,
    /// When an operator confirmed them; they go with the next complete run.
    #[schema(required)]
    pub confirmed_at: Option<DateTime<Utc>>,
}

/// Deletions that were confirmed, and the run that makes them.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ConfirmedDeletions)]
pub struct ConfirmedDeletionsView {
    /// The run, as in logs and in `GET /sync`.
    #[schema(example = "7f3c7bd2-4a35-4d0c-9a2e-5a6a2a3e6c11")]
    pub run_id: String,
    /// The account.
    #[schema(example = "main")]
    pub account: String,
    /// The kind whose deletions were confirmed.
    #[schema(example = "droplet")]
    pub kind: String,
    /// Which deletions, as `held.hold_id` named them.
    #[schema(example = "5d0c3c6e-8a55-4ac9-8f0e-bb6a3f1f2a0b")]
    pub hold_id: String,
    /// How many resources that is, as of the last run.
    #[schema(example = 12)]
    pub count: u32,
}

impl HeldDeletionsView {
    /// What waits, and the word on it, if that was given.
    #[must_use]
    pub fn new(hold: Hold, confirmation: Option<HoldConfirmation>) -> Self {
        let Hold { id, since, count } = hold;
        let confirmed_at = confirmation.filter(|given| given.hold_id == id).map(|given| given.at);
        Self { count, since, hold_id: id.into(), confirmed_at }
    }
}

impl ConfirmedDeletionsView {
    /// `hold` was confirmed, and `run_id` asked for.
    #[must_use]
    pub fn new(run_id: RunId, account: AccountId, kind: Kind, hold: Hold) -> Self {
        let Hold { id, count, since: _ } = hold;
        Self { run_id: run_id.into(), account: account.into(), kind: kind.into(), hold_id: id.into(), count }
    }
}
