//! Resources that occur only in URNs: no list of their own contains them, so the projects' lists
//! are the only source.
//!
//! They get placeholder records. The sweep of the projects updates them and gives them strikes, but
//! only if it read the list of every project.

use std::collections::{BTreeMap, BTreeSet};

use digitalocean::Client;
use domain::{Kind, ProviderId, ResourceFacts, ResourceKey, SyncState};
use serde_json::json;

use super::membership::Membership;
use crate::Error;
use crate::attrs::attrs;
use crate::sweep::plan::ListCoverage;
use crate::sweep::{KindSweep, SweepCounts, SweepResult, SweepRun, SweptKind};
use crate::workers::mirrored;

/// Sweeps the kinds without a list: those that the projects contain now, and those they ever
/// contained. Returns the number of held deletions.
pub(crate) async fn sweep(
    run: SweepRun<'_>,
    client: &Client,
    sync_state: &SyncState,
    members: &BTreeMap<ResourceKey, Membership>,
    result: &mut SweepResult,
) -> Result<u32, Error> {
    let mut listed: BTreeMap<Kind, BTreeMap<ProviderId, ResourceFacts>> = BTreeMap::new();
    for (key, membership) in members.iter().filter(|(key, _)| mirrored(&key.kind).is_none()) {
        listed.entry(key.kind.clone()).or_default().insert(key.provider_id.clone(), placeholder(key, membership));
    }
    let kinds: BTreeSet<Kind> =
        listed.keys().chain(&sync_state.urn_kinds).filter(|kind| mirrored(kind).is_none()).cloned().collect();
    let mut held = 0;
    for kind in &kinds {
        let facts = listed.remove(kind).unwrap_or_default();
        let count = facts.len();
        let kind = SweptKind::known_by_urn(kind.clone());
        let mut sweep = KindSweep::new(run, client, kind, sync_state, facts);
        let known = sweep.known().await?;
        let done = sweep.mirror(&known, [sweep.whole_list()], &ListCoverage::Whole, SweepCounts::default()).await?;
        result.counts.changes += done.counts.changes;
        result.counts.items += u32::try_from(count).unwrap_or(u32::MAX);
        held += done.hold.map_or(0, |hold| hold.count);
        result.notes.extend(done.notes);
        if let Some(error) = done.error {
            *result = result.clone().stopped(error, done.next);
        }
    }
    result.urn_kinds = Some(kinds);
    Ok(held)
}

/// Returns the facts that a URN tells about a resource: its id, and for a Spaces bucket the region,
/// from its address (`https://<bucket>.<region>.digitaloceanspaces.com`).
fn placeholder(key: &ResourceKey, membership: &Membership) -> ResourceFacts {
    let address = membership.self_url.as_deref().and_then(|url| url.strip_prefix("https://"));
    let region = address
        .and_then(|address| address.strip_suffix(".digitaloceanspaces.com"))
        .and_then(|host| host.rsplit_once('.'))
        .map(|(_, region)| region.to_owned());
    ResourceFacts {
        name: key.provider_id.to_string(),
        attrs: attrs(json!({ "endpoint": region.as_ref().and(address) })),
        region,
        ..ResourceFacts::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{AccountId, ProjectId};

    #[test]
    fn the_region_of_a_bucket_is_read_from_its_address() {
        let cases = [
            (Some("https://media.fra1.digitaloceanspaces.com"), Some("fra1")),
            (Some("https://dotted.name.ams3.digitaloceanspaces.com"), Some("ams3")),
            (Some("https://api.digitalocean.com/v2/things/1"), None),
            (None, None),
        ];
        for (url, region) in cases {
            let key = ResourceKey {
                account: AccountId::new("demo").unwrap(),
                kind: Kind::from_static("spaces_bucket"),
                provider_id: ProviderId::from_static("media"),
            };
            let project = ProjectId::new("p").unwrap();
            let membership = Membership { project, since: None, self_url: url.map(str::to_owned) };
            assert_eq!(placeholder(&key, &membership).region.as_deref(), region, "{url:?}");
        }
    }
}
