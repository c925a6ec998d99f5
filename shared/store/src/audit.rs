//! The audit trail of operator actions through the API. An entry is written in the same transaction
//! as the change that it records.

use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem, Update};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::item::to_item;
use crate::writes::ConditionalWrite;
use crate::{Error, Table, keys};

/// One action of an operator or another caller of the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// The id of the API request that asked for the action.
    pub id: String,
    /// The time of the action, which is also part of the entry's key.
    pub at: DateTime<Utc>,
    /// The `sub` claim of the caller's token.
    pub actor: String,
    /// The name of the action, such as `account.register`.
    pub action: String,
    /// The record that the action changed, such as an account or a resource.
    pub target: String,
    /// The new values, without secrets.
    pub values: serde_json::Value,
}

impl Table {
    /// Writes `put` and its audit entry: both, or neither. Returns false when the condition of
    /// `put` does not hold.
    pub(crate) async fn write_audited(&self, put: PutBuilder, audit: &AuditEntry) -> Result<bool, Error> {
        self.write_both(TransactWriteItem::builder().put(put.build()?).build(), audit).await
    }

    /// Writes `update` and its audit entry, as [`Table::write_audited`] does for a put.
    pub(crate) async fn write_update_audited(&self, update: Update, audit: &AuditEntry) -> Result<bool, Error> {
        self.write_both(TransactWriteItem::builder().update(update).build(), audit).await
    }

    async fn write_both(&self, write: TransactWriteItem, audit: &AuditEntry) -> Result<bool, Error> {
        let items = vec![write, self.audit_put(audit)?];
        let written = self.transact(items, &keys::audit(audit.at, &audit.id)).await?;
        Ok(matches!(written, ConditionalWrite::Applied))
    }

    pub(crate) fn audit_put(&self, audit: &AuditEntry) -> Result<TransactWriteItem, Error> {
        let entry = to_item("audit entry", audit, &keys::audit(audit.at, &audit.id))?;
        let entry = Put::builder().table_name(&self.name).set_item(Some(entry)).build()?;
        Ok(TransactWriteItem::builder().put(entry).build())
    }
}
