//! Clusters, databases, apps, registries, functions, autoscale pools.

use std::collections::BTreeSet;

use digitalocean::Client;
use digitalocean_sim::{Effect, Fault, Simulator};
use inventory::kind::{ListError, MirroredKind};
use inventory::kinds::{APP, AUTOSCALE_POOL, CONTAINER_REGISTRY, FUNCTIONS_NAMESPACE, K8S_CLUSTER, MANAGED_DB};
use serde_json::{Value, json};

use crate::{demo, read_list};

const KINDS: [&MirroredKind; 6] =
    [&APP, &AUTOSCALE_POOL, &CONTAINER_REGISTRY, &FUNCTIONS_NAMESPACE, &K8S_CLUSTER, &MANAGED_DB];

/// Returns the simulator's list of a kind, and the id of its only resource in the demo account.
fn object(kind: &MirroredKind) -> (&'static str, &'static str) {
    match kind.name {
        "app" => ("apps", "a3d90c5e-6b14-4c77-9e02-58f1d2b7c680"),
        "autoscale_pool" => ("autoscale_pools", "d4a1e7b3-52c9-4f08-91d6-e8b05c3f7a42"),
        "container_registry" => ("registries", "noorderlicht"),
        "functions_namespace" => ("namespaces", "fn-6c2b8f0e-17d4-4a9b-a5e3-0f94d1c7b825"),
        "k8s_cluster" => ("kubernetes_clusters", "9b7e2d40-3c58-4f1a-b6d2-71e0c8a4f953"),
        _ => ("databases", "2f8a6c17-94d3-4be0-8a51-c3d7e0b9f264"),
    }
}

async fn facts(kind: &MirroredKind, client: &Client) -> Value {
    let listed = read_list(kind, client).await.unwrap();
    serde_json::to_value(&listed.items[0].1).unwrap()
}

/// Returns the placeholders for secrets in the demo account's objects.
fn secrets(object: &Value) -> BTreeSet<String> {
    let text = object.to_string();
    let word = |text: &str| text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect::<String>();
    text.match_indices("EXAMPLE-").map(|(at, _)| word(&text[at..])).collect()
}

#[tokio::test]
async fn secrets_of_a_payload_are_not_facts() {
    let (sim, client) = demo().await;
    for (kind, expected_secrets) in KINDS.into_iter().zip([6, 1, 0, 1, 0, 1]) {
        let (list, _) = object(kind);
        let secrets = secrets(&json!(sim.account("demo").list(list)));
        assert_eq!(secrets.len(), expected_secrets, "{list} contains secrets: {secrets:?}");
        for (_, facts) in read_list(kind, &client).await.unwrap().items {
            let shown = format!("{} {facts:?}", serde_json::to_string(&facts).unwrap());
            for secret in &secrets {
                assert!(!shown.contains(secret), "{secret} in {shown}");
            }
            assert!(!shown.contains("EXAMPLE") && !shown.contains("doadmin"), "{shown}");
        }
    }
}

/// Returns the fields that differ after objects of the simulator have changed. Each entry of
/// `attrs` is a field of its own.
async fn changed(sim: &Simulator, client: &Client, kind: &MirroredKind, change: Value) -> Vec<String> {
    let (list, id) = object(kind);
    let before = facts(kind, client).await;
    sim.account("demo").change(list, id, change);
    let after = facts(kind, client).await;
    let fields = |facts: &Value| -> BTreeSet<(String, String)> {
        let own = facts.as_object().unwrap().iter().filter(|(name, _)| *name != "attrs");
        let attrs = facts["attrs"].as_object().unwrap().iter().map(|(name, value)| (format!("attrs.{name}"), value));
        let all = own.map(|(name, value)| (name.clone(), value)).chain(attrs);
        all.map(|(name, value)| (name, value.to_string())).collect()
    };
    let differing =
        fields(&before).symmetric_difference(&fields(&after)).map(|(name, _)| name.clone()).collect::<BTreeSet<_>>();
    differing.into_iter().collect()
}

/// A change that happens by itself is noise or concerns a state field. A deliberate change is
/// neither.
#[tokio::test]
async fn changes_that_happen_by_themselves_are_not_drift() {
    let pools = |web: u32, batch: u32, batch_most: u32| {
        json!({ "node_pools": [
            { "id": "1", "name": "web", "size": "s-2vcpu-4gb", "count": web, "auto_scale": false, "min_nodes": 0, "max_nodes": 0,
              "nodes": [{ "id": "another", "name": "web-9" }] },
            { "id": "2", "name": "batch", "size": "c-2", "count": batch, "auto_scale": true, "min_nodes": 1,
              "max_nodes": batch_most, "nodes": [] }
        ] })
    };
    let cases: [(&MirroredKind, Value, &[&str]); 17] = [
        (&K8S_CLUSTER, pools(2, 1, 4), &["attrs.node_pools"]),
        (
            &K8S_CLUSTER,
            json!({ "updated_at": "2026-01-01T00:00:00Z", "status": { "state": "upgrading", "message": "soon" } }),
            &["status"],
        ),
        (&K8S_CLUSTER, json!({ "version": "1.33.6-do.1" }), &["attrs.version"]),
        (&K8S_CLUSTER, pools(2, 3, 4), &["attrs.autoscaled_node_counts"]),
        (&K8S_CLUSTER, pools(3, 3, 4), &["attrs.node_pools"]),
        (&K8S_CLUSTER, pools(3, 3, 6), &["attrs.node_pools"]),
        (&K8S_CLUSTER, json!({ "ha": false }), &["attrs.ha", "price_monthly"]),
        (&MANAGED_DB, json!({ "status": "resizing", "semantic_version": "16.9" }), &["status"]),
        (&MANAGED_DB, json!({ "storage_size_mib": 71_680, "maintenance_window": null }), &["attrs.storage_size_mib"]),
        (&MANAGED_DB, json!({ "size": "db-s-4vcpu-8gb", "tags": null }), &["attrs.size", "tags"]),
        (&APP, json!({ "live_url": "https://jansen-bestellen-x7k2q.ondigitalocean.app" }), &["attrs.live_url"]),
        (
            &APP,
            json!({ "active_deployment": { "id": "2", "phase": "BUILDING" }, "updated_at": "2026-01-01T00:00:00Z" }),
            &[],
        ),
        (
            &CONTAINER_REGISTRY,
            json!({ "storage_usage_bytes": 1, "storage_usage_bytes_updated_at": "2026-01-01T00:00:00Z" }),
            &[],
        ),
        (&CONTAINER_REGISTRY, json!({ "tier": "professional" }), &["attrs.subscription_tier", "price_monthly"]),
        (&FUNCTIONS_NAMESPACE, json!({ "key": "EXAMPLE-another-key", "updated_at": "2026-01-01T00:00:00Z" }), &[]),
        (
            &AUTOSCALE_POOL,
            json!({ "active_resources_count": 4, "current_utilization": { "cpu": 0.9 } }),
            &["attrs.active_resources_count"],
        ),
        (&AUTOSCALE_POOL, json!({ "config": { "target_number_instances": 3 } }), &["attrs.config"]),
    ];
    let decisions: BTreeSet<&str> =
        ["attrs.node_pools", "attrs.ha", "attrs.size", "tags", "attrs.subscription_tier", "attrs.config"].into();
    let (sim, client) = demo().await;
    for (kind, change, fields) in cases {
        assert_eq!(changed(&sim, &client, kind, change.clone()).await, fields, "{} {change}", kind.kind());
        let decided = fields.iter().any(|field| decisions.contains(field));
        let drift = fields.iter().any(|field| !kind.state_fields.contains(field));
        assert_eq!(drift, decided, "{} {change}", kind.kind());
    }
}

/// One subscription pays for all registries, so a sum of prices must count it once, whichever
/// response contains it.
#[tokio::test]
async fn the_oldest_registry_has_the_price() {
    let (sim, client) = demo().await;
    sim.account("demo").add("registries", json!({ "name": "archive", "created_at": "2023-12-01T00:00:00Z" }));
    let prices = async || -> Vec<(String, Option<String>)> {
        let listed = read_list(&CONTAINER_REGISTRY, &client).await.unwrap().items;
        let price = |facts: domain::ResourceFacts| facts.price_monthly.map(|price| price.amount.to_string());
        listed.into_iter().map(|(id, facts)| (id.to_string(), price(facts))).collect()
    };
    let expected = [("archive".to_owned(), Some("5.00".to_owned())), ("noorderlicht".to_owned(), None)];
    assert_eq!(prices().await, expected);
    // DigitalOcean's own client does not read a subscription from a registry.
    let bare = json!({ "registries": [
        { "name": "noorderlicht", "created_at": "2024-01-15T10:05:00Z" }, { "name": "archive", "created_at": "2023-12-01T00:00:00Z" }
    ] });
    let shown = |status| Effect::Status { status, body: Some(bare.clone()), headers: [].into() };
    sim.faults().add(Fault::on("/v2/registries", shown(200)));
    assert_eq!(prices().await, expected);
    sim.faults().add(Fault::on("/v2/registry/subscription", Effect::status(404)).times(1));
    assert_eq!(prices().await.into_iter().filter_map(|(_, price)| price).count(), 0);
    // If the price cannot be read, the list fails, because a missing price would look like a
    // change.
    sim.faults().add(Fault::on("/v2/registry/subscription", Effect::status(403)).times(1));
    assert!(read_list(&CONTAINER_REGISTRY, &client).await.is_err());
}

/// An account without the newer endpoint: the older endpoint returns its only registry, and fails
/// if there are several.
#[tokio::test]
async fn an_account_without_a_list_of_registries_has_one() {
    let (sim, client) = demo().await;
    let listed = facts(&CONTAINER_REGISTRY, &client).await;
    sim.faults().add(Fault::on("/v2/registries", Effect::status(404)));
    assert_eq!(facts(&CONTAINER_REGISTRY, &client).await, listed);
    sim.account("demo").add("registries", json!({ "name": "second" }));
    let error = read_list(&CONTAINER_REGISTRY, &client).await.unwrap_err();
    assert!(
        matches!(&error, ListError::DigitalOcean(digitalocean::Error::Api { status, .. }) if status.as_u16() == 412)
    );
}
