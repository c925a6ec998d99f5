//! The events of resources. They are written together with the change that they explain and never
//! change afterwards.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{ProjectId, ResourceEvent, ResourceKey, Scope};

use crate::item::{number, put_key, to_item};
use crate::ownership::OwnerLookup;
use crate::paging::{READS_PER_PAGE, Slice, read_page};
use crate::range::Range;
use crate::redaction::redact_foreign_projects;
use crate::writes::part;
use crate::{Cursor, Error, Page, Reader, Table, keys};

impl Table {
    pub(crate) fn event_put(&self, event: &ResourceEvent) -> Result<TransactWriteItem, Error> {
        let mut item = to_item("resource event", event, &keys::event(&event.key, event.version))?;
        let feed = keys::event_gsi1(&event.key, event.at, event.version);
        put_key(&mut item, [keys::GSI1_PK, keys::GSI1_SK], &feed);
        item.insert(keys::TTL.to_owned(), number((event.at + self.event_retention).timestamp()));
        Ok(part(self.put_at(item, None)?))
    }
}

impl Reader {
    /// Reads events of a resource that the caller may see, newest first; `None` if the caller may
    /// not see the resource.
    ///
    /// A tenant sees only events of the resource's current incarnation, from times when the
    /// resource belonged to the tenant: ids are reused and projects change their tenants, and the
    /// events of other owners are not disclosed.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn events(
        &self,
        key: &ResourceKey,
        from: Option<&Cursor>,
        limit: usize,
    ) -> Result<Option<Page<ResourceEvent>>, Error> {
        let Some((resource, _)) = self.owned(key).await? else { return Ok(None) };
        let partition = keys::event_partition(key);
        let range = Range::prefixed(None, partition.clone(), keys::EVENT_PREFIX).descending();
        let read = async |range: &Range, after: Option<String>, wanted| {
            let Slice { found, end } = range.records(self.table(), "resource event", after.as_deref(), wanted).await?;
            let mut owners = OwnerLookup::new(self.table());
            let mut visible = Vec::with_capacity(found.len());
            for (position, event) in found {
                let is_visible = match (self.scope(), &event) {
                    (Scope::Tenant(tenant), Some(ResourceEvent { incarnation, at, .. })) => {
                        *incarnation == resource.incarnation
                            && owners.at(&resource, *at).await?.as_ref() == Some(tenant)
                    }
                    _ => true,
                };
                visible.push((position, event.filter(|_| is_visible)));
            }
            Ok(Slice { found: visible, end })
        };
        let mut page = read_page(vec![(partition, &range)], from, limit, READS_PER_PAGE, read).await?;
        self.redact_events(&mut page.items).await?;
        Ok(Some(page))
    }

    /// Removes from events the projects that the caller may not see.
    pub(crate) async fn redact_events(&self, events: &mut [ResourceEvent]) -> Result<(), Error> {
        let Scope::Tenant(tenant) = self.scope() else { return Ok(()) };
        let own: BTreeSet<ProjectId> = self.table().projects_of(tenant).await?.into_iter().map(|p| p.id).collect();
        for event in events {
            redact_foreign_projects(event, &own);
        }
        Ok(())
    }
}
