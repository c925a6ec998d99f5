//! What is in each project, by its list of resources.
//!
//! A list only ever tells where something *is*. A resource that no list names is not "out of its project": a token without the scope to
//! read a kind gets lists without it, and no error.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use digitalocean::{Client, ProjectResource, ResourceStatus};
use domain::{ProjectId, ResourceKey, SweepStatus};

use crate::sweep::{FollowUp, SweepResult, SweepRun};
use crate::urn;

/// Which project a resource is in, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The project.
    pub project: ProjectId,
    /// Since when, as far as DigitalOcean says.
    pub since: Option<DateTime<Utc>>,
    /// Where the resource lives: all that is told of a Spaces bucket besides its name.
    pub self_url: Option<String>,
}

/// What the lists of an account's projects said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Memberships {
    pub(crate) members: BTreeMap<ResourceKey, Membership>,
    /// URNs that cannot be read as one.
    pub(crate) unreadable: u32,
    /// Whether every project's list was read whole.
    pub(crate) complete: bool,
}

/// Reads the lists of these projects. What refuses one of them is noted in the result.
pub(crate) async fn read(
    run: SweepRun<'_>,
    client: &Client,
    projects: impl Iterator<Item = &ProjectId>,
    result: &mut SweepResult,
) -> Memberships {
    let mut found = Memberships { complete: true, ..Memberships::default() };
    for project in projects {
        match client.projects().resources(project.as_str()).collect_all().await {
            Ok(listing) => {
                result.counts.pages += listing.pages;
                let remaining = listing.rate_limit.and_then(|limit| limit.remaining);
                result.counts.rate_limit_remaining = remaining.or(result.counts.rate_limit_remaining);
                for resource in listing.items {
                    found.add(run, project, resource);
                }
            }
            // Deleted since it was listed, or made so recently that DigitalOcean does not know it everywhere yet.
            Err(error) if error.is_not_found() => {
                found.complete = false;
                result.note(format!("project {project} has no membership yet, or no longer"));
            }
            Err(error) => {
                found.complete = false;
                *result = result.clone().failed(SweepStatus::Partial, &error);
                if matches!(result.next, FollowUp::Later(_) | FollowUp::NewToken | FollowUp::Continue) {
                    break;
                }
            }
        }
    }
    if found.unreadable > 0 {
        result.note(format!("{} URNs in projects cannot be read", found.unreadable));
    }
    found
}

impl Memberships {
    /// Adds one entry of a project's list. A resource that two lists name, because it moved between them, is where it was assigned last.
    fn add(&mut self, run: SweepRun<'_>, project: &ProjectId, resource: ProjectResource) {
        // What DigitalOcean itself no longer finds is no member.
        if resource.status == Some(ResourceStatus::NotFound) {
            return;
        }
        let Some((kind, provider_id)) = urn::resolve(&resource.urn) else {
            self.unreadable += 1;
            return;
        };
        let key = ResourceKey { account: run.account.clone(), kind, provider_id };
        let since = resource.assigned_at.map(domain::to_millis);
        let membership = Membership { project: project.clone(), since, self_url: resource.links.self_url };
        match self.members.get(&key) {
            Some(other) if other.since >= membership.since => {}
            _ => _ = self.members.insert(key, membership),
        }
    }
}
