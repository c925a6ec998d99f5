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
