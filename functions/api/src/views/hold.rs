//! The representation of held deletions.

use chrono::{DateTime, Utc};
use domain::{AccountId, Hold, HoldConfirmation, Kind, RunId};
use serde::Serialize;
use utoipa::ToSchema;

/// Deletions that wait for an operator's confirmation.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = HeldDeletions)]
pub struct HeldDeletionsView {
    /// Number of resources that would be deleted.
    #[schema(example = 12)]
    pub count: u32,
    /// Time since when the deletions wait.
    pub since: DateTime<Utc>,
    /// Id of the hold; a confirmation may name it.
    #[schema(example = "7f3c7bd2-4a35-4d0c-9a2e-5a6a2a3e6c11")]
    pub hold_id: String,
    /// Time of an operator's confirmation; the next complete run then deletes the resources. Null
    /// until then.
    #[schema(required)]
    pub confirmed_at: Option<DateTime<Utc>>,
}

/// Deletions that an operator confirmed, and the run that makes them.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ConfirmedDeletions)]
pub struct ConfirmedDeletionsView {
    /// Id of the run, as in logs and in `GET /sync`.
    #[schema(example = "7f3c7bd2-4a35-4d0c-9a2e-5a6a2a3e6c11")]
    pub run_id: String,
    /// Account of the resources.
    #[schema(example = "main")]
    pub account: String,
    /// Kind whose deletions were confirmed.
    #[schema(example = "droplet")]
    pub kind: String,
    /// Id of the confirmed hold, as in `held.hold_id`.
    #[schema(example = "5d0c3c6e-8a55-4ac9-8f0e-bb6a3f1f2a0b")]
    pub hold_id: String,
    /// Number of resources to delete, as of the last run.
    #[schema(example = 12)]
    pub count: u32,
}

impl HeldDeletionsView {
    /// Represents a hold. A confirmation of an earlier hold is ignored.
    #[must_use]
    pub fn new(hold: Hold, confirmation: Option<HoldConfirmation>) -> Self {
        let Hold { id, since, count } = hold;
        let confirmed_at = confirmation.filter(|given| given.hold_id == id).map(|given| given.at);
        Self { count, since, hold_id: id.into(), confirmed_at }
    }
}

impl ConfirmedDeletionsView {
    /// Represents the confirmed hold and the run that was requested for it.
    #[must_use]
    pub fn new(run_id: RunId, account: AccountId, kind: Kind, hold: Hold) -> Self {
        let Hold { id, count, since: _ } = hold;
        Self { run_id: run_id.into(), account: account.into(), kind: kind.into(), hold_id: id.into(), count }
    }
}
