//! The second pass: what is in each project, and so whose it is.
//!
//! It only ever learns where something *is*. A resource that no list names is not "out of its project": a token without the scope to read
//! a kind gets memberships without it, and no error.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use digitalocean::{Client, ProjectResource, ResourceStatus};
use domain::{Kind, Lane, MembershipMark, ProjectId, ResourceKey, SweepStatus};
use sha2::{Digest, Sha256};

use crate::Error;
use crate::sweep::{Finding, Next, Run, settle};
use crate::upsert::{self, Occasion};
use crate::urn;

/// A membership that was found to agree with the rows is compared again after this time, whether it changed or not.
const RECHECK_AFTER: TimeDelta = TimeDelta::hours(1);

/// What one resource is in, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Membership {
    project: ProjectId,
    since: Option<DateTime<Utc>>,
}

pub(crate) async fn pass(
    run: Run<'_>,
    client: &Client,
    lane: &Lane,
    projects: impl Iterator<Item = &ProjectId>,
    mut finding: Finding,
) -> Result<Finding, Error> {
    let mut listed: BTreeMap<ProjectId, Vec<ProjectResource>> = BTreeMap::new();
    for project in projects {
        match client.projects().resources(project.as_str()).collect_all().await {
            Ok(listing) => {
                finding.tally.pages += listing.pages;
                let remaining = listing.rate_limit.and_then(|limit| limit.remaining);
                finding.tally.rate_limit_remaining = remaining.or(finding.tally.rate_limit_remaining);
                listed.insert(project.clone(), listing.items);
            }
            // Deleted since it was listed, or made so recently that DigitalOcean does not know it everywhere yet.
            Err(error) if error.is_not_found() => {
                finding.note(format!("project {project} has no membership yet, or no longer"));
            }
            Err(error) => {
                finding = finding.failed(SweepStatus::Partial, &error);
                if matches!(finding.next, Next::Later(_) | Next::NewToken | Next::GoOn) {
                    break;
                }
            }
        }
    }
    let at = run.clock.now();
    let (members, unlisted) = memberships(run, &listed);
    if !unlisted.is_empty() {
        let kinds: Vec<String> = unlisted.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        finding.note(format!("in projects, but of kinds that no worker lists: {}", kinds.join(", ")));
    }

    let mut marks = BTreeMap::new();
    for project in listed.keys() {
        let mine: Vec<(&ResourceKey, &Membership)> = members.iter().filter(|(_, m)| m.project == *project).collect();
        let digest = digest(&mine);
        if let Some(mark) = lane.memberships.get(project)
            && mark.digest == digest
            && at - mark.checked_at < RECHECK_AFTER
        {
            marks.insert(project.clone(), mark.clone());
            continue;
        }
        if attribute(run, &mine, at, &mut finding).await? {
            marks.insert(project.clone(), MembershipMark { digest, checked_at: at });
        }
    }
    finding.memberships = Some(marks);
    Ok(finding)
}

/// Which resource is in which project, and how many are of kinds that no worker lists. A resource that two lists name, because it moved
/// between them, is where it was assigned last.
fn memberships(
    run: Run<'_>,
    listed: &BTreeMap<ProjectId, Vec<ProjectResource>>,
) -> (BTreeMap<ResourceKey, Membership>, BTreeMap<Kind, u32>) {
    let mut members: BTreeMap<ResourceKey, Membership> = BTreeMap::new();
    let mut unlisted: BTreeMap<Kind, u32> = BTreeMap::new();
    for (project, resources) in listed {
        // What DigitalOcean itself no longer finds is no member.
        let found = resources.iter().filter(|resource| resource.status != Some(ResourceStatus::NotFound));
        for resource in found {
            let Some((kind, provider_id)) = urn::resolve(&resource.urn) else {
                *unlisted.entry(Kind::of("unknown")).or_default() += 1;
                continue;
            };
            if !urn::is_mirrored(&kind) {
                *unlisted.entry(kind).or_default() += 1;
                continue;
            }
            let key = ResourceKey { account: run.account.clone(), kind, provider_id };
            let membership =
                Membership { project: project.clone(), since: resource.assigned_at.map(domain::to_millis) };
            match members.get(&key) {
                Some(other) if other.since >= membership.since => {}
                _ => _ = members.insert(key, membership),
            }
        }
    }
    (members, unlisted)
}

/// Brings the rows into line with one project's membership; whether all of them are.
async fn attribute(
    run: Run<'_>,
    members: &[(&ResourceKey, &Membership)],
    at: DateTime<Utc>,
    finding: &mut Finding,
) -> Result<bool, Error> {
    let keys: Vec<ResourceKey> = members.iter().map(|(key, _)| (*key).clone()).collect();
    let rows = run.table.resources(&keys).await?;
    let live: BTreeSet<ResourceKey> = rows.iter().filter(|row| row.is_live()).map(|row| row.key.clone()).collect();
    let mut rows: BTreeMap<ResourceKey, _> = rows.into_iter().map(|row| (row.key.clone(), row)).collect();
    for (key, membership) in members {
        if run.deadline.has_passed() {
            let error = "out of time while attributing; another run goes on".to_owned();
            *finding = finding.clone().stopped(error, Next::GoOn);
            return Ok(false);
        }
        let Some(row) = rows.remove(*key) else { continue };
        let occasion = Occasion { at, run: run.run_id };
        let since = membership.since.unwrap_or(at);
        let effect =
            settle(run.table, key, Some(row), |row| upsert::assigned(row?, &membership.project, since, occasion))
                .await?;
        if let Some(effect) = effect {
            finding.tally.count(effect);
        }
    }
    // What is in the project but not yet in the inventory is its own worker's to find; the next pass looks again.
    Ok(live.len() == members.len())
}

fn digest(members: &[(&ResourceKey, &Membership)]) -> String {
    let mut hash = Sha256::new();
    for (key, membership) in members {
        let since = membership.since.map(|since| since.to_rfc3339()).unwrap_or_default();
        hash.update(format!("{}:{}:{since}\n", key.kind, key.provider_id));
    }
    hex::encode(&hash.finalize()[..16])
}
