//! The registered accounts: reads, registration and audited updates.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{Account, AccountId};

use crate::audit::AuditEntry;
use crate::item::{put_key, to_item};
use crate::writes::part;
use crate::{Error, Table, keys};

/// The outcome of a registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegisterOutcome {
    /// The account did not exist before and is now registered.
    New,
    /// An account with this slug exists already; nothing was written.
    Exists,
}

/// The outcome of an update that depends on the version that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpdateOutcome {
    /// The record and its audit entry are written.
    Written,
    /// Another client changed the record after it was read; nothing was written.
    Stale,
}

impl Table {
    /// Reads all registered accounts, ordered by slug.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn accounts(&self) -> Result<Vec<Account>, Error> {
        self.query_records("account", self.query(Some(keys::GSI1), keys::ACCOUNTS, "")).await
    }

    /// Reads one account, strongly consistent; `None` if it is not registered.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn account(&self, account: &AccountId) -> Result<Option<Account>, Error> {
        self.record("account", &keys::account(account)).await
    }

    /// Registers an account and writes the audit entry in the same transaction.
    ///
    /// # Errors
    /// Fails when the table cannot be written.
    pub async fn register_account(&self, account: &Account, audit: &AuditEntry) -> Result<RegisterOutcome, Error> {
        let written = self.write_audited(self.account_put(account, None)?, audit).await?;
        Ok(if written { RegisterOutcome::New } else { RegisterOutcome::Exists })
    }

    /// Writes an account that was read at the version before `account.version`, and the audit entry
    /// in the same transaction.
    ///
    /// # Errors
    /// Fails when the table cannot be written.
    pub async fn update_account(&self, account: &Account, audit: &AuditEntry) -> Result<UpdateOutcome, Error> {
        let written = self.write_audited(self.account_put(account, Some(account.version - 1))?, audit).await?;
        Ok(if written { UpdateOutcome::Written } else { UpdateOutcome::Stale })
    }

    fn account_put(&self, account: &Account, before: Option<u64>) -> Result<TransactWriteItem, Error> {
        let mut item = to_item("account", account, &keys::account(&account.account))?;
        put_key(&mut item, [keys::GSI1_PK, keys::GSI1_SK], &keys::account_gsi1(&account.account));
        Ok(part(self.put_at(item, before)?))
    }
}
