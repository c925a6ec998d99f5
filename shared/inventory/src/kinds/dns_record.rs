//! DNS records, which DigitalOcean lists zone by zone.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Domain-Records>

use digitalocean::{Domain, DomainRecord};
use domain::{InvalidId, Parent, ProviderId, ResourceFacts};
use futures::FutureExt;
use serde_json::json;

use crate::attrs::attrs;
use crate::kind::{MirroredKind, Normalised, OrphanPolicy, ParentLists, each};
use super::dns_zone::DNS_ZONE;

/// The kind `dns_record`: the records of DNS zones.
pub const DNS_RECORD: MirroredKind = MirroredKind {
    // A record has the same policy as its zone.
    orphan_policy: OrphanPolicy::LeaveUnattributed,
    nonexistent_id: "1",
    // DigitalOcean returns a single record only by zone and id
    // (`GET /v2/domains/{name}/records/{id}`), and the id alone does not tell the zone. The list
    // of its zone is therefore the only evidence.
    ..MirroredKind::per_parent(
        "dns_record",
        "domain:read",
        ParentLists {
            parent: &DNS_ZONE,
            // All zones. Each has records, at least those of its name servers.
            parents: |client| async move { each(client.domains().list().collect_all().await?, zone) }.boxed(),
            children: |client, zone| {
                async move {
                    let mut records = client.domains().records(zone.as_str()).collect_all().await?;
                    records.items.retain(is_user_record);
                    each(records, |record| normalise(zone, &record))
                }
                .boxed()
            },
        },
    )
};

fn zone(zone: Domain) -> Result<(ProviderId, bool), InvalidId> {
    Ok((ProviderId::new(zone.name)?, true))
}

/// Returns true for every record except the SOA. The SOA is created and deleted with its zone and
/// by no user, and its data is only its time to live as text, which changes with the zone's.
fn is_user_record(record: &DomainRecord) -> bool {
    record.record_type != "SOA"
}

/// Normalises a record. Its name is the full one, without a dot at the end; `data` is as
/// DigitalOcean returns it.
fn normalise(zone: &ProviderId, record: &DomainRecord) -> Normalised {
    let id = ProviderId::new(record.id.to_string())?;
    let name = match record.name.as_str() {
        "" | "@" => zone.as_str().to_owned(),
        name => format!("{name}.{zone}"),
    };
    let attrs = attrs(json!({
        "type": record.record_type,
        "data": record.data,
        "ttl": record.ttl,
        "priority": record.priority,
        "port": record.port,
        "weight": record.weight,
        "flags": record.flags,
        "tag": record.tag,
    }));
    let parent = Some(Parent { kind: DNS_ZONE.kind(), provider_id: zone.clone() });
    Ok((id, ResourceFacts { name, parent, attrs, ..ResourceFacts::default() }))
}

#[cfg(test)]
mod tests {
    use domain::Kind;

    use super::*;

    fn record(record_type: &str, name: &str) -> DomainRecord {
        serde_json::from_value(json!({
            "id": 7, "type": record_type, "name": name, "data": "1800", "priority": null, "port": null, "ttl": 1800,
            "weight": null, "flags": null, "tag": null
        }))
        .unwrap()
    }

    #[test]
    fn a_record_is_named_in_full_and_belongs_to_its_zone() {
        let zone = ProviderId::new("shop.example").unwrap();
        for (name, full_name) in [
            ("@", "shop.example"),
            ("", "shop.example"),
            ("www", "www.shop.example"),
            ("*.eu", "*.eu.shop.example"),
            ("_imaps._tcp", "_imaps._tcp.shop.example"),
        ] {
            let (id, facts) = normalise(&zone, &record("A", name)).unwrap();
            assert_eq!((id.as_str(), facts.name.as_str()), ("7", full_name));
            assert_eq!(
                facts.parent.unwrap(),
                Parent { kind: Kind::from_static("dns_zone"), provider_id: zone.clone() }
            );
            assert_eq!(serde_json::Value::Object(facts.attrs), json!({ "type": "A", "data": "1800", "ttl": 1800 }));
        }
    }

    #[test]
    fn the_soa_record_is_left_out() {
        for (record_type, kept) in [("SOA", false), ("NS", true), ("A", true), ("TXT", true)] {
            assert_eq!(is_user_record(&record(record_type, "@")), kept, "{record_type}");
        }
    }
}
