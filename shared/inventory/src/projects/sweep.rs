//! The sweep of an account's projects, in two passes: the projects first, then the resources in
//! each.

use std::collections::{BTreeMap, BTreeSet};

use digitalocean::{Client, Listing};
use domain::{InvalidId, Kind, ProjectFacts, ProjectId, ProviderId, ResourceKey, SweepStatus, SyncState};
use store::IndexedResource;

use super::attribution::Evidence;
use super::bootstrap::{self, Bootstrapped};
use super::membership::{self, Membership};
use super::{apply_attribution, urn_kinds};
use crate::Error;
use crate::kind::{ListError, OrphanPolicy, PROJECT, probe};
use crate::sweep::plan::{ListCoverage, next_hold};
use crate::sweep::{
    KindSweep, Records, SweepCounts, SweepResult, SweepRun, SweptKind, facts_of_project, status_with_holds,
};
use crate::workers::{mirrored_kinds, resource_kinds};

/// The kind of an `image` in a URN, unless it is a [`CUSTOM_IMAGE`].
const SNAPSHOT: Kind = Kind::from_static("snapshot");
/// The kind of an `image` in a URN, if a custom image has its id.
const CUSTOM_IMAGE: Kind = Kind::from_static("custom_image");
/// Returns what the mirroring of projects needs to know of them.
fn swept() -> SweptKind {
    SweptKind {
        name: PROJECT,
        state_fields: &[],
        probe: |client, id| probe(async move { client.projects().get(id.as_str()).await }),
        nonexistent: ProviderId::from_static("00000000-0000-0000-0000-000000000000"),
        records: Records::Projects,
    }
}

pub(crate) async fn sweep(run: SweepRun<'_>, client: &Client, sync_state: &SyncState) -> Result<SweepResult, Error> {
    let listing = match client.projects().list().collect_all().await {
        Ok(listing) => listing,
        Err(error) => return Ok(SweepResult::refused(&ListError::DigitalOcean(error))),
    };
    if listing.items.is_empty() {
        // Every account has a default project, so an empty list means that the token may not read
        // projects.
        return Ok(SweepResult {
            status: SweepStatus::NotVisible,
            listed: false,
            error: Some("DigitalOcean lists no project at all: the token needs the scope project:read".to_owned()),
            ..SweepResult::complete(SweepCounts::default())
        });
    }
    let mut counts = SweepCounts::of(&listing);
    let mut notes = Vec::new();
    let Listing { items: mut listed, .. } = listing;
    let mut made = None;
    match bootstrap::run(run.bootstrap, &listed).await {
        Bootstrapped::Exists => {}
        Bootstrapped::Created(project) => {
            counts.requests += 1;
            made = ProjectId::new(project.id.as_str()).ok();
            listed.push(*project);
        }
        Bootstrapped::Missing(note) => notes.push(note),
    }
    counts.items = u32::try_from(listed.len()).unwrap_or(u32::MAX);
    let projects = match normalised(listed) {
        Ok(projects) => projects,
        Err(error) => return Ok(SweepResult { notes, ..SweepResult::refused(&ListError::Unusable(error)) }),
    };

    let facts = projects.iter().map(|(id, facts)| (ProviderId::from(id), facts_of_project(facts))).collect();
    let mut sweep = KindSweep::new(run, client, swept(), sync_state, facts);
    let known = sweep.known().await?;
    let mut result = sweep.mirror(&known, [sweep.whole_list()], &ListCoverage::Whole, counts).await?;
    result.notes.extend(notes);
    // A project that was created just now is empty, and not all of DigitalOcean's servers have it
    // yet.
    let established = projects.keys().filter(|id| made.as_ref() != Some(*id));
    sweep_memberships(run, client, sync_state, established, &projects, result).await
}

/// Sweeps the resources in the projects: writes the records of those that have no list of their
/// own, and attributes all resources.
async fn sweep_memberships(
    run: SweepRun<'_>,
    client: &Client,
    sync_state: &SyncState,
    established: impl Iterator<Item = &ProjectId>,
    projects: &BTreeMap<ProjectId, ProjectFacts>,
    mut result: SweepResult,
) -> Result<SweepResult, Error> {
    let memberships = membership::read(run, client, established, &mut result).await;
    result.urn_kinds = Some(sync_state.urn_kinds.clone());
    if memberships.complete {
        let held = urn_kinds::sweep(run, client, sync_state, &memberships.members, &mut result).await?;
        let waiting = result.hold.as_ref().map_or(0, |hold| hold.count) + held;
        result.hold = next_hold(sync_state.hold.as_ref(), waiting, run.run_id, run.clock.now());
        if result.status == SweepStatus::Complete {
            result.status = status_with_holds(waiting);
        }
    } else if result.hold.is_none() {
        // These lists were not read completely, so deletions that wait on them stay held.
        result.hold.clone_from(&sync_state.hold);
    }
    let mut kinds: BTreeSet<Kind> = resource_kinds().into_iter().collect();
    kinds.extend(result.urn_kinds.iter().flatten().cloned());
    let mut known = BTreeMap::new();
    for kind in kinds {
        for (provider_id, entry) in run.table.indexed_resources(run.account, &kind).await? {
            known.insert(ResourceKey { account: run.account.clone(), kind: kind.clone(), provider_id }, entry);
        }
    }
    let internal = projects.iter().find(|(_, facts)| facts.name.eq_ignore_ascii_case(&run.bootstrap.name));
    let members = resolve_image_kinds(memberships.members, &known);
    let evidence = Evidence {
        known: &known,
        members: &members,
        projects: &projects.keys().cloned().collect(),
        internal: internal.map(|(id, _)| id).filter(|_| memberships.complete),
        fully_listed: &fully_listed(run).await?,
    };
    apply_attribution::apply(run, &evidence, &mut result).await?;
    Ok(result)
}

/// An image in a project is a droplet snapshot, unless a custom image of the account is known by
/// its id.
fn resolve_image_kinds(
    members: BTreeMap<ResourceKey, Membership>,
    known: &BTreeMap<ResourceKey, IndexedResource>,
) -> BTreeMap<ResourceKey, Membership> {
    let right = |(key, membership): (ResourceKey, Membership)| {
        let image = ResourceKey { kind: CUSTOM_IMAGE, ..key.clone() };
        let is_image = key.kind == SNAPSHOT && !known.contains_key(&key) && known.contains_key(&image);
        (if is_image { image } else { key }, membership)
    };
    members.into_iter().map(right).collect()
}

/// Returns the kinds whose last sweep was complete and used the same token. A resource of such a
/// kind that no project lists is in no project. Kinds without a list of their own are not included:
/// their records come from the projects' lists.
async fn fully_listed(run: SweepRun<'_>) -> Result<BTreeMap<Kind, OrphanPolicy>, Error> {
    let sync_states = run.table.sync_states(run.account).await?;
    let is_whole = |kind: &Kind| {
        sync_states.get(kind).is_some_and(|sync_state| {
            let complete = sync_state.last.as_ref().filter(|receipt| receipt.status.is_complete());
            complete.and_then(|receipt| receipt.token_id.as_deref()) == run.token_id()
        })
    };
    let kinds = mirrored_kinds().map(|mirrored| (mirrored.kind(), mirrored.orphan_policy));
    Ok(kinds.filter(|(kind, _)| is_whole(kind)).collect())
}

fn normalised(listed: Vec<digitalocean::Project>) -> Result<BTreeMap<ProjectId, ProjectFacts>, InvalidId> {
    listed
        .into_iter()
        .map(|project| {
            let facts = ProjectFacts {
                digitalocean_purpose: project.purpose_text().to_owned(),
                name: project.name,
                description: project.description,
                environment: project.environment.map(|e| e.as_str().to_owned()).filter(|e| !e.is_empty()),
                is_default: project.is_default,
                created_at: Some(domain::to_millis(project.created_at)),
            };
            Ok((ProjectId::new(project.id)?, facts))
        })
        .collect()
}
