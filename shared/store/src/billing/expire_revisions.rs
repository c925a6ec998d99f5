//! The expiry of superseded line sets. Such a set stays readable for one day, for readers that
//! still hold its revision.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::TransactWriteItem;
use chrono::{DateTime, TimeDelta, Utc};
use domain::billing::Invoice;

use super::publish_revision::{Abort, PublishOutcome};
use crate::item::{ItemMap, number, text_of};
use crate::keys::{self, Key};
use crate::{Error, Table};

/// How long a superseded line set stays readable.
const GRACE: TimeDelta = TimeDelta::days(1);

impl Table {
    /// Sets the expiry of the line sets that the invoice no longer shows, for the case that a
    /// publication crashed before this step.
    ///
    /// # Errors
    /// Fails when the table cannot be read or written. Repeating the call completes the work.
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

    /// Sets the expiry of every page of the superseded sets, and then removes the sets from the
    /// invoice header.
    pub(super) async fn expire_superseded(&self, invoice: Invoice, now: DateTime<Utc>) -> Result<Invoice, Abort> {
        for revision in &invoice.superseded_revisions {
            self.expire_revision(&invoice, *revision, now).await?;
        }
        let cleared = Invoice { superseded_revisions: BTreeSet::new(), ..invoice.clone() };
        self.write_header(&invoice, cleared).await
    }

    /// Sets the expiry of every page of one set to a day from now.
    pub(super) async fn expire_revision(
        &self,
        invoice: &Invoice,
        revision: u64,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        let partition = keys::lines_partition(&invoice.account, &invoice.uuid, revision);
        let without_expiry = self
            .query(None, &partition, "")
            .filter_expression("attribute_not_exists(#ttl)")
            .expression_attribute_names("#ttl", keys::TTL)
            .expression_attribute_names("#sk", keys::SK)
            .projection_expression("#pk, #sk")
            .consistent_read(true);
        let sort_key = |item: ItemMap| Ok(text_of(&item, keys::SK).map(str::to_owned));
        for sk in self.query_all_as(without_expiry, sort_key).await?.into_iter().flatten() {
            self.expire_page(Key { pk: partition.clone(), sk }, now + GRACE).await?;
        }
        Ok(())
    }

    async fn expire_page(&self, key: Key, end: DateTime<Utc>) -> Result<(), Error> {
        let update = self
            .update_of(&key)
            .update_expression("SET #ttl = :ttl")
            // The update must not re-create a page that DynamoDB has deleted in the meantime, and a
            // page that has an expiry keeps it.
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(#ttl)")
            .expression_attribute_names("#ttl", keys::TTL)
            .expression_attribute_values(":ttl", number(end.timestamp()))
            .build()?;
        self.transact(vec![TransactWriteItem::builder().update(update).build()], &key).await?;
        Ok(())
    }
}
