//! TLS certificates. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Certificates>

use chrono::{DateTime, SecondsFormat, Utc};
use digitalocean::{Certificate, Client};
use domain::{InvalidId, Kind, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::attrs::{attrs, sorted};
use super::{ExistenceProbe, ListError, ListedKind, ListedResources, MirroredKind, ProbeResult};

/// The kind `certificate`: TLS certificates, from Let's Encrypt or uploaded.
pub const CERTIFICATE: CertificateKind = CertificateKind;

/// The implementation of the kind [`CERTIFICATE`].
#[derive(Debug, Clone, Copy)]
pub struct CertificateKind;

impl MirroredKind for CertificateKind {
    fn kind(&self) -> Kind {
        Kind::from_static("certificate")
    }

    fn scope(&self) -> &'static str {
        "certificate:read"
    }

    /// DigitalOcean renews Let's Encrypt certificates. A custom certificate never changes: to renew
    /// one, its owner uploads another.
    fn state_fields(&self) -> &'static [&'static str] {
        &["status", "attrs.not_after", "attrs.sha1_fingerprint"]
    }

    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a> {
        Some(async move { ProbeResult::of(client.certificates().get(id.as_str()).await) }.boxed())
    }
}

impl ListedKind for CertificateKind {
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move { ListedResources::normalised(client.certificates().list().collect_all().await?, normalise) }.boxed()
    }
}

fn normalise(certificate: Certificate) -> Result<(ProviderId, ResourceFacts), InvalidId> {
    let id = ProviderId::new(certificate.id)?;
    // DigitalOcean may return a custom certificate with a single empty name.
    let names = certificate.dns_names.into_iter().filter(|name| !name.is_empty());
    let attrs = attrs(json!({
        "not_after": certificate.not_after.map(seconds),
        "dns_names": sorted(names),
        "type": certificate.certificate_type,
        "sha1_fingerprint": certificate.sha1_fingerprint.filter(|fingerprint| !fingerprint.is_empty()),
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
