//! Claims: an operator's assignment of a resource to a tenant, independent of the resource's
//! project.

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use domain::{Resource, ResourceKey, TenantId};

use crate::accounts::UpdateOutcome;
use crate::audit::AuditEntry;
use crate::item::{ItemMap, text, to_item};
use crate::resources::ResourceWrite;
use crate::writes::ConditionalWrite;
use crate::{Error, Table, keys};

impl Table {
    /// Writes a resource as an operator decided, with the audit entry and the pointer from the
    /// tenant to the resource, in one transaction. `former` is the tenant of the previous claim.
    ///
    /// # Errors
    /// Fails when the table cannot be written.
    pub async fn claim_resource(
        &self,
        write: &ResourceWrite,
        former: Option<&TenantId>,
        audit: &AuditEntry,
    ) -> Result<UpdateOutcome, Error> {
        let row = &write.row;
        let put = TransactWriteItem::builder().put(self.resource_put(write)?.build()?).build();
        let mut items = vec![put, self.audit_put(audit)?];
        let now = row.claimed_tenant();
        if former != now {
            if let Some(former) = former {
                let key = keys::claim(former, &row.key);
                let delete = Delete::builder().table_name(&self.name);
                let delete = delete.key(keys::PK, text(key.pk)).key(keys::SK, text(key.sk)).build()?;
                items.push(TransactWriteItem::builder().delete(delete).build());
            }
            if let Some(now) = now {
                let pointer = to_item("claim", &row.key, &keys::claim(now, &row.key))?;
                let pointer = Put::builder().table_name(&self.name).set_item(Some(pointer)).build()?;
                items.push(TransactWriteItem::builder().put(pointer).build());
            }
        }
        let written = self.transact(items, &keys::resource(&row.key)).await?;
        Ok(if matches!(written, ConditionalWrite::Applied) { UpdateOutcome::Written } else { UpdateOutcome::Stale })
    }

    /// Returns the resources that pointers of the tenant lead to. The resources themselves show
    /// whether the claim still holds.
    pub(crate) async fn claims_of(&self, tenant: &TenantId) -> Result<Vec<ResourceKey>, Error> {
        let query = self.query(None, &keys::tenant_partition(tenant), keys::CLAIM_PREFIX);
        self.query_all(query).await?.into_iter().map(Self::claimed_key).collect()
    }

    /// Returns whether a resource is still claimed for the tenant whose pointer led to it. Its id
    /// may have been reused for another resource since.
    pub(crate) fn is_claimed_for(resource: &Resource, tenant: &TenantId) -> bool {
        resource.claimed_tenant() == Some(tenant)
    }

    /// Reads the resource key from a pointer.
    pub(crate) fn claimed_key(item: ItemMap) -> Result<ResourceKey, Error> {
        crate::item::from_item("claim", item)
    }
}
