//! The representation of accounts.

use chrono::{DateTime, Utc};
use domain::{Account, AccountStatus};
use serde::Serialize;
use utoipa::ToSchema;

/// A DigitalOcean account that is mirrored.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Account)]
pub struct AccountView {
    /// Slug of the account.
    #[schema(example = "main")]
    pub account: String,
    /// Display name of the account.
    #[schema(example = "Main team")]
    pub name: String,
    /// Base name of the account's secrets in Secrets Manager; a slash and the token's purpose
    /// follow it. The value is never a token.
    #[schema(example = "arcadia/dev/do/main")]
    pub secret: String,
    /// Status of the account: `enabled`, or `paused`. The workers skip a paused account, and its
    /// mirrored data stays readable.
    #[schema(value_type = String, pattern = "^(enabled|paused)$", example = "enabled")]
    pub status: AccountStatus,
    /// Time of the registration.
    pub created_at: DateTime<Utc>,
    /// Time of the registration or of the last change.
    pub updated_at: DateTime<Utc>,
}

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        let Account { account, name, secret, status, created_at, updated_at, version: _ } = account;
        Self { account: account.into(), name, secret, status, created_at, updated_at }
    }
}
