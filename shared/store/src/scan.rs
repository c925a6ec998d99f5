//! Scans of all resources of some kinds, for evaluations that need the complete set. Resources are
//! passed on one by one, so that no more than one DynamoDB response is held in memory.

use std::collections::BTreeSet;

use domain::{AccountId, Kind, ProjectId, Resource};

use crate::filter::ResourceFilter;
use crate::item::from_item;
use crate::partition::Partition;
use crate::redaction::redact_project;
use crate::{Error, Reader, Table};

/// How completely a scan read the resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All matching resources were passed on.
    Complete,
    /// The limit was reached before all resources were read.
    Truncated,
}

impl Reader {
    /// Passes on every live resource of these kinds in an account that matches the filter and that
    /// the caller may see, each once and in no particular order. `limit` is the number of items
    /// that may still be read, including tombstones, and is counted down. It is checked after each
    /// DynamoDB response (up to 1 MB), so it may be exceeded by one response. For a tenant, the
    /// resources do not reveal projects of other tenants.
    ///
    /// # Errors
    /// Fails when the table cannot be read. The resources that were passed on by then are
    /// incomplete.
    pub async fn scan(
        &self,
        account: &AccountId,
        filter: &ResourceFilter,
        kinds: &[Kind],
        limit: &mut usize,
        mut take: impl FnMut(Resource),
    ) -> Result<Extent, Error> {
        let filter = ResourceFilter { account: Some(account.clone()), deleted: false, ..filter.clone() };
        let tenant = self.scope().tenant().or(filter.tenant.as_ref());
        let by_project = filter.project.is_some();
        let partitions = self.partitions(&filter, kinds).await?;
        let own: BTreeSet<ProjectId> = partitions.iter().filter_map(Partition::project).cloned().collect();
        for partition in of_kinds(partitions, kinds) {
            let mut pass_on = |mut resource: Resource| {
                if filter.matches(&resource) && partition.holds(&resource, tenant, by_project) {
                    let in_own = resource.project_id.as_ref().is_some_and(|id| own.contains(id));
                    if self.scope().tenant().is_some() && !in_own {
                        redact_project(&mut resource);
                    }
                    take(resource);
                }
            };
            let extent = match &partition {
                Partition::Claims(tenant) => {
                    let mut keys = self.table().claims_of(tenant).await?;
                    keys.retain(|key| key.account == *account && kinds.contains(&key.kind));
                    let extent = if keys.len() > *limit { Extent::Truncated } else { Extent::Complete };
                    keys.truncate(*limit);
                    *limit -= keys.len();
                    self.table().resources(&keys).await?.into_iter().for_each(&mut pass_on);
                    extent
                }
                partition => self.table().scan_partition(partition, limit, &mut pass_on).await?,
            };
            if extent == Extent::Truncated {
                return Ok(Extent::Truncated);
            }
        }
        Ok(Extent::Complete)
    }

    /// Passes on every live resource of a kind in an account, of all owners, if the caller may see
    /// anything in that account. Callers may evaluate these resources but must not disclose them.
    /// The limit works as in [`Reader::scan`].
    ///
    /// # Errors
    /// Fails when the table cannot be read. The resources that were passed on by then are
    /// incomplete.
    pub async fn scan_context(
        &self,
        account: &AccountId,
        kind: &Kind,
        limit: &mut usize,
        mut take: impl FnMut(Resource),
    ) -> Result<Extent, Error> {
        if !self.accounts().await?.contains(account) {
            return Ok(Extent::Complete);
        }
        self.table().scan_partition(&Partition::Kind(account.clone(), kind.clone()), limit, &mut take).await
    }
}

/// Restricts the partitions of projects to the given kinds.
fn of_kinds(partitions: Vec<Partition>, kinds: &[Kind]) -> impl Iterator<Item = Partition> {
    partitions.into_iter().flat_map(|partition| match partition {
        Partition::Project(project, None) => {
            kinds.iter().map(|kind| Partition::Project(project.clone(), Some(kind.clone()))).collect()
        }
        other => vec![other],
    })
}

impl Table {
    /// Passes on every resource of a kind in an account, including tombstones, each once. No more
    /// than one DynamoDB response (up to 1 MB) is held in memory.
    ///
    /// # Errors
    /// Fails when the table cannot be read. The resources that were passed on by then are
    /// incomplete.
    pub async fn scan_kind(
        &self,
        account: &AccountId,
        kind: &Kind,
        mut take: impl FnMut(Resource),
    ) -> Result<(), Error> {
        let query = Partition::Kind(account.clone(), kind.clone()).range().query(self);
        self.query_all_as(query, |item| from_item("resource", item).map(&mut take)).await?;
        Ok(())
    }

    /// Passes on the live resources of a partition, as far as `limit` allows.
    async fn scan_partition(
        &self,
        partition: &Partition,
        limit: &mut usize,
        take: &mut impl FnMut(Resource),
    ) -> Result<Extent, Error> {
        // Tombstones are read and count towards the limit, but DynamoDB does not return them.
        let query = partition.range().query(self).filter_expression("attribute_not_exists(deleted_at)");
        let mut pages = query.into_paginator().send();
        while *limit > 0 {
            let Some(page) = pages.next().await else { break };
            let page = page.map_err(|e| Error::dynamo("Query", e))?;
            *limit = limit.saturating_sub(usize::try_from(page.scanned_count).unwrap_or_default().max(1));
            for item in page.items.unwrap_or_default() {
                take(from_item("resource", item)?);
            }
            let is_last = page.last_evaluated_key.is_none_or(|key| key.is_empty());
            if is_last {
                return Ok(Extent::Complete);
            }
        }
        Ok(Extent::Truncated)
    }
}
