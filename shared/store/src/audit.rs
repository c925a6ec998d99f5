//! The audit trail of operator actions through the API. An entry is written in the same transaction
//! as the change that it records.

use aws_sdk_dynamodb::types::TransactWriteItem;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::item::to_item;
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
    /// Writes an item and its audit entry: both, or neither. Returns false when the condition of
    /// the item does not hold.
    pub(crate) async fn write_audited(&self, write: TransactWriteItem, audit: &AuditEntry) -> Result<bool, Error> {
        let written = self.transact(vec![write, self.audit_put(audit)?], &keys::audit(audit.at, &audit.id)).await?;
        Ok(written.is_applied())
    }

    pub(crate) fn audit_put(&self, audit: &AuditEntry) -> Result<TransactWriteItem, Error> {
        self.put_always(to_item("audit entry", audit, &keys::audit(audit.at, &audit.id))?)
    }
}
