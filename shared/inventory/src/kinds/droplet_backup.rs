//! Automated backups of droplets, which DigitalOcean lists droplet by droplet.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#operation/droplets_list_backups>

use std::convert::identity;

use digitalocean::{Client, Droplet, DropletBackup};
use domain::{InvalidId, Parent, ProviderId, ResourceFacts};
use futures::FutureExt;
use serde_json::json;

use crate::attrs::{attrs, single_region, sorted};
use crate::kind::{Listed, MirroredKind, Normalised, ParentLists, each};
use super::droplet::DROPLET;

/// The kind `droplet_backup`: automated backups of droplets.
pub const DROPLET_BACKUP: MirroredKind = MirroredKind {
    // DigitalOcean creates and deletes backups; no user changes one. Only the measured size is
    // updated afterwards.
    state_fields: &["attrs.size_gigabytes"],
    nonexistent_id: "1",
    // A backup is also an image (`GET /v2/images/{id}`). But a token that may read droplets may
    // lack the permission to read images, and for such a token every backup would be a 404. A
    // backup that was converted to a snapshot still is an image, too. The list of its droplet is
    // therefore the only evidence.
    ..MirroredKind::per_parent(
        "droplet_backup",
        "droplet:read",
        ParentLists {
            parent: &DROPLET,
            // All droplets, including GPU droplets and those that are powered off.
            parents: |client| {
                async move { each(client.droplets().list_all_as(parent).await?, identity) }.boxed()
            },
            children: |client, droplet| read(client, droplet).boxed(),
        },
    )
};

#[expect(clippy::needless_pass_by_value, reason = "the list hands over what it read")]
fn parent(droplet: Droplet) -> Result<(ProviderId, bool), InvalidId> {
    Ok((ProviderId::new(droplet.id.to_string())?, may_have_backups(&droplet)))
}

/// Lists the backups of a droplet. A parent whose id is not a number is not a droplet and has no
/// list; the parents never contain one.
async fn read(client: &Client, droplet: &ProviderId) -> Listed {
    let id = droplet.as_str().parse().map_err(|_| InvalidId { what: "droplet", rule: "a number" })?;
    let backups = client.droplets().backups(id).collect_all().await?;
    each(backups, |backup| normalise(droplet, backup))
}

/// Returns true if the droplet has backups by its `backup_ids`, or may have some by its feature
/// `backups`: for a token that may not read images, `backup_ids` is empty.
fn may_have_backups(droplet: &Droplet) -> bool {
    !droplet.backup_ids.is_empty() || droplet.features.iter().any(|feature| feature == "backups")
}

/// Normalises a backup. It has no price of its own, because the droplet's backups are paid
/// together, as a part of the droplet's price.
fn normalise(droplet: &ProviderId, backup: DropletBackup) -> Normalised {
    let id = ProviderId::new(backup.id.to_string())?;
    let regions = sorted(backup.regions);
    let attrs = attrs(json!({
        "min_disk_size": backup.min_disk_size,
        "size_gigabytes": backup.size_gigabytes.map(|size| size.to_string()),
    }));
    let facts = ResourceFacts {
        name: backup.name,
        region: single_region(&regions),
        created_at: backup.created_at.map(domain::to_millis),
        parent: Some(Parent { kind: DROPLET.kind(), provider_id: droplet.clone() }),
        attrs,
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::DROPLET_BACKUP;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "shop-01.alpine-outfitters.example- 2026-10-20", "region": "fra1", "tags": [],
            "created_at": "2026-10-20T01:40:27Z", "parent": { "kind": "droplet", "provider_id": "402117355" },
            "attrs": { "min_disk_size": 160, "size_gigabytes": "38.6" }
        });
        assert_facts(&DROPLET_BACKUP, "232105991", &facts).await;
    }
}
