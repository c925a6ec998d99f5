//! The sweep of an account's projects, in two passes: the projects first, then the resources in
//! each.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use digitalocean::{Client, Listing};
use domain::{Kind, Project, ProjectFacts, ProjectId, ProviderId, ResourceKey, SweepStatus, SyncState};
use store::{IndexedResource, ProjectCommitOutcome, retry_on_conflict};

use super::attribution::Evidence;
use super::bootstrap::Bootstrapped;
use super::membership::{self, Membership};
use super::upsert::{self, ProjectDecision};
use super::{apply_attribution, urn_kinds};
use crate::Error;
use crate::kind::{ListError, OrphanPolicy, ProbeResult};
use crate::sweep::plan::{Rules, SweepAction, next_hold, plan};
use crate::sweep::{SweepCounts, SweepResult, SweepRun, last_complete_at, status_with_holds};
use crate::upsert::UpsertEffect;
use crate::workers::{mirrored_kinds, resource_kinds};

/// The kind of an `image` in a URN, unless it is a [`CUSTOM_IMAGE`].
const SNAPSHOT: Kind = Kind::from_static("snapshot");
/// The kind of an `image` in a URN, if a custom image has its id.
const CUSTOM_IMAGE: Kind = Kind::from_static("custom_image");

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
    let mut counts = SweepCounts {
        pages: listing.pages,
        rate_limit_remaining: listing.rate_limit.and_then(|limit| limit.remaining),
        ..SweepCounts::default()
    };
    let mut notes = Vec::new();
    let Listing { items: mut listed, .. } = listing;
    let mut made = None;
    match run.bootstrap.run(&listed).await {
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

    let mut result = sweep_projects(run, client, sync_state, &projects, counts).await?;
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

fn normalised(listed: Vec<digitalocean::Project>) -> Result<BTreeMap<ProjectId, ProjectFacts>, domain::InvalidId> {
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

async fn sweep_projects(
    run: SweepRun<'_>,
    client: &Client,
    sync_state: &SyncState,
    listed: &BTreeMap<ProjectId, ProjectFacts>,
    counts: SweepCounts,
) -> Result<SweepResult, Error> {
    let at = run.clock.now();
    let rows: BTreeMap<ProjectId, Project> =
        run.table.projects(run.account).await?.into_iter().map(|project| (project.id.clone(), project)).collect();
    let known = rows.values().filter(|row| row.deleted_at.is_none()).filter_map(known_entry).collect();
    let fingerprints = listed
        .iter()
        .filter_map(|(id, facts)| Some((ProviderId::new(id.as_str()).ok()?, upsert::fingerprint(facts))))
        .collect();
    let rules = Rules {
        at,
        strike_interval: run.strike_interval,
        hold: sync_state.hold.as_ref(),
        confirmation: sync_state.confirmation.as_ref(),
        can_probe: true,
    };
    let plan = plan(&known, &fingerprints, &rules);

    let mut result = SweepResult::complete(counts);
    for step in &plan.steps {
        let Ok(id) = ProjectId::new(step.id.as_str()) else { continue };
        let facts = listed.get(&id);
        let decide = |row: Option<&Project>, existence: Option<ProbeResult>| match (step.action, facts, existence) {
            (_, Some(facts), _) => upsert::seen(row, run.account, &id, facts, at),
            (_, None, Some(ProbeResult::Exists)) => upsert::still_there(row?, at),
            (SweepAction::Delete, None, Some(ProbeResult::Gone)) => upsert::gone(row?, at),
            (_, None, Some(ProbeResult::Gone)) => {
                upsert::missed(row?, run.strike_interval, last_complete_at(sync_state), at)
            }
            (_, None, None) => None,
        };
        // There are few projects, so DigitalOcean is asked for each missing one in every sweep.
        let existence = if facts.is_some() {
            None
        } else {
            match probe(client, &id).await {
                Ok(existence) => Some(existence),
                Err(error) => {
                    result = result.failed(SweepStatus::Partial, &error);
                    continue;
                }
            }
        };
        if let Some(effect) = persist_with_retry(run, &id, rows.get(&id).cloned(), |row| decide(row, existence)).await?
        {
            result.counts.add(effect);
        }
    }
    result.hold = next_hold(sync_state.hold.as_ref(), plan.held, run.run_id, at);
    if result.status == SweepStatus::Complete {
        result.status = status_with_holds(plan.held);
    }
    Ok(result)
}

fn known_entry(project: &Project) -> Option<(ProviderId, IndexedResource)> {
    let known = IndexedResource {
        fingerprint: project.fingerprint.clone(),
        version: project.version,
        incarnation: 1,
        strikes: project.strikes,
        last_seen_at: project.last_seen_at,
        ..IndexedResource::default()
    };
    Some((ProviderId::new(project.id.as_str()).ok()?, known))
}

async fn probe(client: &Client, id: &ProjectId) -> Result<ProbeResult, digitalocean::Error> {
    ProbeResult::of(client.projects().get(id.as_str()).await)
}

async fn persist_with_retry(
    run: SweepRun<'_>,
    id: &ProjectId,
    row: Option<Project>,
    decide: impl Fn(Option<&Project>) -> Option<ProjectDecision>,
) -> Result<Option<UpsertEffect>, Error> {
    let written = retry_on_conflict(row, async |row| {
        let Some(decision) = decide(row.as_ref()) else { return Ok(ControlFlow::Break(None)) };
        Ok::<_, Error>(match run.table.commit_project(&decision.write).await? {
            ProjectCommitOutcome::Written => ControlFlow::Break(Some(decision.effect)),
            ProjectCommitOutcome::Conflict(current) => ControlFlow::Continue(current.map(|current| *current)),
        })
    });
    written
        .await?
        .break_value()
        .ok_or_else(|| Error::Contended { what: format!("project {id}"), attempts: store::MAX_ATTEMPTS })
}
