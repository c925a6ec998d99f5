//! Accounts.

use chrono::{DateTime, Utc};
use domain::{Account, AccountStatus};
use serde::Serialize;
use utoipa::ToSchema;

/// A DigitalOcean account that is mirrored.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Account)]
pub struct AccountView {
    /// Its slug.
    #[schema(example = "main")]
    pub account: String,
    /// What people call it.
    #[schema(example = "Main team")]
    pub name: String,
    /// The name that its secrets in Secrets Manager begin with; the purpose follows it. Never a token.
    #[schema(example = "arcadia/dev/do/main")]
    pub secret: String,
    /// `enabled`, or `paused`: its workers do not run, and what was mirrored stays readable.
    #[schema(value_type = String, pattern = "^(enabled|paused)$", example = "enabled")]
    pub status: AccountStatus,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
    /// When it was registered or last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        let Account { account, name, secret, status, created_at, updated_at, version: _ } = account;
        Self { account: account.into(), name, secret, status, created_at, updated_at }
    }
}
