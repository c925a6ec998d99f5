//! A registered DigitalOcean account.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::AccountId;

/// Whether an account is mirrored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// Its workers run.
    Enabled,
    /// Its messages are dropped until it is resumed; what was mirrored stays readable.
    Paused,
}

/// A DigitalOcean account that we mirror.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its slug.
    pub account: AccountId,
    /// What people call it.
    pub name: String,
    /// The prefix of its secrets in Secrets Manager, `arcadia/<stage>/do/<account>`; the purpose (`sync`, `billing`, ...) follows it.
    pub secret: String,
    /// Whether it is mirrored.
    pub status: AccountStatus,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
    /// When it was last paused, resumed or registered.
    pub updated_at: DateTime<Utc>,
    /// Counts the writes of this record; each is conditional on it.
    pub version: u64,
}
