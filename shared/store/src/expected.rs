//! Changes of our own that sweeps are told of before they see them.

use domain::{AccountId, ExpectedChange, Kind};

use crate::item::{from_item, number, to_item};
use crate::{Error, Table, keys};

impl Table {
    /// Registers a change of ours; again, it replaces what the same cause registered for the same resource.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn expect_change(&self, change: &ExpectedChange) -> Result<(), Error> {
        let id = change.cause.id.as_deref().unwrap_or_default();
        let mut item = to_item("expected change", change, &keys::expected_change(&change.key, id))?;
        item.insert(keys::TTL.to_owned(), number(change.expires_at.timestamp()));
        let put = self.client.put_item().table_name(&self.name).set_item(Some(item));
        put.send().await.map_err(|e| Error::dynamo("PutItem", e))?;
        Ok(())
    }

    /// What is expected of a kind. DynamoDB drops what expired when it likes: the expiry is for the reader to mind.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn expected_changes(&self, account: &AccountId, kind: &Kind) -> Result<Vec<ExpectedChange>, Error> {
        let query = self.query(None, &keys::expected_partition(account, kind), "").consistent_read(true);
        self.query_all(query).await?.into_iter().map(|item| from_item("expected change", item)).collect()
    }
}
