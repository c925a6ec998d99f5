//! Everything of some kinds, for what has to look at all of it before it can say anything: handed over one by one, so that no more of it
//! is held at a time than one answer of DynamoDB's.

use std::collections::BTreeSet;

use domain::{AccountId, Kind, ProjectId, Resource};

use crate::filter::ResourceFilter;
use crate::item::from_item;
use crate::partition::Partition;
use crate::reader::redact_project;
use crate::{Error, Reader, Table};

/// Whether all was handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All.
    Complete,
    /// There is so much that not all of it was read.
    Truncated,
}

impl Reader {
    /// Hands over every live resource of these kinds in an account that the filter wants and the caller may see, each once, in no
    /// particular order. `rows` is how many may still be read, tombstones too, and is counted down; only between two answers of DynamoDB's,
    /// of up to 1 MB each, is it looked at. A tenant's resources do not tell of projects that are not the tenant's.
    ///
    /// # Errors
    /// When the table cannot be read; what was handed over by then is a part.
    pub async fn scan(
        &self,
        account: &AccountId,
        filter: &ResourceFilter,
        kinds: &[Kind],
        rows: &mut usize,
        mut take: impl FnMut(Resource),
    ) -> Result<Extent, Error> {
        let filter = ResourceFilter { account: Some(account.clone()), deleted: false, ..filter.clone() };
        let tenant = self.scope().tenant().or(filter.tenant.as_ref());
        let by_project = filter.project.is_some();
        let partitions = self.partitions(&filter, kinds).await?;
        let own: BTreeSet<ProjectId> = partitions.iter().filter_map(Partition::project).cloned().collect();
        for partition in of_kinds(partitions, kinds) {
            let mut pass_on = |mut resource: Resource| {
                if filter.matches(&resource) && Self::belongs(&resource, &partition, tenant, by_project) {
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
                    let extent = if keys.len() > *rows { Extent::Truncated } else { Extent::Complete };
                    keys.truncate(*rows);
                    *rows -= keys.len();
                    self.table().resources(&keys).await?.into_iter().for_each(&mut pass_on);
                    extent
                }
                partition => self.table().scan_partition(partition, rows, &mut pass_on).await?,
            };
            if extent == Extent::Truncated {
                return Ok(Extent::Truncated);
            }
        }
        Ok(Extent::Complete)
    }

    /// Hands over every live resource of a kind in an account, whoever's it is, if the caller may see anything there: to judge by, never to
    /// show or to tell of. Bounded as [`Reader::scan`] is.
    ///
    /// # Errors
    /// When the table cannot be read; what was handed over by then is a part.
    pub async fn scan_context(
        &self,
        account: &AccountId,
        kind: &Kind,
        rows: &mut usize,
        mut take: impl FnMut(Resource),
    ) -> Result<Extent, Error> {
        if !self.accounts().await?.contains(account) {
            return Ok(Extent::Complete);
        }
        self.table().scan_partition(&Partition::Kind(account.clone(), kind.clone()), rows, &mut take).await
    }
}

/// The partitions with those of projects cut down to the kinds.
fn of_kinds(partitions: Vec<Partition>, kinds: &[Kind]) -> impl Iterator<Item = Partition> {
    partitions.into_iter().flat_map(|partition| match partition {
        Partition::Project(project, None) => {
            kinds.iter().map(|kind| Partition::Project(project.clone(), Some(kind.clone()))).collect()
        }
        other => vec![other],
    })
}

impl Table {
    /// Hands over every resource of a kind in an account, tombstones too, each once. No more than one answer of DynamoDB's, of up to 1 MB, is
    /// held at a time.
    ///
    /// # Errors
    /// When the table cannot be read; what was handed over by then is a part.
    pub async fn scan_kind(
        &self,
        account: &AccountId,
        kind: &Kind,
        mut take: impl FnMut(Resource),
    ) -> Result<(), Error> {
        let query = Partition::Kind(account.clone(), kind.clone()).query(self);
        self.query_all_as(query, |item| from_item("resource", item).map(&mut take)).await?;
        Ok(())
    }

    /// Hands over what lives in a partition, as far as so many rows may be read.
    async fn scan_partition(
        &self,
        partition: &Partition,
        rows: &mut usize,
        take: &mut impl FnMut(Resource),
    ) -> Result<Extent, Error> {
        // A tombstone is read all the same, but not sent.
        let query = partition.query(self).filter_expression("attribute_not_exists(deleted_at)");
        let mut start = None;
        while *rows > 0 {
            let answer =
                query.clone().set_exclusive_start_key(start).send().await.map_err(|e| Error::dynamo("Query", e))?;
            *rows = rows.saturating_sub(usize::try_from(answer.scanned_count).unwrap_or_default().max(1));
            for item in answer.items.unwrap_or_default() {
                take(from_item("resource", item)?);
            }
            match answer.last_evaluated_key {
                Some(key) if !key.is_empty() => start = Some(key),
                _ => return Ok(Extent::Complete),
            }
        }
        Ok(Extent::Truncated)
    }
}
