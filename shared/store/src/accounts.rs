//! Registered accounts.

use domain::{Account, AccountId};

use crate::audit::AuditEntry;
use crate::item::{from_item, number, put_key, to_item};
use crate::{Error, Table, keys};

/// How a registration ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegisterOutcome {
    /// The account is new.
    New,
    /// An account of that slug exists already; nothing was written.
    Exists,
}

/// How an update of a record ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpdateOutcome {
    /// It is written.
    Written,
    /// Somebody else wrote it since it was read; nothing was written.
    Stale,
}

impl Table {
    /// All registered accounts, by slug.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn accounts(&self) -> Result<Vec<Account>, Error> {
        let found = self.query_all(self.query(Some(keys::GSI1), keys::ACCOUNTS, "")).await?;
        found.into_iter().map(|item| from_item("account", item)).collect()
    }

    /// One account.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn account(&self, account: &AccountId) -> Result<Option<Account>, Error> {
        self.get(&keys::account(account), true).await?.map(|item| from_item("account", item)).transpose()
    }

    /// Registers an account, with the audit of who did.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn register_account(&self, account: &Account, audit: &AuditEntry) -> Result<RegisterOutcome, Error> {
        let put = self.account_put(account)?.condition_expression("attribute_not_exists(pk)");
        let written = self.write_audited(put, audit).await?;
        Ok(if written { RegisterOutcome::New } else { RegisterOutcome::Exists })
    }

    /// Writes an account that was read at the version before `account.version`, with the audit of who did.
    ///
    /// # Errors
    /// When the table cannot be written.
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
