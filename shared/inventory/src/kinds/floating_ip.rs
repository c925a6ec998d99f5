//! Reserved IPv4 addresses, which were once called floating IPs.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Reserved-IPs>

use digitalocean::{Client, IpAssignment, ReservedIp};
use domain::{InvalidId, Kind, Money, Parent, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;
use rust_decimal::Decimal;
use serde_json::json;

use super::attrs::attrs;
use super::{DROPLET, ExistenceProbe, ListError, ListedKind, ListedResources, MirroredKind, ProbeResult};
use crate::prices;

/// Reserved IPv4 addresses.
pub const FLOATING_IP: FloatingIpKind = FloatingIpKind;

/// See [`FLOATING_IP`].
#[derive(Debug, Clone, Copy)]
pub struct FloatingIpKind;

impl MirroredKind for FloatingIpKind {
    fn kind(&self) -> Kind {
        Kind::from_static("floating_ip")
    }

    fn urn_kinds(&self) -> &'static [&'static str] {
        &["floatingip", "reservedip"]
    }

    fn scope(&self) -> &'static str {
        "reserved_ip:read"
    }

    /// Not the status: where an address leads to is somebody's decision, and traffic follows it.
    fn state_fields(&self) -> &'static [&'static str] {
        &["price_monthly"]
    }

    /// An address for documentation (RFC 5737).
    fn nonexistent_id(&self) -> ProviderId {
        ProviderId::from_static("192.0.2.1")
    }

    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a> {
        Some(async move { ProbeResult::of(client.reserved_ips().get(id.as_str()).await) }.boxed())
    }
}

impl ListedKind for FloatingIpKind {
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move { ListedResources::normalised(client.reserved_ips().list().collect_all().await?, normalise) }.boxed()
    }
}

/// An address's facts. Left out: `locked`, which is noise, and `project_id`, since the projects' own lists say who belongs where.
fn normalise(reserved: ReservedIp) -> Result<(ProviderId, ResourceFacts), InvalidId> {
    let id = ProviderId::new(reserved.ip.as_str())?;
    let facts = ResourceFacts {
        region: reserved.region.map(|region| region.slug).filter(|slug| !slug.is_empty()),
        price_monthly: price(reserved.assignment),
        ..assigned(reserved.ip, reserved.assignment)?
    };
    Ok((id, facts))
}

/// What the assignment of an address, IPv4 or IPv6, says of it. One that cannot be seen says nothing, least of all "unassigned".
pub(super) fn assigned(ip: String, assignment: IpAssignment) -> Result<ResourceFacts, InvalidId> {
    let (status, droplet_id) = match assignment {
        IpAssignment::Droplet(id) => (Some("assigned"), Some(id)),
        IpAssignment::Unassigned => (Some("unassigned"), None),
        IpAssignment::NotVisible => (None, None),
    };
    let droplet = droplet_id.map(|id| ProviderId::new(id.to_string())).transpose()?;
    Ok(ResourceFacts {
        name: ip,
        status: status.map(str::to_owned),
        parent: droplet.map(|provider_id| Parent { kind: DROPLET.kind(), provider_id }),
        attrs: attrs(json!({ "droplet_id": droplet_id })),
        ..ResourceFacts::default()
    })
}

/// An assigned address is free, which is a price.
fn price(assignment: IpAssignment) -> Option<Money> {
    match assignment {
        IpAssignment::Droplet(_) => Some(Money::usd(Decimal::ZERO)),
        IpAssignment::Unassigned => Some(prices::unassigned_reserved_ip()),
        IpAssignment::NotVisible => None,
    }
}
