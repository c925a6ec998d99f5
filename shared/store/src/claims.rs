//! Claims: an operator's assignment of a resource to a tenant, independent of the resource's
//! project.

use domain::{ResourceKey, TenantId};

use crate::accounts::UpdateOutcome;
use crate::audit::AuditEntry;
use crate::item::{ItemMap, from_item, to_item};
use crate::resources::ResourceWrite;
use crate::writes::part;
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
        let mut items = vec![part(self.resource_put(write)?), self.audit_put(audit)?];
        let now = row.claimed_tenant();
        if former != now {
            if let Some(former) = former {
                items.push(self.delete_at(&keys::claim(former, &row.key), None)?);
            }
            if let Some(now) = now {
                items.push(self.put_always(to_item("claim", &row.key, &keys::claim(now, &row.key))?)?);
            }
        }
        let written = self.transact(items, &keys::resource(&row.key)).await?;
        Ok(if written.is_applied() { UpdateOutcome::Written } else { UpdateOutcome::Stale })
    }

    /// Returns the resources that pointers of the tenant lead to. The resources themselves show
    /// whether the claim still holds.
    pub(crate) async fn claims_of(&self, tenant: &TenantId) -> Result<Vec<ResourceKey>, Error> {
        let query = self.query(None, &keys::tenant_partition(tenant), keys::CLAIM_PREFIX);
        self.query_records("claim", query).await
    }

    /// Reads the resource key from a pointer.
    pub(crate) fn claimed_key(item: ItemMap) -> Result<ResourceKey, Error> {
        from_item("claim", item)
    }
}
