//! Reserved IPv6 addresses.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Reserved-IPv6>

use digitalocean::{Client, ReservedIpv6};
use domain::{InvalidId, Kind, Money, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;
use rust_decimal::Decimal;

use super::floating_ip::assigned;
use super::{ExistenceProbe, ListError, ListedKind, ListedResources, MirroredKind, ProbeResult};

/// The kind `reserved_ipv6`: reserved IPv6 addresses.
pub const RESERVED_IPV6: ReservedIpv6Kind = ReservedIpv6Kind;

/// The implementation of the kind [`RESERVED_IPV6`].
#[derive(Debug, Clone, Copy)]
pub struct ReservedIpv6Kind;

impl MirroredKind for ReservedIpv6Kind {
    fn kind(&self) -> Kind {
        Kind::from_static("reserved_ipv6")
    }

    fn urn_kinds(&self) -> &'static [&'static str] {
        &["reservedipv6", "floatingipv6"]
    }

    fn scope(&self) -> &'static str {
        "reserved_ip:read"
    }

    /// The same as for a reserved IPv4 address: the assignment is a deliberate change.
    fn state_fields(&self) -> &'static [&'static str] {
        &["price_monthly"]
    }

    /// An address reserved for documentation (RFC 3849), which no resource can have.
    fn nonexistent_id(&self) -> ProviderId {
        ProviderId::from_static("2001:db8::1")
    }

    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a> {
        Some(async move { ProbeResult::of(client.reserved_ipv6s().get(id.as_str()).await) }.boxed())
    }
}

impl ListedKind for ReservedIpv6Kind {
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move { ListedResources::normalised(client.reserved_ipv6s().list().collect_all().await?, normalise) }
            .boxed()
    }
}

/// Normalises an address. It is free, whether assigned or not.
fn normalise(reserved: ReservedIpv6) -> Result<(ProviderId, ResourceFacts), InvalidId> {
    let id = ProviderId::new(reserved.ip.as_str())?;
    let facts = ResourceFacts {
        region: reserved.region_slug.filter(|slug| !slug.is_empty()),
        price_monthly: Some(Money::usd(Decimal::ZERO)),
        created_at: reserved.reserved_at.map(domain::to_millis),
        ..assigned(reserved.ip, reserved.assignment)?
    };
    Ok((id, facts))
}
