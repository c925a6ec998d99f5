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

/// The kind `floating_ip`: reserved IPv4 addresses.
pub const FLOATING_IP: FloatingIpKind = FloatingIpKind;

/// The implementation of the kind [`FLOATING_IP`].
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

    /// The status is not included: the assignment of an address is a deliberate change, and traffic
    /// follows it.
    fn state_fields(&self) -> &'static [&'static str] {
        &["price_monthly"]
    }

    /// An address reserved for documentation (RFC 5737), which no resource can have.
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

/// Normalises an address. Left out: `locked`, whose changes mean nothing, and `project_id`, because
/// attribution uses the projects' own lists.
fn normalise(reserved: ReservedIp) -> Result<(ProviderId, ResourceFacts), InvalidId> {
    let id = ProviderId::new(reserved.ip.as_str())?;
    let facts = ResourceFacts {
        region: reserved.region.map(|region| region.slug).filter(|slug| !slug.is_empty()),
        price_monthly: price(reserved.assignment),
        ..assigned(reserved.ip, reserved.assignment)?
    };
    Ok((id, facts))
}

/// Returns the facts that follow from the assignment of an IPv4 or IPv6 address. An assignment that
/// the token may not see yields none of them, in particular not "unassigned".
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

/// Returns the price: zero for an assigned address, which is free; none if the assignment is not
/// visible.
fn price(assignment: IpAssignment) -> Option<Money> {
    match assignment {
        IpAssignment::Droplet(_) => Some(Money::usd(Decimal::ZERO)),
        IpAssignment::Unassigned => Some(prices::unassigned_reserved_ip()),
        IpAssignment::NotVisible => None,
    }
}
