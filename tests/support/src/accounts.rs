//! Registered accounts.

use chrono::{DateTime, Utc};
use domain::{Account, AccountId, AccountStatus};
use store::{AuditEntry, Table};

/// The prefix of the names of all token secrets of the test deployment.
pub const SECRET_PREFIX: &str = "arcadia/test/do";

/// Returns the id of an account, for example `demo`.
///
/// # Panics
/// Panics when the text is not a slug.
#[must_use]
pub fn account_id(slug: &str) -> AccountId {
    AccountId::new(slug).expect("a slug")
}

/// Registers an account whose secrets have this base name, usually [`SECRET_PREFIX`] with the
/// account's slug, and returns it.
///
/// # Panics
/// Panics when the table cannot be written.
pub async fn register_account(
    table: &Table,
    slug: &str,
    status: AccountStatus,
    secret: &str,
    now: DateTime<Utc>,
) -> Account {
    let account = Account {
        account: account_id(slug),
        name: slug.to_owned(),
        secret: secret.to_owned(),
        status,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let audit = AuditEntry {
        id: format!("request-{slug}"),
        at: now,
        actor: "operator".to_owned(),
        action: "account.register".to_owned(),
        target: slug.to_owned(),
        values: serde_json::Value::Null,
    };
    table.register_account(&account, &audit).await.expect("the table takes the account");
    account
}
