//! The rules read the facts that the normalisers write.

use chrono::{DateTime, Utc};
use domain::{AccountId, Money, ProviderId, Resource, ResourceFacts, ResourceKey};
use inventory::findings::{FindingRule, RULES, RuleContext};
use inventory::kind::MirroredKind;
use inventory::kinds::{CERTIFICATE, DROPLET, FIREWALL, FLOATING_IP, LOAD_BALANCER, SNAPSHOT, VOLUME};
use serde_json::json;

use crate::{demo, read_list};

fn time(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

/// Creates the record that a first sweep would write.
fn resource(kind: &MirroredKind, provider_id: ProviderId, facts: ResourceFacts) -> Resource {
    let key = ResourceKey { account: AccountId::new("demo").unwrap(), kind: kind.kind(), provider_id };
    Resource {
        key,
        fingerprint: facts.fingerprint(),
        facts,
        version: 1,
        incarnation: 1,
        project_id: None,
        attribution: None,
        project_history: Vec::new(),
        tenant_claims: Vec::new(),
        first_seen_at: time("2026-11-01T00:00:00Z"),
        last_seen_at: time("2026-11-01T00:00:00Z"),
        strikes: None,
        deleted_at: None,
    }
}

/// For each rule: its findings in the demo account with their prices, and resources of the same
/// kind that it must not report.
const EXPECTED: [(&str, &[&str], &[&str]); 8] = [
    ("unattached_volume", &["shop-data 20.00"], &[]),
    ("old_snapshot", &["shop-01.alpine-outfitters.example before 12.4 1.902"], &["shop-data-2026-10-25"]),
    ("unassigned_reserved_ip", &["198.18.20.7 5.00"], &[]),
    ("load_balancer_without_backends", &["alpine-shop 12.00"], &[]),
    ("powered_off_droplet", &["shop-staging.alpine-outfitters.example 24.00"], &["monitor-01.platform"]),
    ("droplet_without_backups", &["monitor-01.platform -"], &["web-01.bakkerij-jansen.example"]),
    (
        "droplet_without_firewall",
        &["monitor-01.platform -"],
        &["shop-staging.alpine-outfitters.example", "web-01.bakkerij-jansen.example"],
    ),
    ("certificate_near_expiry", &["alpine-shop -"], &[]),
];

/// The demo account as in its seed, with three changes: a volume, an address and a load balancer
/// lose their droplets, and the firewall lists one droplet besides those with its tag.
#[tokio::test]
async fn each_rule_finds_the_expected_resources_of_the_demo_account() {
    let (sim, client) = demo().await;
    let account = sim.account("demo");
    account.change("volumes", "6f1d2c8e-088a-4d3e-9a57-30b5c4d7e611", json!({ "droplet_ids": [] }));
    account.change("reserved_ips", "198.18.20.7", json!({ "droplet": null }));
    account.change("load_balancers", "d8a4b1c2-6f3e-4a57-9b80-2c1e5f7a9d34", json!({ "droplet_ids": [] }));
    account.change("firewalls", "ea7b3c15-4d92-4f06-8a1e-93c0d5f2b748", json!({ "droplet_ids": [418_630_024] }));
    let kinds: [&MirroredKind; 7] =
        [&CERTIFICATE, &DROPLET, &FIREWALL, &FLOATING_IP, &LOAD_BALANCER, &SNAPSHOT, &VOLUME];
    let mut resources = Vec::new();
    for kind in kinds {
        let listed = read_list(kind, &client).await.unwrap().items;
        resources.extend(listed.into_iter().map(|(id, facts)| resource(kind, id, facts)));
    }
    let mut context = RuleContext::default();
    resources.iter().for_each(|resource| context.note(resource));
    assert_eq!(EXPECTED.len(), RULES.len());
    for (rule, expected, others) in EXPECTED {
        let rule = FindingRule::named(rule).unwrap();
        let found = resources.iter().filter_map(|row| rule.finds(row, &context, time("2026-11-27T00:00:00Z")));
        let price = |price: Option<Money>| price.map_or_else(|| "-".to_owned(), |price| price.amount.to_string());
        let found: Vec<String> = found.map(|found| format!("{} {}", found.name, price(found.price_monthly))).collect();
        for name in expected {
            assert!(found.iter().any(|shown| shown == name), "{}: {name} is not among {found:?}", rule.name);
        }
        for name in others {
            assert!(resources.iter().any(|row| row.facts.name == *name), "{name} is listed");
            assert!(!found.iter().any(|shown| shown.starts_with(name)), "{}: {name} is among {found:?}", rule.name);
        }
    }
}
