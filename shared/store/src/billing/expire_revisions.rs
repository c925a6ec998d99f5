//! The expiry of superseded line sets. Such a set stays readable for one day, for readers that
//! still hold its revision.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use domain::billing::Invoice;

use super::publish_revision::Abort;
use crate::item::{ItemMap, number, text_of};
use crate::keys::{self, Key};
use crate::update::ItemUpdate;
use crate::{Error, Table};

/// How long a superseded line set stays readable.
const GRACE: TimeDelta = TimeDelta::days(1);

impl Table {
    /// Sets the expiry of every page of the superseded sets, and then removes the sets from the
    /// invoice header.
    pub(super) async fn expire_superseded(&self, invoice: Invoice, now: DateTime<Utc>) -> Result<Invoice, Abort> {
        for revision in &invoice.superseded_revisions {
            self.expire_revision(&invoice, *revision, now).await?;
        }
        let cleared = Invoice { superseded_revisions: BTreeSet::new(), ..invoice.clone() };
        self.write_header(&invoice, cleared, Vec::new()).await
    }

    /// Sets the expiry of every page of one set to a day from now.
    pub(super) async fn expire_revision(
        &self,
        invoice: &Invoice,
        revision: u64,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        let pk = keys::lines_partition(&invoice.account, &invoice.uuid, revision);
        let without_expiry = self
            .query(None, &pk, "")
            .filter_expression("attribute_not_exists(#ttl)")
            .expression_attribute_names("#ttl", keys::TTL)
            .expression_attribute_names("#sk", keys::SK)
            .projection_expression("#pk, #sk")
            .consistent_read(true);
        let sort_key = |item: ItemMap| Ok(text_of(&item, keys::SK).map(str::to_owned));
        for sk in self.query_all_as(without_expiry, sort_key).await?.into_iter().flatten() {
            let mut change = ItemUpdate::default();
            change.set(keys::TTL, number((now + GRACE).timestamp()));
            // The update must not re-create a page that DynamoDB has deleted in the meantime, and a
            // page that has an expiry keeps it.
            change.only_if("attribute_exists(pk) AND attribute_not_exists(#ttl)");
            let key = Key { pk: pk.clone(), sk };
            self.update(change.request(self, &key), &key).await?;
        }
        Ok(())
    }
}
