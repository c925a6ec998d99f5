//! TLS certificates. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Certificates>

use chrono::{DateTime, SecondsFormat, Utc};
use digitalocean::Certificate;
use domain::{ProviderId, ResourceFacts};
use serde_json::json;

use crate::attrs::{attrs, given, sorted};
use crate::kind::{MirroredKind, Normalised, list, probe};

/// The kind `certificate`: TLS certificates, from Let's Encrypt or uploaded.
pub const CERTIFICATE: MirroredKind = MirroredKind {
    // DigitalOcean renews Let's Encrypt certificates. A custom certificate never changes: to renew
    // one, its owner uploads another.
    state_fields: &["status", "attrs.not_after", "attrs.sha1_fingerprint"],
    probe: |client, id| probe(async move { client.certificates().get(id.as_str()).await }),
    ..MirroredKind::listed("certificate", "certificate:read", |client| list(client.certificates().list(), normalise))
};

fn normalise(certificate: Certificate) -> Normalised {
    let id = ProviderId::new(certificate.id)?;
    // DigitalOcean may return a custom certificate with a single empty name.
    let names = certificate.dns_names.into_iter().filter(|name| !name.is_empty());
    let attrs = attrs(json!({
        "not_after": certificate.not_after.map(seconds),
        "dns_names": sorted(names),
        "type": certificate.certificate_type,
        "sha1_fingerprint": given(certificate.sha1_fingerprint),
    }));
    let facts = ResourceFacts {
        name: certificate.name,
        status: certificate.state.map(|state| state.as_str().to_owned()),
        created_at: certificate.created_at.map(domain::to_millis),
        attrs,
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}

/// Formats a time to the second, so that the same time always has the same text.
fn seconds(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::CERTIFICATE;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "alpine-shop", "status": "verified", "tags": [], "created_at": "2024-05-02T13:20:11Z",
            "attrs": {
                "not_after": "2026-12-10T13:20:11Z", "type": "lets_encrypt",
                "dns_names": ["alpine-outfitters.example", "static.alpine-outfitters.example"],
                "sha1_fingerprint": "dfcc9f57d86bf58e321c2c6c31c7a971be244ac7"
            }
        });
        assert_facts(&CERTIFICATE, "b0c9a6a4-2f2b-4d4e-9c58-7d8f3f1f0c21", &facts).await;
    }
}
