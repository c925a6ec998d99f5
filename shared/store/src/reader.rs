//! The reads on behalf of a caller. Every call is confined to the scope that the reader was created
//! with.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AccountId, Kind, Project, ProjectId, Resource, ResourceEvent, ResourceKey, Scope, SyncState, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::filter::ResourceFilter;
use crate::item::{ItemMap, from_item, text_of};
use crate::ownership::{OwnerLookup, belongs_to_tenant};
use crate::partition::Partition;
use crate::{Error, Table, keys};

/// The maximum number of queries for one page. A filter that few resources match ends the page
/// early, with a cursor, instead of delaying the response.
const READS_PER_PAGE: usize = 100;
/// The number of events requested from DynamoDB at a time.
const READ_SIZE: i32 = 200;

/// The position at which a page of resources ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourcePosition {
    /// The key of the partition. Partitions are read in the order of their keys.
    pub partition: String,
    /// The sort key after which to continue; `None` for the beginning of the partition.
    pub after: Option<String>,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items of this page, possibly fewer than the limit although more pages follow.
    pub items: Vec<T>,
    /// The position of the next page; `None` at the end.
    pub next: Option<ResourcePosition>,
}

/// A page of a resource's events, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPage {
    /// The events that the caller may see, without the projects that a tenant may not see.
    pub events: Vec<ResourceEvent>,
    /// The version before which the next page begins; `None` at the end.
    pub next: Option<u64>,
}

/// Reads the table for one caller.
#[derive(Debug, Clone)]
pub struct Reader {
    table: Table,
    scope: Scope,
}

impl Table {
    /// Returns a reader that is confined to this scope.
    #[must_use]
    pub fn reader(&self, scope: Scope) -> Reader {
        Reader { table: self.clone(), scope }
    }
}

impl Reader {
    /// Returns the scope that all reads are confined to.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    pub(crate) fn table(&self) -> &Table {
        &self.table
    }

    /// Reads the projects that the caller may see, including tombstones, ordered by account and id.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn projects(&self) -> Result<Vec<Project>, Error> {
        let mut projects = match &self.scope {
            Scope::Tenant(tenant) => self.table.projects_of(tenant).await?,
            Scope::Platform => {
                let mut all = Vec::new();
                for account in self.table.accounts().await? {
                    all.extend(self.table.projects(&account.account).await?);
                }
                all
            }
        };
        projects.sort_by(|a, b| (&a.account, &a.id).cmp(&(&b.account, &b.id)));
        Ok(projects)
    }

    /// Returns the accounts that the caller may see: all registered ones, or for a tenant those of
    /// its projects and claimed resources.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn accounts(&self) -> Result<Vec<AccountId>, Error> {
        Ok(match &self.scope {
            Scope::Platform => self.table.accounts().await?.into_iter().map(|account| account.account).collect(),
            Scope::Tenant(tenant) => {
                let projects = self.table.projects_of(tenant).await?;
                let claims = self.table.claims_of(tenant).await?;
                let accounts = projects.into_iter().map(|project| project.account);
                let accounts = accounts.chain(claims.into_iter().map(|key| key.account));
                accounts.collect::<BTreeSet<_>>().into_iter().collect()
            }
        })
    }

    /// Reads the projects that the caller may see in these accounts only.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn projects_in(&self, accounts: &BTreeSet<AccountId>) -> Result<Vec<Project>, Error> {
        match &self.scope {
            Scope::Tenant(tenant) => {
                let projects = self.table.projects_of(tenant).await?;
                Ok(projects.into_iter().filter(|project| accounts.contains(&project.account)).collect())
            }
            Scope::Platform => {
                let mut projects = Vec::new();
                for account in accounts {
                    projects.extend(self.table.projects(account).await?);
                }
                Ok(projects)
            }
        }
    }

    /// Reads the sync states of these accounts, which show how fresh the data is. They reveal
    /// nothing about the resources.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn sync_states(
        &self,
        accounts: &[AccountId],
    ) -> Result<BTreeMap<AccountId, BTreeMap<Kind, SyncState>>, Error> {
        let mut sync_states = BTreeMap::new();
        for account in accounts {
            sync_states.insert(account.clone(), self.table.sync_states(account).await?);
        }
        Ok(sync_states)
    }

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
        from: Option<&ResourcePosition>,
        limit: usize,
    ) -> Result<Page<Resource>, Error> {
        let mut page = self.unredacted_page(filter, kinds, from, limit).await?;
        if let Scope::Tenant(tenant) = &self.scope
            && page.items.iter().any(|resource| resource.claimed_tenant().is_some())
        {
            let projects = self.table.projects_of(tenant).await?;
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

    async fn unredacted_page(
        &self,
        filter: &ResourceFilter,
        kinds: &[Kind],
        from: Option<&ResourcePosition>,
        limit: usize,
    ) -> Result<Page<Resource>, Error> {
        let tenant = self.scope.tenant().or(filter.tenant.as_ref());
        let by_project = filter.project.is_some();
        let partitions = self.partitions(filter, kinds).await?;
        let mut items = Vec::new();
        // The partition of a cursor may no longer exist. Reading then continues with the next
        // partition in key order.
        let begin = from.map_or(0, |from| partitions.partition_point(|p| p.key() < from.partition));
        let mut after = from
            .filter(|from| partitions.get(begin).is_some_and(|p| p.key() == from.partition))
            .and_then(|f| f.after.clone());
        let mut reads = 0;
        for partition in &partitions[begin..] {
            loop {
                if reads == READS_PER_PAGE {
                    let next = ResourcePosition { partition: partition.key(), after };
                    return Ok(Page { items, next: Some(next) });
                }
                reads += 1;
                let (found, end) = self.read(partition, after.as_deref()).await?;
                for (sk, resource) in found {
                    after = Some(sk);
                    if filter.matches(&resource) && Self::belongs(&resource, partition, tenant, by_project) {
                        items.push(resource);
                    }
                    if items.len() == limit {
                        return Ok(Page { items, next: Some(ResourcePosition { partition: partition.key(), after }) });
                    }
                }
                if end {
                    break;
                }
            }
            after = None;
        }
        Ok(Page { items, next: None })
    }

    /// Reads the next items of a partition. Returns the resources with their sort keys, and whether
    /// the partition's end was reached.
    async fn read(&self, partition: &Partition, after: Option<&str>) -> Result<(Vec<(String, Resource)>, bool), Error> {
        let answer = partition
            .query(&self.table)
            .limit(partition.read_size())
            .set_exclusive_start_key(after.and_then(|after| partition.start(after)))
            .send()
            .await
            .map_err(|e| Error::dynamo("Query", e))?;
        let end = answer.last_evaluated_key.is_none_or(|key| key.is_empty());
        let items = answer.items.unwrap_or_default();
        if let Partition::Claims(tenant) = partition {
            return Ok((self.claimed(tenant, items).await?, end));
        }
        let found = items.into_iter().map(|item| {
            let sk = text_of(&item, partition.sort_key()).unwrap_or_default().to_owned();
            Ok((sk, from_item("resource", item)?))
        });
        Ok((found.collect::<Result<_, Error>>()?, end))
    }

    /// Reads the resources that claims point to, in the order of the claims.
    async fn claimed(&self, tenant: &TenantId, pointers: Vec<ItemMap>) -> Result<Vec<(String, Resource)>, Error> {
        let keys = pointers.into_iter().map(Table::claimed_key).collect::<Result<Vec<_>, _>>()?;
        let resources = self.table.resources(&keys).await?;
        let mut found: Vec<_> =
            resources.into_iter().map(|resource| (keys::claim(tenant, &resource.key).sk, resource)).collect();
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(found)
    }

    /// Returns the partitions that hold the selected resources, in a stable order and never outside
    /// the scope.
    pub(crate) async fn partitions(&self, filter: &ResourceFilter, kinds: &[Kind]) -> Result<Vec<Partition>, Error> {
        let tenant = match (&self.scope, &filter.tenant) {
            (Scope::Tenant(own), Some(requested)) if own != requested => return Ok(Vec::new()),
            (Scope::Tenant(own), _) => Some(own),
            (Scope::Platform, requested) => requested.as_ref(),
        };
        let mut partitions: Vec<Partition> = if tenant.is_some() || filter.project.is_some() {
            let claims = tenant.filter(|_| filter.project.is_none()).cloned().map(Partition::Claims);
            let projects = match tenant {
                Some(tenant) => self.table.projects_of(tenant).await?,
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
                None => self.table.accounts().await?.into_iter().map(|a| a.account).collect(),
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

    /// Reads one resource, if it exists and the caller may see it. A tenant sees the resources that
    /// are in its projects now or claimed for it.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn resource(&self, key: &ResourceKey) -> Result<Option<Resource>, Error> {
        let Some((mut resource, project)) = self.owned(key).await? else { return Ok(None) };
        if let Scope::Tenant(tenant) = &self.scope
            && project.and_then(|project| project.tenant_id).as_ref() != Some(tenant)
        {
            redact_project(&mut resource);
        }
        Ok(Some(resource))
    }

    /// Reads one project, if it exists and the caller may see it.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn project(&self, account: &AccountId, id: &ProjectId) -> Result<Option<Project>, Error> {
        let project = self.table.project(account, id).await?;
        Ok(project.filter(|p| self.scope.tenant().is_none_or(|tenant| p.tenant_id.as_ref() == Some(tenant))))
    }

    /// Reads a resource that the caller may see, unredacted, and for a tenant the project it is in.
    async fn owned(&self, key: &ResourceKey) -> Result<Option<(Resource, Option<Project>)>, Error> {
        let Some(resource) = self.table.resource(key).await? else { return Ok(None) };
        let project = match (&self.scope, &resource.project_id) {
            (Scope::Tenant(_), Some(id)) => self.table.project(&key.account, id).await?,
            _ => None,
        };
        let is_visible =
            self.scope.tenant().is_none_or(|tenant| belongs_to_tenant(tenant, &resource, project.as_ref()));
        Ok(is_visible.then_some((resource, project)))
    }

    /// Returns whether a resource that was read from this partition belongs in the result, and to
    /// the tenant if one is selected. Resources claimed for a tenant are taken only from the
    /// tenant's claims, so that they appear once.
    pub(crate) fn belongs(
        resource: &Resource,
        partition: &Partition,
        tenant: Option<&TenantId>,
        by_project: bool,
    ) -> bool {
        match (partition, tenant) {
            (Partition::Kind(..), tenant) => tenant.is_none(),
            (Partition::Project(..), None) => true,
            (Partition::Project(project, _), Some(tenant)) => {
                (by_project || resource.claimed_tenant().is_none())
                    && belongs_to_tenant(tenant, resource, Some(project))
            }
            (Partition::Claims(claimant), _) => {
                Table::is_claimed_for(resource, claimant) && belongs_to_tenant(claimant, resource, None)
            }
        }
    }

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
        before: Option<u64>,
        limit: usize,
    ) -> Result<Option<EventPage>, Error> {
        let Some((resource, _)) = self.owned(key).await? else { return Ok(None) };
        let page_size = i32::try_from(limit).unwrap_or(READ_SIZE);
        let (found, more) = self.table.events(key, before, page_size).await?;
        let next = found.last().filter(|_| more).map(|event| event.version);
        let mut owners = OwnerLookup::new(&self.table);
        let mut events = Vec::with_capacity(found.len());
        for event in found {
            let visible = match &self.scope {
                Scope::Platform => true,
                Scope::Tenant(_) if event.incarnation != resource.incarnation => false,
                Scope::Tenant(tenant) => owners.at(&resource, event.at).await?.as_ref() == Some(tenant),
            };
            if visible {
                events.push(event);
            }
        }
        if let Scope::Tenant(tenant) = &self.scope {
            self.redact_events(tenant, &mut events).await?;
        }
        Ok(Some(EventPage { events, next }))
    }

    /// Removes from events the projects that the tenant may not see.
    pub(crate) async fn redact_events(&self, tenant: &TenantId, events: &mut [ResourceEvent]) -> Result<(), Error> {
        let own: BTreeSet<ProjectId> = self.table.projects_of(tenant).await?.into_iter().map(|p| p.id).collect();
        for event in events {
            redact_foreign_projects(event, &own);
        }
        Ok(())
    }
}

/// Removes the project from a resource that is claimed for a tenant: the tenant may not know it
/// unless it owns the project, too.
pub(crate) fn redact_project(resource: &mut Resource) {
    resource.project_id = None;
    resource.attribution = None;
    resource.project_history.clear();
}

/// Removes from an event the projects that a resource came from or went to, except those of the
/// tenant.
fn redact_foreign_projects(event: &mut ResourceEvent, own: &BTreeSet<ProjectId>) {
    let is_own = |value: &Value| value.as_str().is_some_and(|id| own.iter().any(|project| project.as_str() == id));
    for change in event.changes.iter_mut().filter(|change| change.field == "project_id") {
        for value in [&mut change.before, &mut change.after] {
            if !is_own(value) {
                *value = Value::Null;
            }
        }
    }
}
