//! Custom images, which users upload.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Images>

use digitalocean::{Image, ImageStatus, ImageType};
use domain::{ProviderId, ResourceFacts};
use futures::FutureExt;
use serde_json::json;

use crate::attrs::{attrs, single_region, sorted};
use crate::kind::{MirroredKind, Normalised, ProbeResult, each};
use crate::prices::UnitPrice;

/// The kind `custom_image`: images that users uploaded.
pub const CUSTOM_IMAGE: MirroredKind = MirroredKind {
    // An import takes some time, and the image's properties are known only at its end.
    state_fields: &["status", "attrs.size_gigabytes", "attrs.min_disk_size", "price_monthly"],
    nonexistent_id: "1",
    probe: |client, id| {
        let id = id.as_str().parse().ok()?;
        Some(async move { existence(client.images().get(id).await) }.boxed())
    },
    // The account's own images, of which the custom ones are kept: snapshots and backups are kinds
    // of their own.
    ..MirroredKind::listed("custom_image", "image:read", |client| {
        let kept = |image: &Image| image.image_type == Some(ImageType::Custom) && !is_deleted(image);
        async move {
            let mut images = client.images().list_private().collect_all().await?;
            images.items.retain(kept);
            each(images, normalise)
        }
        .boxed()
    })
};

/// The price of a GB, whatever the number of the image's regions.
/// <https://docs.digitalocean.com/products/custom-images/details/pricing/>
const GB: UnitPrice = UnitPrice::cents(6);

fn existence(answer: Result<Image, digitalocean::Error>) -> Result<ProbeResult, digitalocean::Error> {
    match answer {
        Ok(image) if is_deleted(&image) => Ok(ProbeResult::Gone),
        answer => ProbeResult::of(answer),
    }
}

/// Returns true if the image has the status `deleted`. DigitalOcean still lists such an image, but
/// it no longer exists.
fn is_deleted(image: &Image) -> bool {
    image.status == Some(ImageStatus::Deleted)
}

fn normalise(image: Image) -> Normalised {
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
        price_monthly: image.size_gigabytes.map(|size| GB.times(size)),
        created_at: image.created_at.map(domain::to_millis),
        parent: None,
        attrs,
    };
    Ok((id, facts))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::CUSTOM_IMAGE;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "noorderlicht-base-2025.01", "status": "available", "tags": ["platform"], "price_monthly": { "amount": "0.204", "currency": "USD" },
            "created_at": "2025-01-15T10:12:40Z",
            "attrs": {
                "distribution": "Debian", "description": "Debian 12 with our agents", "regions": ["ams3", "fra1"],
                "min_disk_size": 20, "size_gigabytes": "3.4"
            }
        });
        assert_facts(&CUSTOM_IMAGE, "186203417", &facts).await;
    }
}
