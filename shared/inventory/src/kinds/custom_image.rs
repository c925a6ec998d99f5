//! Custom images, which users upload.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Images>

use digitalocean::{Client, Image, ImageStatus, ImageType};
use domain::{InvalidId, Kind, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::attrs::{attrs, single_region, sorted};
use super::{ExistenceProbe, ListError, ListedKind, ListedResources, MirroredKind, ProbeResult};
use crate::prices;

/// The kind `custom_image`: images that users uploaded.
pub const CUSTOM_IMAGE: CustomImageKind = CustomImageKind;

/// The implementation of the kind [`CUSTOM_IMAGE`].
#[derive(Debug, Clone, Copy)]
pub struct CustomImageKind;

impl MirroredKind for CustomImageKind {
    fn kind(&self) -> Kind {
        Kind::from_static("custom_image")
    }

    fn scope(&self) -> &'static str {
        "image:read"
    }

    /// An import takes some time, and the image's properties are known only at its end.
    fn state_fields(&self) -> &'static [&'static str] {
        &["status", "attrs.size_gigabytes", "attrs.min_disk_size", "price_monthly"]
    }

    fn nonexistent_id(&self) -> ProviderId {
        ProviderId::from_static("1")
    }

    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a> {
        let id = id.as_str().parse().ok()?;
        Some(
            async move {
                match client.images().get(id).await {
                    Ok(image) if is_deleted(&image) => Ok(ProbeResult::Gone),
                    answer => ProbeResult::of(answer),
                }
            }
            .boxed(),
        )
    }
}

impl ListedKind for CustomImageKind {
    /// Lists the account's own images and keeps the custom ones: snapshots and backups are kinds of
    /// their own.
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move {
            let mut images = client.images().list_private().collect_all().await?;
            images.items.retain(|image| image.image_type == Some(ImageType::Custom) && !is_deleted(image));
            ListedResources::normalised(images, normalise)
        }
        .boxed()
    }
}

/// Returns true if the image has the status `deleted`. DigitalOcean still lists such an image, but
/// it no longer exists.
fn is_deleted(image: &Image) -> bool {
    image.status == Some(ImageStatus::Deleted)
}

fn normalise(image: Image) -> Result<(ProviderId, ResourceFacts), InvalidId> {
    let id = ProviderId::new(image.id.to_string())?;
    let regions = sorted(image.regions);
    let region = single_region(&regions);
    let attrs = attrs(json!({
        "distribution": image.distribution,
        "description": image.description.filter(|text| !text.trim().is_empty()),
        "regions": regions,
        "min_disk_size": image.min_disk_size,
        "size_gigabytes": image.size_gigabytes.map(|size| size.to_string()),
    }));
    let facts = ResourceFacts {
        name: image.name,
        region,
        status: image.status.map(|status| status.as_str().to_owned()),
        tags: sorted(image.tags),
        price_monthly: image.size_gigabytes.map(prices::custom_image),
        created_at: image.created_at.map(domain::to_millis),
        parent: None,
        attrs,
    };
    Ok((id, facts))
}
