//! The registered accounts: reads, registration and audited updates.

use domain::{Account, AccountId};

use crate::audit::AuditEntry;
use crate::item::{from_item, number, put_key, to_item};
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
        let found = self.query_all(self.query(Some(keys::GSI1), keys::ACCOUNTS, "")).await?;
        found.into_iter().map(|item| from_item("account", item)).collect()
    }

    /// Reads one account, strongly consistent; `None` if it is not registered.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn account(&self, account: &AccountId) -> Result<Option<Account>, Error> {
        self.get(&keys::account(account), true).await?.map(|item| from_item("account", item)).transpose()
    }

    /// Registers an account and writes the audit entry in the same transaction.
    ///
    /// # Errors
    /// Fails when the table cannot be written.
    pub async fn register_account(&self, account: &Account, audit: &AuditEntry) -> Result<RegisterOutcome, Error> {
        let put = self.account_put(account)?.condition_expression("attribute_not_exists(pk)");
        let written = self.write_audited(put, audit).await?;
        Ok(if written { RegisterOutcome::New } else { RegisterOutcome::Exists })
    }

    /// Writes an account that was read at the version before `account.version`, and the audit entry
    /// in the same transaction.
    ///
    /// # Errors
    /// Fails when the table cannot be written.
    pub async fn update_account(&self, account: &Account, audit: &AuditEntry) -> Result<UpdateOutcome, Error> {
        let put = self
            .account_put(account)?
            .condition_expression("version = :before")
            .expression_attribute_values(":before", number(account.version - 1));
        let written = self.write_audited(put, audit).await?;
        Ok(if written { UpdateOutcome::Written } else { UpdateOutcome::Stale })
    }

    fn account_put(&self, account: &Account) -> Result<aws_sdk_dynamodb::types::builders::PutBuilder, Error> {
        let mut item = to_item("account", account, &keys::account(&account.account))?;
        put_key(&mut item, [keys::GSI1_PK, keys::GSI1_SK], &keys::account_gsi1(&account.account));
        Ok(aws_sdk_dynamodb::types::Put::builder().table_name(&self.name).set_item(Some(item)))
    }
}
