//! Kubernetes clusters, databases, apps, registries, functions, autoscale pools.

use digitalocean_sim::{AccountSeed, Token};
use reqwest::Method;
use serde_json::json;

use crate::client::{TOKEN, blank, call, get, with};

#[tokio::test]
async fn each_node_of_a_cluster_has_its_own_droplet() {
    let cluster = json!({ "name": "main", "node_pools": [{ "name": "web", "count": 3 }] });
    let sim = with(AccountSeed::new(TOKEN).object("kubernetes_clusters", cluster)).await;
    let cluster = &sim.account("test").list("kubernetes_clusters")[0];
    let nodes = cluster["node_pools"][0]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 3);
    assert_ne!(nodes[0]["droplet_id"], nodes[1]["droplet_id"]);
}

#[tokio::test]
async fn some_lists_are_not_paged() {
    let databases = (0..30).map(|number| json!({ "name": format!("db-{number}") }));
    let sim =
        with(databases.fold(AccountSeed::new(TOKEN), |account, database| account.object("databases", database))).await;
    for (path, key, count) in [
        ("/v2/databases?page=2", "databases", 30),
        ("/v2/registries", "registries", 0),
        ("/v2/functions/namespaces", "namespaces", 0),
    ] {
        let list = get(&sim, path).await.json();
        assert_eq!(list.as_object().unwrap().keys().collect::<Vec<_>>(), [key]);
        assert_eq!(list[key].as_array().unwrap().len(), count);
    }
    let tagged = json!({ "name": "tagged", "tags": ["prod"] });
    sim.account("test").add("databases", tagged);
    assert_eq!(get(&sim, "/v2/databases?tag_name=prod").await.names("databases"), ["tagged"]);
}

#[tokio::test]
async fn the_older_endpoint_serves_a_single_registry() {
    let sim = blank().await;
    let account = sim.account("test");
    for (status, name) in [(404, Some("one")), (200, Some("two")), (412, None)] {
        assert_eq!(get(&sim, "/v2/registry").await.status, status);
        if let Some(name) = name {
            account.add("registries", json!({ "name": name, "tier": "professional" }));
        }
    }
    assert_eq!(get(&sim, "/v2/registries").await.names("registries"), ["one", "two"]);
    let subscription = get(&sim, "/v2/registry/subscription").await.json();
    assert_eq!(subscription["subscription"]["tier"]["included_repositories"], 0);
    account.change("registries", "one", json!({ "tier": "basic" }));
    assert_eq!(get(&sim, "/v2/registries/one").await.json()["registry"]["subscription"]["tier"]["slug"], "basic");
}

#[tokio::test]
async fn credentials_of_a_database_have_their_own_scope() {
    let account = AccountSeed::new(TOKEN).token("narrow", Token::new("narrow").scopes(["database:read"])).object(
        "databases",
        json!({ "name": "orders", "num_nodes": 2, "password": "EXAMPLE-password", "tags": ["prod"] }),
    );
    let sim = with(account).await;
    let complete = get(&sim, "/v2/databases").await.json()["databases"][0].clone();
    assert!(complete["standby_connection"]["uri"].as_str().unwrap().contains("EXAMPLE-password"));
    assert_eq!(complete["users"][0]["password"], "EXAMPLE-password");
    assert_eq!(complete["project_id"], json!(sim.account("test").default_project().unwrap()));
    let path = format!("/v2/databases/{}", complete["id"].as_str().unwrap());
    for path in ["/v2/databases", &path] {
        let reply = call(&sim, "narrow", Method::GET, path, None).await;
        assert!(reply.text.contains("orders") && !reply.text.contains("EXAMPLE"), "{}", reply.text);
        assert!(!reply.text.contains("project_id") && !reply.text.contains("prod"), "{}", reply.text);
    }
}

#[tokio::test]
async fn an_app_shows_its_project_on_request() {
    let sim =
        with(AccountSeed::new(TOKEN).object("apps", json!({ "spec": { "name": "shop", "region": "fra" } }))).await;
    let app = get(&sim, "/v2/apps").await.json()["apps"][0].clone();
    assert_eq!((&app["region"]["data_centers"], app.get("project_id")), (&json!(["fra1"]), None));
    let project = json!(sim.account("test").default_project().unwrap());
    assert_eq!(get(&sim, "/v2/apps?with_projects=true").await.json()["apps"][0]["project_id"], project);
    let path = format!("/v2/apps/{}", app["id"].as_str().unwrap());
    assert_eq!(get(&sim, &path).await.json()["app"]["project_id"], project);
}

#[tokio::test]
async fn a_pools_template_shows_the_fields_that_the_token_may_read() {
    let pool = json!({ "name": "batch", "droplet_template": {
        "tags": ["prod"], "ssh_keys": ["7"], "project_id": "c70d5f38-1e9b-4b26-b1d2-f4a08e6c9d77"
    } });
    let account = AccountSeed::new(TOKEN)
        .token("narrow", Token::new("narrow").scopes(["droplet:read"]))
        .object("autoscale_pools", pool)
        .object("autoscale_pools", json!({ "name": "other" }));
    let sim = with(account).await;
    assert_eq!(get(&sim, "/v2/droplets/autoscale?name=batch").await.names("autoscale_pools"), ["batch"]);
    let template = async |token: &str| {
        let list = call(&sim, token, Method::GET, "/v2/droplets/autoscale", None).await.json();
        list["autoscale_pools"][0]["droplet_template"].clone()
    };
    let (complete, narrow) = (template(TOKEN).await, template("narrow").await);
    assert_eq!((&complete["tags"], &complete["ssh_keys"]), (&json!(["prod"]), &json!(["7"])));
    assert!(complete["vpc_uuid"].is_string() && complete["project_id"].is_string());
    assert_eq!((&narrow["ssh_keys"], narrow.get("tags")), (&json!([]), None));
    assert!(narrow.get("vpc_uuid").is_none() && narrow.get("project_id").is_none());
}
