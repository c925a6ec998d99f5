//! The records that a sweep compares and writes. A project is mirrored as a resource is; only what
//! is stored is another record, which also has tenants and former names.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use domain::{AccountId, Kind, Project, ProjectId, ProviderId, Resource, ResourceKey};
use futures::{StreamExt, TryStreamExt, stream};
use store::{CommitOutcome, IndexedResource, ProjectWrite, Table, retry_on_conflict};

use super::project_record::{project_of, resource_of};
use super::result::SweepCounts;
use super::run::SweepRun;
use crate::Error;
use crate::upsert::{UpsertDecision, UpsertEffect};

/// The number of records written concurrently.
pub(super) const CONCURRENT_WRITES: usize = 8;

/// The sort of records that a sweep writes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Records {
    Resources,
    Projects,
}

/// A record as it is stored. Decisions are made on the resource.
struct Row {
    resource: Resource,
    /// The project that the resource was made of.
    project: Option<Box<Project>>,
}

impl From<Resource> for Row {
    fn from(resource: Resource) -> Self {
        Self { resource, project: None }
    }
}

impl From<Project> for Row {
    fn from(project: Project) -> Self {
        Self { resource: resource_of(&project), project: Some(Box::new(project)) }
    }
}

impl Records {
    /// Reads the live records of a kind.
    pub(super) async fn known(
        self,
        table: &Table,
        account: &AccountId,
        kind: &Kind,
    ) -> Result<BTreeMap<ProviderId, IndexedResource>, store::Error> {
        match self {
            Self::Resources => table.indexed_resources(account, kind).await,
            Self::Projects => {
                let rows = table.projects(account).await?.into_iter().map(|project| resource_of(&project));
                Ok(rows.filter(Resource::is_live).map(|row| (row.key.provider_id.clone(), index_entry(row))).collect())
            }
        }
    }

    /// Reads the record if it is known, decides on it, and writes the decision. If the stored
    /// record is a different version, decides again on that version. Returns `None` if there is
    /// nothing to write.
    pub(crate) async fn persist(
        self,
        table: &Table,
        key: &ResourceKey,
        is_known: bool,
        decide: impl Fn(Option<&Resource>) -> Option<UpsertDecision>,
    ) -> Result<Option<UpsertEffect>, Error> {
        let row = if is_known { self.read(table, key).await? } else { None };
        let written = retry_on_conflict(row, async |row: Option<Row>| {
            let Some(decision) = decide(row.as_ref().map(|row| &row.resource)) else {
                return Ok(ControlFlow::Break(None));
            };
            let written = self.commit(table, row, &decision).await?;
            Ok::<_, Error>(written.map_break(|()| Some(decision.effect)))
        });
        written.await?.break_value().ok_or_else(|| Error::Contended {
            what: format!("{} {}", key.kind, key.provider_id),
            attempts: store::MAX_ATTEMPTS,
        })
    }

    /// Decides on each of these resources and writes the decisions, several at once, as far as time
    /// allows. Counts the effects, and returns how many resources are left.
    pub(crate) async fn update_each<T>(
        run: SweepRun<'_>,
        resources: Vec<(ResourceKey, T)>,
        counts: &mut SweepCounts,
        decide: impl Fn(&Resource, &T) -> Option<UpsertDecision>,
    ) -> Result<usize, Error> {
        let (total, decide) = (resources.len(), &decide);
        let done: Vec<Option<Option<UpsertEffect>>> = stream::iter(resources)
            .map(|(key, of)| async move {
                if run.time_left().is_zero() {
                    return Ok::<_, Error>(None);
                }
                Ok(Some(Self::Resources.persist(run.table, &key, true, |row| decide(row?, &of)).await?))
            })
            .buffer_unordered(CONCURRENT_WRITES)
            .try_collect()
            .await?;
        done.iter().flatten().flatten().for_each(|effect| counts.add(*effect));
        Ok(total - done.iter().flatten().count())
    }

    async fn read(self, table: &Table, key: &ResourceKey) -> Result<Option<Row>, store::Error> {
        Ok(match self {
            Self::Resources => table.resource(key).await?.map(Row::from),
            Self::Projects => table.project(&key.account, &ProjectId::from(&key.provider_id)).await?.map(Row::from),
        })
    }

    /// Writes a decision on this record. Continues with the current record if it is another
    /// version.
    async fn commit(
        self,
        table: &Table,
        row: Option<Row>,
        decision: &UpsertDecision,
    ) -> Result<ControlFlow<(), Option<Row>>, store::Error> {
        let write = &decision.write;
        Ok(match self {
            Self::Resources => unless_written(table.commit_resource(write).await?),
            Self::Projects => {
                let before = row.and_then(|row| row.project);
                let project = project_of(before.as_deref(), &write.row);
                unless_written(table.commit_project(&ProjectWrite { before: write.before, project }).await?)
            }
        })
    }
}

fn unless_written<T: Into<Row>>(outcome: CommitOutcome<T>) -> ControlFlow<(), Option<Row>> {
    match outcome {
        CommitOutcome::Written => ControlFlow::Break(()),
        CommitOutcome::Conflict(current) => ControlFlow::Continue(current.map(|current| (*current).into())),
    }
}

fn index_entry(row: Resource) -> IndexedResource {
    let Resource { fingerprint, version, incarnation, strikes, last_seen_at, .. } = row;
    IndexedResource { fingerprint, version, incarnation, strikes, last_seen_at, ..IndexedResource::default() }
}
