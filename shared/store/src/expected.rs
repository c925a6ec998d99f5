//! Expected changes: those that sagas make, registered in advance so that sweeps do not report them
//! as drift.

use domain::{AccountId, ExpectedChange, Kind};

use crate::item::{number, to_item};
use crate::{Error, Table, keys};

impl Table {
    /// Registers an expected change. A second registration with the same cause and resource
    /// replaces the first.
    ///
    /// # Errors
    /// Fails when the table cannot be written.
    pub async fn expect_change(&self, change: &ExpectedChange) -> Result<(), Error> {
        let id = change.cause.id.as_deref().unwrap_or_default();
        let mut item = to_item("expected change", change, &keys::expected_change(&change.key, id))?;
        item.insert(keys::TTL.to_owned(), number(change.expires_at.timestamp()));
        let put = self.client.put_item().table_name(&self.name).set_item(Some(item));
        put.send().await.map_err(|e| Error::dynamo("PutItem", e))?;
        Ok(())
    }

    /// Reads the expected changes of a kind, strongly consistent. DynamoDB deletes expired items
    /// with a delay, so callers must check the expiry themselves.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn expected_changes(&self, account: &AccountId, kind: &Kind) -> Result<Vec<ExpectedChange>, Error> {
        let query = self.query(None, &keys::expected_partition(account, kind), "").consistent_read(true);
        self.query_records("expected change", query).await
    }
}
