//! Who did what through the API: written in the same transaction as what was done.

use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem, Update};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::item::to_item;
use crate::writes::ConditionalWrite;
use crate::{Error, Table, keys};

/// One thing a person did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Its id: the request's.
    pub id: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who: the subject of the caller's token.
    pub actor: String,
    /// What, such as `account.register`.
    pub action: String,
    /// To what.
    pub target: String,
    /// The new values, without secrets.
    pub values: serde_json::Value,
}

impl Table {
    /// Writes `put` and the audit of it, both or neither. False when the put's condition does not hold.
    pub(crate) async fn write_audited(&self, put: PutBuilder, audit: &AuditEntry) -> Result<bool, Error> {
        self.write_both(TransactWriteItem::builder().put(put.build()?).build(), audit).await
    }

    /// The same for an update.
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
