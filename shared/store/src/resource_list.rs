//! The lists of resources and of a resource's events on behalf of a caller.

use std::collections::BTreeMap;

use domain::{Kind, Project, Resource, ResourceKey, Scope};

use crate::filter::ResourceFilter;
use crate::paging::{READS_PER_PAGE, Slice, read_page};
use crate::partition::Partition;
use crate::redaction::redact_project;
use crate::{Cursor, Error, Page, Reader, Table};

/// The number of resources requested from DynamoDB at a time: a filter may skip most of them.
const READ_SIZE: usize = 200;
/// The number of claims requested from DynamoDB at a time: as many as their resources can be read
/// with one `BatchGetItem`.
const CLAIMS_READ_SIZE: usize = 100;

impl Reader {
    /// Reads a page of resources: at most `limit`, possibly fewer although more pages follow.
    ///
    /// For a tenant, the resources do not reveal projects of other tenants.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn resources(
        &self,
        filter: &ResourceFilter,
        kinds: &[Kind],
        from: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<Resource>, Error> {
        let tenant = self.scope().tenant().or(filter.tenant.as_ref());
        let partitions = self.partitions(filter, kinds).await?;
        let partitions = partitions.iter().map(|partition| (partition.key(), partition));
        let partitions = partitions.filter(|(key, _)| from.is_none_or(|from| *key >= from.partition)).collect();
        let read = async |partition: &Partition, after: Option<String>, _| {
            let mut slice = self.resources_after(partition, after.as_deref()).await?;
            for (_, found) in &mut slice.found {
                *found = found.take().filter(|resource| {
                    filter.matches(resource) && partition.holds(resource, tenant, filter.project.is_some())
                });
            }
            Ok(slice)
        };
        let mut page = read_page(partitions, from, limit, READS_PER_PAGE, read).await?;
        if let Scope::Tenant(tenant) = self.scope()
            && page.items.iter().any(|resource| resource.claimed_tenant().is_some())
        {
            let projects = self.table().projects_of(tenant).await?;
            for resource in &mut page.items {
                let own = |project: &Project| {
                    project.account == resource.key.account && resource.project_id.as_ref() == Some(&project.id)
                };
                if !projects.iter().any(own) {
                    redact_project(resource);
                }
            }
        }
        Ok(page)
    }

    /// Reads the next resources of a partition.
    async fn resources_after(&self, partition: &Partition, after: Option<&str>) -> Result<Slice<Resource>, Error> {
        if !matches!(partition, Partition::Claims(_)) {
            return partition.range().records(self.table(), "resource", after, READ_SIZE).await;
        }
        let claims = partition.range().slice(self.table(), after, CLAIMS_READ_SIZE, Table::claimed_key).await?;
        let keys: Vec<ResourceKey> = claims.found.iter().filter_map(|(_, key)| key.clone()).collect();
        let resources = self.table().resources(&keys).await?.into_iter();
        let mut resources: BTreeMap<ResourceKey, Resource> = resources.map(|row| (row.key.clone(), row)).collect();
        let found =
            claims.found.into_iter().map(|(position, key)| (position, key.and_then(|key| resources.remove(&key))));
        Ok(Slice { found: found.collect(), end: claims.end })
    }

    /// Returns the partitions that hold the selected resources, in a stable order and never outside
    /// the scope.
    pub(crate) async fn partitions(&self, filter: &ResourceFilter, kinds: &[Kind]) -> Result<Vec<Partition>, Error> {
        let Some(tenant) = self.selected_tenant(filter.tenant.as_ref()) else { return Ok(Vec::new()) };
        let mut partitions: Vec<Partition> = if tenant.is_some() || filter.project.is_some() {
            let claims = tenant.filter(|_| filter.project.is_none()).cloned().map(Partition::Claims);
            let projects = match tenant {
                Some(tenant) => self.table().projects_of(tenant).await?,
                None => self.projects().await?,
            };
            projects
                .into_iter()
                .filter(|p| filter.account.as_ref().is_none_or(|account| *account == p.account))
                .filter(|p| filter.project.as_ref().is_none_or(|project| *project == p.id))
                .map(|p| Partition::Project(Box::new(p), filter.kind.clone()))
                .chain(claims)
                .collect()
        } else {
            let accounts = match &filter.account {
                Some(account) => vec![account.clone()],
                None => self.table().accounts().await?.into_iter().map(|a| a.account).collect(),
            };
            let kinds_to_read: Vec<Kind> = match &filter.kind {
                Some(kind) => vec![kind.clone()],
                None => kinds.to_vec(),
            };
            accounts
                .iter()
                .flat_map(|account| kinds_to_read.iter().map(|kind| Partition::Kind(account.clone(), kind.clone())))
                .collect()
        };
        partitions.sort_by_key(Partition::key);
        Ok(partitions)
    }
}
