//! Automated backups of droplets, which DigitalOcean lists droplet by droplet.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#operation/droplets_list_backups>

use digitalocean::{Client, Droplet, DropletBackup};
use domain::{InvalidId, Kind, Parent, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::attrs::{attrs, single_region, sorted};
use super::{ChildKind, DROPLET, ExistenceProbe, ListError, ListedResources, MirroredKind, Parents};

/// The kind `droplet_backup`: automated backups of droplets.
pub const DROPLET_BACKUP: DropletBackupKind = DropletBackupKind;

/// The implementation of the kind [`DROPLET_BACKUP`].
#[derive(Debug, Clone, Copy)]
pub struct DropletBackupKind;

impl MirroredKind for DropletBackupKind {
    fn kind(&self) -> Kind {
        Kind::from_static("droplet_backup")
    }

    fn scope(&self) -> &'static str {
        "droplet:read"
    }

    /// DigitalOcean creates and deletes backups; no user changes one. Only the measured size is
    /// updated afterwards.
    fn state_fields(&self) -> &'static [&'static str] {
        &["attrs.size_gigabytes"]
    }

    fn nonexistent_id(&self) -> ProviderId {
        ProviderId::from_static("1")
    }

    /// A backup is also an image (`GET /v2/images/{id}`). But a token that may read droplets may
    /// lack the permission to read images, and for such a token every backup would be a 404. A
    /// backup that was converted to a snapshot still is an image, too. The list of its droplet is
    /// therefore the only evidence.
    fn probe<'a>(&'a self, _: &'a Client, _: &'a ProviderId) -> ExistenceProbe<'a> {
        None
    }
}

impl ChildKind for DropletBackupKind {
    fn parent_kind(&self) -> Kind {
        DROPLET.kind()
    }

    /// Lists all droplets, including GPU droplets and those that are powered off.
    fn parents<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<Parents, ListError>> {
        async move {
            let parent = |droplet: Droplet| Ok((ProviderId::new(droplet.id.to_string())?, may_have_backups(&droplet)));
            let droplets = client.droplets().list_all_as(parent).await?;
            Ok(Parents {
                live: droplets.items.into_iter().collect::<Result<_, InvalidId>>()?,
                pages: droplets.pages,
                rate_limit_remaining: droplets.rate_limit.and_then(|limit| limit.remaining),
            })
        }
        .boxed()
    }

    /// Lists the backups of a droplet. A parent whose id is not a number is not a droplet and has
    /// no list; the parents never contain one.
    fn children<'a>(
        &'a self,
        client: &'a Client,
        parent: &'a ProviderId,
    ) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move {
            let droplet = parent.as_str().parse().map_err(|_| InvalidId { what: "droplet", rule: "a number" })?;
            let backups = client.droplets().backups(droplet).collect_all().await?;
            ListedResources::normalised(backups, |backup| normalise(parent, backup))
        }
        .boxed()
    }
}

/// Returns true if the droplet has backups by its `backup_ids`, or may have some by its feature
/// `backups`: for a token that may not read images, `backup_ids` is empty.
fn may_have_backups(droplet: &Droplet) -> bool {
    !droplet.backup_ids.is_empty() || droplet.features.iter().any(|feature| feature == "backups")
}

/// Normalises a backup. It has no price of its own, because the droplet's backups are paid
/// together, as a part of the droplet's price.
fn normalise(droplet: &ProviderId, backup: DropletBackup) -> Result<(ProviderId, ResourceFacts), InvalidId> {
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
