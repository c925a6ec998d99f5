//! Reserved IPv4 addresses, which were once called floating IPs.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Reserved-IPs>

use digitalocean::{IpAssignment, ReservedIp};
use domain::{InvalidId, Money, Parent, ProviderId, ResourceFacts};
use rust_decimal::Decimal;
use serde_json::json;

use crate::attrs::{attrs, given};
use crate::kind::{MirroredKind, Normalised, list, probe};
use crate::prices::UnitPrice;
use super::droplet::DROPLET;

/// The kind `floating_ip`: reserved IPv4 addresses.
pub const FLOATING_IP: MirroredKind = MirroredKind {
    urn_names: &["floatingip", "reservedip"],
    // The status is not included: the assignment of an address is a deliberate change, and traffic
    // follows it.
    state_fields: &["price_monthly"],
    // An address reserved for documentation (RFC 5737), which no resource can have.
    nonexistent_id: "192.0.2.1",
    probe: |client, id| probe(async move { client.reserved_ips().get(id.as_str()).await }),
    ..MirroredKind::listed("floating_ip", "reserved_ip:read", |client| list(client.reserved_ips().list(), normalise))
};

/// The price of an address that is assigned to no droplet: $0.01 an hour up to $5 a month.
/// <https://docs.digitalocean.com/products/networking/reserved-ips/details/pricing/>
const UNASSIGNED: UnitPrice = UnitPrice::dollars(5);

/// Normalises an address. Left out: `locked`, whose changes mean nothing, and `project_id`, because
/// attribution uses the projects' own lists.
fn normalise(reserved: ReservedIp) -> Normalised {
    let id = ProviderId::new(reserved.ip.as_str())?;
    let facts = ResourceFacts {
        region: given(reserved.region.map(|region| region.slug)),
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
        IpAssignment::Unassigned => Some(UNASSIGNED.times(1)),
        IpAssignment::NotVisible => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::FLOATING_IP;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "198.18.20.7", "region": "fra1", "status": "assigned", "tags": [], "price_monthly": { "amount": "0.00", "currency": "USD" },
            "parent": { "kind": "droplet", "provider_id": "402117355" }, "attrs": { "droplet_id": 402_117_355 }
        });
        assert_facts(&FLOATING_IP, "198.18.20.7", &facts).await;
    }
}
