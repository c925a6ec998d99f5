//! Dedicated inference endpoints: foundation models on GPUs of the account's own.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Dedicated-Inference>

use digitalocean::dedicated_inferences::DedicatedInference;
use domain::{ProviderId, ResourceFacts};
use serde_json::json;

use super::vpc::only_vpc;
use crate::attrs::{attrs, given};
use crate::kind::{MirroredKind, Normalised, list, probe};

/// The kind `dedicated_inference`: foundation models on GPUs of the account's own.
pub const DEDICATED_INFERENCE: MirroredKind = MirroredKind {
    probe: |client, id| probe(async move { client.dedicated_inferences().get(id.as_str()).await }),
    ..MirroredKind::listed("dedicated_inference", "dedicated_inference:read", |client| {
        list(client.dedicated_inferences().list(), normalise)
    })
};

/// Normalises an endpoint. Its parent is its VPC. Without settings, which a list may leave out, its
/// name is its id.
fn normalise(inference: DedicatedInference) -> Normalised {
    let id = ProviderId::new(inference.id)?;
    let name = inference.spec.as_ref().and_then(|spec| given(spec.name.clone()));
    let facts = ResourceFacts {
        name: name.unwrap_or_else(|| id.to_string()),
        region: given(inference.region),
        status: inference.status.map(|status| status.as_str().to_owned()),
        created_at: inference.created_at.map(domain::to_millis),
        parent: only_vpc(inference.vpc_uuid.as_deref().into_iter())?,
        attrs: attrs(json!({
            "vpc_uuid": given(inference.vpc_uuid),
            "enable_public_endpoint": inference.spec.and_then(|spec| spec.enable_public_endpoint),
        })),
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::DEDICATED_INFERENCE;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "shop-search", "region": "tor1", "status": "active", "tags": [], "created_at": "2026-04-20T09:30:00Z",
            "parent": { "kind": "vpc", "provider_id": "00000000-5d4e-4c2b-8000-000066726131" },
            "attrs": { "vpc_uuid": "00000000-5d4e-4c2b-8000-000066726131", "enable_public_endpoint": false }
        });
        assert_facts(&DEDICATED_INFERENCE, "5a26d0c8-e4f1-4739-b80d-16c9a7e35f42", &facts).await;
    }
}
