//! VPC networks. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/VPCs>

use digitalocean::Vpc;
use domain::{ProviderId, ResourceFacts};
use serde_json::json;

use crate::attrs::{attrs, given};
use crate::kind::{MirroredKind, Normalised, list, probe};

/// The kind `vpc`: VPC networks of the account.
pub const VPC: MirroredKind = MirroredKind {
    urn_names: &["vpc"],
    probe: |client, id| probe(async move { client.vpcs().get(id.as_str()).await }),
    ..MirroredKind::listed("vpc", "vpc:read", |client| list(client.vpcs().list(), normalise))
};

/// Normalises a VPC. Its members are left out, because each resource has its VPC among its own
/// facts.
fn normalise(vpc: Vpc) -> Normalised {
    let id = ProviderId::new(vpc.id)?;
    let attrs = attrs(json!({
        "ip_range": vpc.ip_range,
        "default": vpc.default,
        "description": given(vpc.description),
    }));
    let facts = ResourceFacts {
        name: vpc.name,
        region: given(vpc.region),
        created_at: vpc.created_at.map(domain::to_millis),
        attrs,
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}
