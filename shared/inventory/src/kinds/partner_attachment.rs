//! Partner network attachments: private connections from another network to VPC networks.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Partner-Network-Connect>

use digitalocean::partner_attachments::PartnerAttachment;
use domain::{ProviderId, ResourceFacts};
use serde_json::json;

use super::vpc::only_vpc;
use crate::attrs::{attrs, given, sorted};
use crate::kind::{MirroredKind, Normalised, list, probe};

/// The kind `partner_attachment`: private connections that a partner of DigitalOcean's provides.
pub const PARTNER_ATTACHMENT: MirroredKind = MirroredKind {
    urn_names: &["partner_attachment"],
    probe: |client, id| probe(async move { client.partner_attachments().get(id.as_str()).await }),
    ..MirroredKind::listed("partner_attachment", "partner_network_connect:read", |client| {
        list(client.partner_attachments().list(), normalise)
    })
};

/// Normalises an attachment. Its parent is the VPC that it connects; if it connects several, it has
/// no parent.
fn normalise(attachment: PartnerAttachment) -> Normalised {
    let id = ProviderId::new(attachment.id)?;
    let facts = ResourceFacts {
        name: attachment.name,
        region: given(attachment.region),
        status: given(attachment.state),
        created_at: attachment.created_at.map(domain::to_millis),
        parent: only_vpc(attachment.vpc_ids.iter().map(String::as_str))?,
        attrs: attrs(json!({
            "connection_bandwidth_in_mbps": attachment.connection_bandwidth_in_mbps,
            "naas_provider": given(attachment.naas_provider),
            "vpc_ids": sorted(attachment.vpc_ids),
            "parent_uuid": given(attachment.parent_uuid),
        })),
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::PARTNER_ATTACHMENT;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "office-line", "region": "fra", "status": "active", "tags": [], "created_at": "2026-03-30T11:00:00Z",
            "parent": { "kind": "vpc", "provider_id": "00000000-5d4e-4c2b-8000-000066726131" },
            "attrs": {
                "connection_bandwidth_in_mbps": 1000, "naas_provider": "megaport", "vpc_ids": ["00000000-5d4e-4c2b-8000-000066726131"]
            }
        });
        assert_facts(&PARTNER_ATTACHMENT, "27c8e5b1-0f6d-4a93-95e7-d4b36a80c1f9", &facts).await;
    }
}
