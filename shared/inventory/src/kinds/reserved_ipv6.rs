//! Reserved IPv6 addresses.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Reserved-IPv6>

use digitalocean::ReservedIpv6;
use domain::{Money, ProviderId, ResourceFacts};
use rust_decimal::Decimal;

use super::floating_ip::assigned;
use crate::attrs::given;
use crate::kind::{MirroredKind, Normalised, list, probe};

/// The kind `reserved_ipv6`: reserved IPv6 addresses.
pub const RESERVED_IPV6: MirroredKind = MirroredKind {
    urn_names: &["reservedipv6", "floatingipv6"],
    // The same as for a reserved IPv4 address: the assignment is a deliberate change.
    state_fields: &["price_monthly"],
    // An address reserved for documentation (RFC 3849), which no resource can have.
    nonexistent_id: "2001:db8::1",
    probe: |client, id| probe(async move { client.reserved_ipv6s().get(id.as_str()).await }),
    ..MirroredKind::listed("reserved_ipv6", "reserved_ip:read", |client| list(client.reserved_ipv6s().list(), normalise))
};

/// Normalises an address. It is free, whether assigned or not.
fn normalise(reserved: ReservedIpv6) -> Normalised {
    let id = ProviderId::new(reserved.ip.as_str())?;
    let facts = ResourceFacts {
        region: given(reserved.region_slug),
        price_monthly: Some(Money::usd(Decimal::ZERO)),
        created_at: reserved.reserved_at.map(domain::to_millis),
        ..assigned(reserved.ip, reserved.assignment)?
    };
    Ok((id, facts))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::RESERVED_IPV6;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "2001:db8:0:2020::a1", "region": "ams3", "status": "unassigned", "tags": [],
            "price_monthly": { "amount": "0.00", "currency": "USD" }, "created_at": "2025-03-14T10:05:37Z", "attrs": {}
        });
        assert_facts(&RESERVED_IPV6, "2001:db8:0:2020::a1", &facts).await;
    }
}
