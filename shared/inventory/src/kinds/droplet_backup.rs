//! Automated backups of droplets, which DigitalOcean lists droplet by droplet.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#operation/droplets_list_backups>

use digitalocean::{Client, Droplet, DropletBackup};
use domain::{InvalidId, Kind, Parent, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::attrs::{attrs, single_region, sorted};
use super::{ChildKind, DROPLET, ExistenceProbe, ListError, ListedResources, MirroredKind, Parents};

/// Automated backups of droplets.
pub const DROPLET_BACKUP: DropletBackupKind = DropletBackupKind;

/// See [`DROPLET_BACKUP`].
#[derive(Debug, Clone, Copy)]
pub struct DropletBackupKind;

impl MirroredKind for DropletBackupKind {
    fn kind(&self) -> Kind {
        Kind::from_static("droplet_backup")
    }

    fn scope(&self) -> &'static str {
        "droplet:read"
    }

    /// DigitalOcean makes them and takes them away; nobody changes one.
    fn state_fields(&self) -> &'static [&'static str] {
        &["attrs.size_gigabytes"]
    }

    fn nonexistent_id(&self) -> ProviderId {
        ProviderId::from_static("1")
    }

    /// A backup is an image as well (`GET /v2/images/{id}`), but a token that reads droplets need not read images: for
    /// one that may not, every backup would be a 404. And one that was made a snapshot is an image still. Its droplet's
    /// list is the only witness.
    fn probe<'a>(&'a self, _: &'a Client, _: &'a ProviderId) -> ExistenceProbe<'a> {
        None
    }
}

impl ChildKind for DropletBackupKind {
    fn parent_kind(&self) -> Kind {
        DROPLET.kind()
    }

    /// Every droplet, GPU droplets and those that are off included.
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

    /// A parent whose id is no number is no droplet and has no list; none such is ever among the parents.
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

/// `backup_ids` says so, but is empty for a token that may not read images; such a one is told by the feature.
fn may_have_backups(droplet: &Droplet) -> bool {
    !droplet.backup_ids.is_empty() || droplet.features.iter().any(|feature| feature == "backups")
}

/// A backup's facts. It has no price of its own: the droplet's backups are paid together, as a part of the droplet's
/// price.
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
