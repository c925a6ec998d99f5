//! Claims: an operator's word that a resource is a tenant's, whatever its project.

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use domain::{Resource, ResourceKey, TenantId};

use crate::accounts::UpdateOutcome;
use crate::audit::AuditEntry;
use crate::item::{ItemMap, text, to_item};
use crate::resources::ResourceWrite;
use crate::writes::ConditionalWrite;
use crate::{Error, Table, keys};

impl Table {
    /// Writes a row as a person decided, with the audit of who did, and keeps the way from the tenant to the row: all of it or nothing.
    /// `former` is whose it was by claim before.
    ///
    /// # Errors
    /// When the table cannot be written.
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

    /// What is claimed for a tenant, by the pointers: the rows say whether it still is.
    pub(crate) async fn claims_of(&self, tenant: &TenantId) -> Result<Vec<ResourceKey>, Error> {
        let query = self.query(None, &keys::tenant_partition(tenant), keys::CLAIM_PREFIX);
        self.query_all(query).await?.into_iter().map(Self::claimed_key).collect()
    }

    /// Whether a row is still claimed for the tenant whose pointer led to it: the id may have gone to another bearer since.
    pub(crate) fn is_claimed_for(resource: &Resource, tenant: &TenantId) -> bool {
        resource.claimed_tenant() == Some(tenant)
    }

    /// What a pointer points to.
    pub(crate) fn claimed_key(item: ItemMap) -> Result<ResourceKey, Error> {
        crate::item::from_item("claim", item)
    }
}
