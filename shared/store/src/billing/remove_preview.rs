//! The removal of a month's preview, which its invoice takes the place of.

use aws_sdk_dynamodb::types::TransactWriteItem;
use chrono::{DateTime, Utc};
use domain::billing::Invoice;

use super::invoice_header;
use super::publish_revision::Abort;
use crate::{Error, Table, keys};

impl Table {
    /// Deletes the preview of a month whose invoice is shown. Returns false if another client
    /// changed the preview after it was read.
    ///
    /// # Errors
    /// Fails when the table cannot be read or written. Repeating the call completes the work.
    pub async fn delete_preview(&self, preview: &Invoice, now: DateTime<Utc>) -> Result<bool, Error> {
        let delete = match self.preview_delete(preview, now).await {
            Ok(delete) => delete,
            Err(Abort::Stale(current)) => return Ok(current.is_none()),
            Err(Abort::Failed(error)) => return Err(error),
        };
        let key = keys::invoice(&preview.account, preview.period, &preview.uuid);
        Ok(self.transact(vec![delete], &key).await?.is_applied())
    }

    /// Builds the deletion of a preview, after setting the expiry of all its pages, including those
    /// of a staged revision, so that no page can be added. The pages stay readable for one day.
    pub(super) async fn preview_delete(
        &self,
        preview: &Invoice,
        now: DateTime<Utc>,
    ) -> Result<TransactWriteItem, Abort> {
        let preview = self.write_header(preview, invoice_header::unstaged(preview), Vec::new()).await?;
        for revision in
            preview.superseded_revisions.iter().copied().chain(preview.lines.as_ref().map(|set| set.revision))
        {
            self.expire_revision(&preview, revision, now).await?;
        }
        let key = keys::invoice(&preview.account, preview.period, &preview.uuid);
        Ok(self.delete_at(&key, Some(preview.version))?)
    }
}
