//! A registered DigitalOcean account.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::AccountId;

/// The switch for the mirroring of an account, set by an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// The account's workers run on their schedules.
    Enabled,
    /// Messages for the account are dropped until an operator resumes it. Mirrored data stays
    /// readable.
    Paused,
}

/// A DigitalOcean account that is mirrored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The account's slug, chosen at registration.
    pub account: AccountId,
    /// The display name that an operator gave the account.
    pub name: String,
    /// The prefix of the account's secrets in Secrets Manager, `arcadia/<stage>/do/<account>`. The
    /// purpose (`sync`, `billing`, ...) is appended to it.
    pub secret: String,
    /// The status, which decides whether the account is mirrored.
    pub status: AccountStatus,
    /// The time of the registration.
    pub created_at: DateTime<Utc>,
    /// The time of the last registration, pause or resumption.
    pub updated_at: DateTime<Utc>,
    /// The number of writes to this record. Each write is conditional on it.
    pub version: u64,
}
