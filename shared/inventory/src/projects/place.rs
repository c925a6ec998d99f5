//! Attribution, the writes: what belongs elsewhere is put there.

use std::collections::BTreeMap;

use domain::{Attribution, ProjectId, Resource, ResourceKey};
use futures::{StreamExt, TryStreamExt, stream};

use super::attribution::{Evidence, Place, attribute};
use crate::Error;
use crate::sweep::{Finding, Next, Run, settle};
use crate::upsert::{self, Occasion, Placement, Since};

/// Rows written at a time.
const CONCURRENT_WRITES: usize = 8;

/// Puts everything where the evidence says that it belongs, as far as time allows: parents before those who follow them, because a child
/// takes over its parent's history.
pub(crate) async fn settle_all(run: Run<'_>, evidence: &Evidence<'_>, finding: &mut Finding) -> Result<(), Error> {
    let mut own = Vec::new();
    let mut following: BTreeMap<ResourceKey, ResourceKey> = BTreeMap::new();
    for (key, place) in attribute(evidence) {
        match place {
            Place::Member(membership) => {
                let since = membership.since.map_or(Since::Ever, Since::Time);
                own.push((key, Placement { project: membership.project, attribution: Attribution::Member, since }));
            }
            Place::Named(project) => own.push((key, named(project))),
            Place::Internal(project) => own.push((key, internal(project))),
            Place::WithParent(parent, _) | Place::WithFormerParent(parent) => _ = following.insert(key, parent),
        }
    }
    write(run, own, finding).await?;
    while !following.is_empty() && finding.next != Next::GoOn {
        let waits = |parent: &ResourceKey| following.contains_key(parent);
        let ready: BTreeMap<ResourceKey, ResourceKey> =
            following.iter().filter(|(_, parent)| !waits(parent)).map(|(k, p)| (k.clone(), p.clone())).collect();
        if ready.is_empty() {
            finding.note(format!("{} resources are each other's parents and stay where they are", following.len()));
            break;
        }
        following.retain(|key, _| !ready.contains_key(key));
        let parents: Vec<ResourceKey> = ready.values().cloned().collect();
        let placements = with_parents(run, ready, parents, evidence).await?;
        write(run, placements, finding).await?;
    }
    Ok(())
}

fn named(project: ProjectId) -> Placement {
    Placement { project, attribution: Attribution::Inherited, since: Since::Ever }
}

fn internal(project: ProjectId) -> Placement {
    Placement { project, attribution: Attribution::Internal, since: Since::Ever }
}

/// Where those belong who follow these parents. A parent that left no trace leaves an orphan.
async fn with_parents(
    run: Run<'_>,
    following: BTreeMap<ResourceKey, ResourceKey>,
    mut parents: Vec<ResourceKey>,
    evidence: &Evidence<'_>,
) -> Result<Vec<(ResourceKey, Placement)>, Error> {
    parents.sort();
    parents.dedup();
    let rows = run.table.resources(&parents).await?;
    let rows: BTreeMap<&ResourceKey, &Resource> = rows.iter().map(|row| (&row.key, row)).collect();
    let place = |(key, parent): (ResourceKey, ResourceKey)| {
        let placement = match rows.get(&parent) {
            Some(row) => Placement {
                project: row.project_id.clone()?,
                attribution: Attribution::Inherited,
                since: Since::Parent(row.project_history.clone()),
            },
            None => internal(evidence.orphanage(&key.kind)?),
        };
        Some((key, placement))
    };
    Ok(following.into_iter().filter_map(place).collect())
}

async fn write(run: Run<'_>, placements: Vec<(ResourceKey, Placement)>, finding: &mut Finding) -> Result<(), Error> {
    let occasion = Occasion { at: run.clock.now(), run: run.run_id, state_fields: &[], expected: &[] };
    let total = placements.len();
    let done: Vec<_> = stream::iter(placements)
        .map(|(key, placement)| async move {
            if run.deadline.has_passed() {
                return Ok::<_, Error>(None);
            }
            let row = run.table.resource(&key).await?;
            Ok(Some(settle(run.table, &key, row, |row| upsert::placed(row?, &placement, occasion)).await?))
        })
        .buffer_unordered(CONCURRENT_WRITES)
        .try_collect()
        .await?;
    let taken = done.iter().flatten().count();
    done.into_iter().flatten().flatten().for_each(|effect| finding.tally.count(effect));
    if taken < total {
        let error = format!("out of time with {} resources left to attribute; another run goes on", total - taken);
        *finding = finding.clone().stopped(error, Next::GoOn);
    }
    Ok(())
}
