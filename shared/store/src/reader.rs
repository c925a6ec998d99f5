//! What a caller may read: every call is confined to the scope the reader was made with.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AccountId, Kind, Project, ProjectId, Resource, ResourceEvent, ResourceKey, Scope, SyncState, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::filter::ResourceFilter;
use crate::item::{ItemMap, from_item, text_of};
use crate::ownership::{OwnerLookup, belongs_to_tenant};
use crate::partition::Partition;
use crate::{Error, Table, keys};

/// Queries made for one page at the most: a filter that fits little ends a page early (with a cursor) rather than a request late.
const READS_PER_PAGE: usize = 100;
/// Events asked of DynamoDB at a time.
const READ_SIZE: i32 = 200;

/// Where a page ended: a partition, and the place in it after which the next page begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourcePosition {
    /// The partition, by its key: they are read in the order of their keys.
    pub partition: String,
    /// The sort key after which to go on; `None` at the partition's beginning.
    pub after: Option<String>,
}

/// Some of what was wanted, and where to go on; `next` is absent at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What was found.
    pub items: Vec<T>,
    /// Where the next page begins.
    pub next: Option<ResourcePosition>,
}

/// Some events of a resource, newest first, and the version before which the next page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPage {
    /// The events.
    pub events: Vec<ResourceEvent>,
    /// The version before which to go on.
    pub next: Option<u64>,
}

/// Reads for one caller.
#[derive(Debug, Clone)]
pub struct Reader {
    table: Table,
    scope: Scope,
}

impl Reader {
    pub(crate) fn new(table: Table, scope: Scope) -> Self {
        Self { table, scope }
    }

    /// The scope it is confined to.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    pub(crate) fn table(&self) -> &Table {
        &self.table
    }

    /// The projects the caller may see, tombstones too, by account and id.
    ///
    /// # Errors
    /// When the table cannot be read.
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

    /// The accounts that what the caller may see is in: all registered ones, or those a tenant's projects and claimed resources are in.
    ///
    /// # Errors
    /// When the table cannot be read.
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

    /// [`Reader::projects`] of these accounts only.
    ///
    /// # Errors
    /// When the table cannot be read.
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

    /// The lanes of these accounts: how fresh what is read of them is. Tells nothing of what is in them.
    ///
    /// # Errors
    /// When the table cannot be read.
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

    /// A page of resources: at most `limit`, maybe fewer and still with a next one.
    ///
    /// A tenant's resources do not tell of projects that are not the tenant's.
    ///
    /// # Errors
    /// When the table cannot be read.
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
        // A cursor's partition that is no longer there was left behind: what sorts after it comes next.
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

    /// Reads on in a partition: what was found with its sort key there, and whether that was the end.
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

    /// The rows that claims point to, in the claims' order.
    async fn claimed(&self, tenant: &TenantId, pointers: Vec<ItemMap>) -> Result<Vec<(String, Resource)>, Error> {
        let keys = pointers.into_iter().map(Table::claimed_key).collect::<Result<Vec<_>, _>>()?;
        let rows = self.table.resources(&keys).await?;
        let mut found: Vec<_> = rows.into_iter().map(|row| (keys::claim(tenant, &row.key).sk, row)).collect();
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(found)
    }

    /// Where the wanted resources are, in a stable order, never outside the scope.
    pub(crate) async fn partitions(&self, filter: &ResourceFilter, kinds: &[Kind]) -> Result<Vec<Partition>, Error> {
        let tenant = match (&self.scope, &filter.tenant) {
            (Scope::Tenant(own), Some(asked)) if own != asked => return Ok(Vec::new()),
            (Scope::Tenant(own), _) => Some(own),
            (Scope::Platform, asked) => asked.as_ref(),
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
            let wanted: Vec<Kind> = match &filter.kind {
                Some(kind) => vec![kind.clone()],
                None => kinds.to_vec(),
            };
            accounts
                .iter()
                .flat_map(|account| wanted.iter().map(|kind| Partition::Kind(account.clone(), kind.clone())))
                .collect()
        };
        partitions.sort_by_key(Partition::key);
        Ok(partitions)
    }

    /// One resource, if there is one and the caller may see it: a tenant sees what is in its projects now, or claimed for it.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn resource(&self, key: &ResourceKey) -> Result<Option<Resource>, Error> {
        let Some((mut resource, project)) = self.owned(key).await? else { return Ok(None) };
        if let Scope::Tenant(tenant) = &self.scope
            && project.and_then(|project| project.tenant_id).as_ref() != Some(tenant)
        {
            redact_project(&mut resource);
        }
        Ok(Some(resource))
    }

    /// One project, if there is one and the caller may see it.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn project(&self, account: &AccountId, id: &ProjectId) -> Result<Option<Project>, Error> {
        let project = self.table.project(account, id).await?;
        Ok(project.filter(|p| self.scope.tenant().is_none_or(|tenant| p.tenant_id.as_ref() == Some(tenant))))
    }

    /// A resource that the caller may see, with all that is known of it, and the project it is in.
    async fn owned(&self, key: &ResourceKey) -> Result<Option<(Resource, Option<Project>)>, Error> {
        let Some(resource) = self.table.resource(key).await? else { return Ok(None) };
        let project = match (&self.scope, &resource.project_id) {
            (Scope::Tenant(_), Some(id)) => self.table.project(&key.account, id).await?,
            _ => None,
        };
        let is_seen = self.scope.tenant().is_none_or(|tenant| belongs_to_tenant(tenant, &resource, project.as_ref()));
        Ok(is_seen.then_some((resource, project)))
    }

    /// Whether a resource that was read from this partition is wanted from it and the tenant's, where one is asked for. What is claimed
    /// for a tenant is read from the tenant's claims alone, so that it is there once.
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

    /// Events of a resource that the caller may see, newest first; `None` where it may not see the resource.
    ///
    /// A tenant sees what happened while the resource, as it is now, was in a project that was the tenant's: ids are used again, projects
    /// change hands, and what happened to others is theirs.
    ///
    /// # Errors
    /// When the table cannot be read.
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

    /// Takes out of events what is not the tenant's to know.
    pub(crate) async fn redact_events(&self, tenant: &TenantId, events: &mut [ResourceEvent]) -> Result<(), Error> {
        let own: BTreeSet<ProjectId> = self.table.projects_of(tenant).await?.into_iter().map(|p| p.id).collect();
        for event in events {
            redact_foreign_projects(event, &own);
        }
        Ok(())
    }
}

/// Which project a resource is in that was claimed for a tenant is not the tenant's to know, unless that is the tenant's too.
pub(crate) fn redact_project(resource: &mut Resource) {
    resource.project_id = None;
    resource.attribution = None;
    resource.project_history.clear();
}

/// Where a resource came from or went to is not the tenant's to know, unless that is the tenant's too.
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
