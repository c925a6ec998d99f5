//! DNS records, listed zone by zone.

use domain::ProviderId;
use inventory::kind::ListError;
use inventory::kinds::DNS_RECORD;
use serde_json::{Value, json};

use crate::{demo, per_parent};

#[tokio::test]
async fn every_zone_is_a_parent() {
    let (sim, client) = demo().await;
    let parents = (per_parent(&DNS_RECORD).parents)(&client).await.unwrap();
    let zones: Vec<Value> = sim.account("demo").list("domains");
    assert_eq!(parents.items.len(), zones.len());
    assert!(parents.items.iter().all(|(_, has_children)| *has_children));
}

#[tokio::test]
async fn the_records_of_a_zone_are_its_children_except_the_soa() {
    let (_sim, client) = demo().await;
    let zone = ProviderId::new("bakkerij-jansen.example").unwrap();
    let listed = (per_parent(&DNS_RECORD).children)(&client, &zone).await.unwrap();
    let listed_records: Vec<Value> = listed
        .items
        .iter()
        .map(|(_, facts)| json!([facts.name, facts.attrs["type"], facts.attrs["data"], facts.attrs.get("priority")]))
        .collect();
    let apex = zone.as_str();
    assert_eq!(
        listed_records,
        [
            json!([apex, "NS", "ns1.digitalocean.com", null]),
            json!([apex, "NS", "ns2.digitalocean.com", null]),
            json!([apex, "NS", "ns3.digitalocean.com", null]),
            json!([apex, "A", "198.18.10.21", null]),
            json!(["www.bakkerij-jansen.example", "CNAME", "@", null]),
            json!([apex, "MX", "mail.noorderlicht-hosting.example", 10]),
            json!([apex, "TXT", "v=spf1 mx include:_spf.noorderlicht-hosting.example -all", null]),
        ]
    );
    let (id, facts) = &listed.items[4];
    assert_eq!(id.as_str(), "61100001");
    assert_eq!(facts.parent.as_ref().unwrap().provider_id, zone);
}

/// The zone was deleted after it was listed. That is an error, never a zone without records.
#[tokio::test]
async fn the_list_of_a_deleted_zone_is_an_error() {
    let (_sim, client) = demo().await;
    let gone = ProviderId::new("gone.example").unwrap();
    let error = (per_parent(&DNS_RECORD).children)(&client, &gone).await.unwrap_err();
    assert!(matches!(error, ListError::DigitalOcean(error) if error.is_not_found()));
}
