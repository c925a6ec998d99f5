//! DNS records, which DigitalOcean lists zone by zone.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Domain-Records>

use digitalocean::{Client, DomainRecord};
use domain::{InvalidId, Kind, Parent, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::attrs::attrs;
use super::{ChildKind, DNS_ZONE, ExistenceProbe, ListError, ListedResources, MirroredKind, OrphanPolicy, Parents};

/// The kind `dns_record`: the records of DNS zones.
pub const DNS_RECORD: DnsRecordKind = DnsRecordKind;

/// The implementation of the kind [`DNS_RECORD`].
#[derive(Debug, Clone, Copy)]
pub struct DnsRecordKind;

impl MirroredKind for DnsRecordKind {
    fn kind(&self) -> Kind {
        Kind::from_static("dns_record")
    }

    fn scope(&self) -> &'static str {
        "domain:read"
    }

    /// A record has the same policy as its zone.
    fn orphan_policy(&self) -> OrphanPolicy {
        OrphanPolicy::LeaveUnattributed
    }

    fn state_fields(&self) -> &'static [&'static str] {
        &[]
    }

    fn nonexistent_id(&self) -> ProviderId {
        ProviderId::from_static("1")
    }

    /// DigitalOcean returns a single record only by zone and id
    /// (`GET /v2/domains/{name}/records/{id}`), and the id alone does not tell the zone. The list
    /// of its zone is therefore the only evidence.
    fn probe<'a>(&'a self, _: &'a Client, _: &'a ProviderId) -> ExistenceProbe<'a> {
        None
    }
}

impl ChildKind for DnsRecordKind {
    fn parent_kind(&self) -> Kind {
        DNS_ZONE.kind()
    }

    /// Lists all zones. Each has records, at least those of its name servers.
    fn parents<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<Parents, ListError>> {
        async move {
            let zones = client.domains().list().collect_all().await?;
            let live = zones.items.into_iter().map(|zone| Ok((ProviderId::new(zone.name)?, true)));
            Ok(Parents {
                live: live.collect::<Result<_, InvalidId>>()?,
                pages: zones.pages,
                rate_limit_remaining: zones.rate_limit.and_then(|limit| limit.remaining),
            })
        }
        .boxed()
    }

    fn children<'a>(
        &'a self,
        client: &'a Client,
        parent: &'a ProviderId,
    ) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move {
            let mut records = client.domains().records(parent.as_str()).collect_all().await?;
            records.items.retain(is_user_record);
            ListedResources::normalised(records, |record| normalise(parent, &record))
        }
        .boxed()
    }
}

/// Returns true for every record except the SOA. The SOA is created and deleted with its zone and
/// by no user, and its data is only its time to live as text, which changes with the zone's.
fn is_user_record(record: &DomainRecord) -> bool {
    record.record_type != "SOA"
}

/// Normalises a record. Its name is the full one, without a dot at the end; `data` is as
/// DigitalOcean returns it.
fn normalise(zone: &ProviderId, record: &DomainRecord) -> Result<(ProviderId, ResourceFacts), InvalidId> {
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
