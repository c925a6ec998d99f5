//! Kinds with few fields that belong to the account.

use domain::ProviderId;
use inventory::kind::{MirroredKind, ProbeResult};
use inventory::kinds::{CDN_ENDPOINT, CERTIFICATE, MONITORING_ALERT, SPACES_KEY, SSH_KEY, TAG, UPTIME_CHECK};
use serde_json::{Value, json};

use crate::{demo, read_list};

const KINDS: [&MirroredKind; 7] =
    [&CDN_ENDPOINT, &CERTIFICATE, &SSH_KEY, &SPACES_KEY, &UPTIME_CHECK, &MONITORING_ALERT, &TAG];

/// The facts of the demo account's first resource of each kind.
fn expected(kind: &str) -> (&'static str, Value) {
    match kind {
        "cdn_endpoint" => (
            "5c0f4a5e-9d1b-4c84-8c2e-1b7a3f60d911",
            json!({
                "name": "alpine-static.fra1.cdn.digitaloceanspaces.com", "tags": [], "created_at": "2024-06-10T14:22:31Z",
                "attrs": {
                    "origin": "alpine-static.fra1.digitaloceanspaces.com", "ttl": 3600,
                    "custom_domain": "static.alpine-outfitters.example",
                    "certificate_id": "b0c9a6a4-2f2b-4d4e-9c58-7d8f3f1f0c21"
                }
            }),
        ),
        "certificate" => (
            "b0c9a6a4-2f2b-4d4e-9c58-7d8f3f1f0c21",
            json!({
                "name": "alpine-shop", "status": "verified", "tags": [], "created_at": "2024-05-02T13:20:11Z",
                "attrs": {
                    "not_after": "2026-12-10T13:20:11Z", "type": "lets_encrypt",
                    "dns_names": ["alpine-outfitters.example", "static.alpine-outfitters.example"],
                    "sha1_fingerprint": "dfcc9f57d86bf58e321c2c6c31c7a971be244ac7"
                }
            }),
        ),
        "ssh_key" => (
            "38112045",
            json!({
                "name": "ops@noorderlicht", "tags": [],
                "attrs": { "fingerprint": "3b:16:bf:e4:8b:00:8b:b8:59:8c:a9:d3:f0:19:45:fa" }
            }),
        ),
        "spaces_key" => (
            "DO00EXAMPLEACCESSKEY",
            json!({
                "name": "shop-uploads", "tags": [], "created_at": "2024-06-10T14:25:00Z",
                "attrs": { "grants": [
                    { "bucket": "alpine-static", "permission": "read" }, { "bucket": "alpine-uploads", "permission": "readwrite" }
                ] }
            }),
        ),
        "uptime_check" => (
            "7d4f2a1c-60c5-4f39-8f0b-52c1d4a6e833",
            json!({
                "name": "Alpine shop", "tags": [],
                "attrs": {
                    "type": "https", "target": "https://alpine-outfitters.example", "regions": ["eu_west", "us_east"],
                    "enabled": true
                }
            }),
        ),
        "monitoring_alert" => (
            "c2f7b8d0-3a4e-4f6b-b1a9-0e9d8c7b6a54",
            json!({
                "name": "CPU of the shop", "tags": [],
                "attrs": {
                    "type": "v1/insights/droplet/cpu", "compare": "GreaterThan", "value": "85", "window": "10m",
                    "entities": ["402117355"], "tags": ["shop"], "enabled": true
                }
            }),
        ),
        _ => ("prod", json!({ "name": "prod", "tags": [], "attrs": {} })),
    }
}

#[tokio::test]
async fn each_kind_is_listed_with_its_facts() {
    let (_sim, client) = demo().await;
    for kind in KINDS {
        let listed = read_list(kind, &client).await.unwrap();
        let (id, facts) = &listed.resources[0];
        let (expected_id, expected_facts) = expected(kind.kind().as_str());
        assert_eq!((id.as_str(), &serde_json::to_value(facts).unwrap()), (expected_id, &expected_facts));
        assert_eq!(listed.pages, 1);
        assert!(listed.rate_limit_remaining.is_some());
    }
}

/// The demo account's alert policy contains a Slack webhook, and every SSH key contains its public
/// key.
#[tokio::test]
async fn secrets_and_long_texts_are_not_facts() {
    let (sim, client) = demo().await;
    let policies = json!(sim.account("demo").list("policies")).to_string();
    assert!(policies.contains("hooks.slack.com"), "the payload contains a secret: {policies}");
    for kind in KINDS {
        let facts = format!("{:?}", read_list(kind, &client).await.unwrap().resources);
        for word in ["hooks.slack.com", "ops@noorderlicht-hosting", "ssh-ed25519", "last_tagged_uri"] {
            assert!(!facts.contains(word), "{word} in {facts}");
        }
    }
}

#[tokio::test]
async fn a_probe_distinguishes_an_existing_id_from_a_nonexistent_one() {
    let (_sim, client) = demo().await;
    for kind in KINDS {
        let there = ProviderId::new(expected(kind.kind().as_str()).0).unwrap();
        for (id, presence) in [(there, ProbeResult::Exists), (kind.nonexistent(), ProbeResult::Gone)] {
            assert_eq!((kind.probe)(&client, &id).unwrap().await.unwrap(), presence, "{} {id}", kind.kind());
        }
    }
}

/// A renewal only changes fields that are declared to change by themselves.
#[tokio::test]
async fn the_renewal_of_a_certificate_is_not_drift() {
    let (sim, client) = demo().await;
    let facts = async || serde_json::to_value(&read_list(&CERTIFICATE, &client).await.unwrap().resources[0].1).unwrap();
    let before = facts().await;
    let fingerprint = "479c82b5c63cb6d3e6fac4624d58a33b267e166c";
    let renewed = json!({ "state": "pending", "not_after": "2027-03-10T13:20:11Z", "sha1_fingerprint": fingerprint });
    sim.account("demo").change("certificates", expected("certificate").0, renewed);
    let mut after = facts().await;
    for field in CERTIFICATE.state_fields {
        let pointer = format!("/{}", field.replace('.', "/"));
        let value = after.pointer_mut(&pointer).unwrap();
        assert_ne!(*value, before.pointer(&pointer).unwrap().clone(), "{field}");
        *value = before.pointer(&pointer).unwrap().clone();
    }
    assert_eq!(after, before);
}
