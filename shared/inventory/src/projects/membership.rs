//! The resources in each project, from the project's list of resources.
//!
//! A list only shows which resources *are* in a project. A resource that no list contains is not
//! "out of its project": for a token without the scope to read a kind, DigitalOcean leaves the kind
//! out and returns no error.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use digitalocean::{Client, ProjectResource, ResourceStatus};
use domain::{ProjectId, ResourceKey, SweepStatus};

use crate::sweep::{FollowUp, SweepResult, SweepRun};
use crate::urn;

/// The project that a resource is in, with the date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The project that lists the resource.
    pub project: ProjectId,
    /// The time of the assignment, where DigitalOcean gives it.
    pub since: Option<DateTime<Utc>>,
    /// The resource's address. For a Spaces bucket it is the only fact besides the name.
    pub self_url: Option<String>,
}

/// The content of the lists of an account's projects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Memberships {
    pub(crate) members: BTreeMap<ResourceKey, Membership>,
    /// The number of URNs that cannot be parsed.
    pub(crate) unreadable: u32,
    /// True if the list of every project was read completely.
    pub(crate) complete: bool,
}

/// Reads the lists of these projects. Errors are recorded in the result.
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
            // The project was deleted after it was listed, or was created so recently that not all
            // of DigitalOcean's servers have it yet.
            Err(error) if error.is_not_found() => {
                found.complete = false;
                result
                    .note(format!("project {project} has no list of resources: it was just created, or just deleted"));
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
    /// Adds one entry of a project's list. A resource that is in two lists, because it was moved
    /// between them, is in the project to which it was assigned last.
    fn add(&mut self, run: SweepRun<'_>, project: &ProjectId, resource: ProjectResource) {
        // A resource that DigitalOcean itself cannot find is not a member.
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
