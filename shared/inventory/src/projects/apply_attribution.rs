//! The attribution of resources to projects: writing the result.

use std::collections::BTreeMap;

use domain::{Attribution, ProjectId, Resource, ResourceKey};

use super::attribution::{AttributionSource, Evidence, attribute};
use crate::Error;
use crate::sweep::{FollowUp, Records, SweepResult, SweepRun};
use crate::upsert::{self, ObservationContext, Placement, PlacementStart};

/// Moves every resource to the project that the evidence gives, as far as time allows. Parents are
/// written before their children, because a child takes over its parent's history.
pub(crate) async fn apply(run: SweepRun<'_>, evidence: &Evidence<'_>, result: &mut SweepResult) -> Result<(), Error> {
    let mut own = Vec::new();
    let mut following: BTreeMap<ResourceKey, ResourceKey> = BTreeMap::new();
    for (key, place) in attribute(evidence) {
        match place {
            AttributionSource::Member(membership) => {
                let since = membership.since.map_or(PlacementStart::WithCreation, PlacementStart::At);
                own.push((key, Placement { project: membership.project, attribution: Attribution::Member, since }));
            }
            AttributionSource::Named(project) => own.push((key, named(project))),
            AttributionSource::Internal(project) => own.push((key, internal(project))),
            AttributionSource::WithParent(parent, _) | AttributionSource::WithFormerParent(parent) => {
                _ = following.insert(key, parent);
            }
        }
    }
    write(run, own, result).await?;
    while !following.is_empty() && result.next != FollowUp::Continue {
        let waits = |parent: &ResourceKey| following.contains_key(parent);
        let ready: BTreeMap<ResourceKey, ResourceKey> =
            following.iter().filter(|(_, parent)| !waits(parent)).map(|(k, p)| (k.clone(), p.clone())).collect();
        if ready.is_empty() {
            result.note(format!("{} resources are each other's parents and keep their project", following.len()));
            break;
        }
        following.retain(|key, _| !ready.contains_key(key));
        let parents: Vec<ResourceKey> = ready.values().cloned().collect();
        let placements = with_parents(run, ready, parents, evidence).await?;
        write(run, placements, result).await?;
    }
    Ok(())
}

fn named(project: ProjectId) -> Placement {
    Placement { project, attribution: Attribution::Inherited, since: PlacementStart::WithCreation }
}

fn internal(project: ProjectId) -> Placement {
    Placement { project, attribution: Attribution::Internal, since: PlacementStart::WithCreation }
}

/// Returns the placements of resources that follow these parents. A resource whose parent was never
/// recorded is an orphan.
async fn with_parents(
    run: SweepRun<'_>,
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
                since: PlacementStart::WithParent(row.project_history.clone()),
            },
            None => internal(evidence.project_for_orphans(&key.kind)?),
        };
        Some((key, placement))
    };
    Ok(following.into_iter().filter_map(place).collect())
}

async fn write(
    run: SweepRun<'_>,
    placements: Vec<(ResourceKey, Placement)>,
    result: &mut SweepResult,
) -> Result<(), Error> {
    let context = ObservationContext { at: run.clock.now(), run: run.run_id, state_fields: &[], expected: &[] };
    let place = |row: &Resource, placement: &Placement| upsert::placed(row, placement, context);
    let left = Records::update_each(run, placements, &mut result.counts, place).await?;
    if left > 0 {
        let error = format!("out of time: {left} resources are still to be attributed; another run continues");
        *result = result.clone().stopped(error, FollowUp::Continue);
    }
    Ok(())
}
