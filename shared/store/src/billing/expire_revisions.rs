//! The end of sets of lines that no reader is led to any more: they are still there for a day, for who is reading them.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use chrono::{DateTime, TimeDelta, Utc};
use domain::billing::Invoice;

use super::publish_revision::{Abort, PublishOutcome};
use crate::item::{ItemMap, number, text, text_of};
use crate::keys::{self, Key};
use crate::{Error, Table};

/// How long a set can still be read whose place another took.
const GRACE: TimeDelta = TimeDelta::days(1);

impl Table {
    /// Gives the sets that the invoice no longer shows their end, where a replacement died before it did.
    ///
    /// # Errors
    /// When the table cannot be read or written; doing it again makes it right.
    pub async fn expire_superseded_revisions(
        &self,
        invoice: &Invoice,
        now: DateTime<Utc>,
    ) -> Result<PublishOutcome, Error> {
        if invoice.superseded_revisions.is_empty() {
            return Ok(PublishOutcome::Unchanged(Box::new(invoice.clone())));
        }
        match self.expire_superseded(invoice.clone(), now).await {
            Ok(invoice) => Ok(PublishOutcome::Written(Box::new(invoice))),
            Err(abort) => abort.into_outcome(),
        }
    }

    /// Gives every page of the retired sets its end, and then lets the head forget them.
    pub(super) async fn expire_superseded(&self, invoice: Invoice, now: DateTime<Utc>) -> Result<Invoice, Abort> {
        for revision in &invoice.superseded_revisions {
            self.expire_revision(&invoice, *revision, now).await?;
        }
        let forgotten = Invoice { superseded_revisions: BTreeSet::new(), ..invoice.clone() };
        self.write_header(&invoice, forgotten).await
    }

    /// Gives every page of a set its end, in a day.
    pub(super) async fn expire_revision(
        &self,
        invoice: &Invoice,
        revision: u64,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        let partition = keys::lines_partition(&invoice.account, &invoice.uuid, revision);
        let endless = self
            .query(None, &partition, "")
            .filter_expression("attribute_not_exists(#ttl)")
            .expression_attribute_names("#ttl", keys::TTL)
            .expression_attribute_names("#sk", keys::SK)
            .projection_expression("#pk, #sk")
            .consistent_read(true);
        let place = |item: ItemMap| Ok(text_of(&item, keys::SK).map(str::to_owned));
        for sk in self.query_all_as(endless, place).await?.into_iter().flatten() {
            self.expire_page(Key { pk: partition.clone(), sk }, now + GRACE).await?;
        }
        Ok(())
    }

    async fn expire_page(&self, key: Key, end: DateTime<Utc>) -> Result<(), Error> {
        let update = Update::builder()
            .table_name(&self.name)
            .key(keys::PK, text(&key.pk))
            .key(keys::SK, text(&key.sk))
            .update_expression("SET #ttl = :ttl")
            // One that DynamoDB dropped in the meantime must not come back, and one that another ended keeps its end.
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(#ttl)")
            .expression_attribute_names("#ttl", keys::TTL)
            .expression_attribute_values(":ttl", number(end.timestamp()))
            .build()?;
        self.transact(vec![TransactWriteItem::builder().update(update).build()], &key).await?;
        Ok(())
    }
}
