//! The services that DigitalOcean runs for a user: clusters, databases, apps, registries,
//! functions, autoscale pools.

use digitalocean::{AutoscalePoolStatus, Client, ClusterState, DatabaseStatus, Error, ListItem, Pages};
use serde::Serialize;
use serde_json::{Value, json};
use wiremock::Request;

use crate::official;
use crate::server::{ok, query, refuse, respond_in_sequence, serve};

const UUID: &str = "892071a0-bb95-49bc-8021-3afd67a210bf";

/// Reads a list from a server that responds with `body`; returns the requested path with its query
/// and the items as JSON.
async fn read_list<T: ListItem + Serialize>(list: fn(&Client) -> Pages<T>, body: &Value) -> (String, Value) {
    let (server, client) = serve(ok(body)).await;
    let listing = list(&client).collect_all().await.unwrap();
    let url = server.received_requests().await.unwrap()[0].url.clone();
    let requested = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    (requested, serde_json::to_value(listing.items).unwrap())
}

#[tokio::test]
async fn the_official_examples_are_decoded() {
    let Some(spec) = official::document() else { return };
    let example = |name: &str| {
        let mut example = spec["components"]["examples"][name]["value"].clone();
        example["meta"]["total"] = json!(1);
        example
    };
    let mut clusters = example("kubernetes_clusters_all");
    clusters["kubernetes_clusters"].as_array_mut().unwrap().truncate(1);
    let databases = &spec["components"]["responses"]["database_clusters"]["content"]["application/json"]["example"];
    for ((requested, items), pointer, value, path) in [
        (
            read_list(|client| client.kubernetes_clusters().list(), &clusters).await,
            "/0/node_pools/1/max_nodes",
            json!(5),
            "/v2/kubernetes/clusters?per_page=200&page=1",
        ),
        (
            read_list(|client| client.databases().list(), databases).await,
            "/0/storage_size_mib",
            json!(61_440),
            "/v2/databases",
        ),
        (
            read_list(|client| client.apps().list(), &example("apps")).await,
            "/0/spec/services/0/instance_size_slug",
            json!("apps-s-1vcpu-0.5gb"),
            "/v2/apps?per_page=200&page=1",
        ),
        (
            read_list(|client| client.autoscale_pools().list(), &example("autoscale_pools_all")).await,
            "/0/config/target_cpu_utilization",
            json!("0.5"),
            "/v2/droplets/autoscale?per_page=200&page=1",
        ),
    ] {
        assert_eq!((requested.as_str(), items.pointer(pointer)), (path, Some(&value)), "{items}");
    }
}

#[tokio::test]
async fn missing_fields_get_defaults_and_unknown_values_are_kept() {
    let single_item = |key: &str, item: Value| json!({ key: [item], "meta": { "total": 1 } });
    for ((_, items), expected) in [
        (
            read_list(
                |client| client.kubernetes_clusters().list(),
                &single_item(
                    "kubernetes_clusters",
                    json!({ "id": UUID, "status": { "state": "asleep" }, "tags": null, "node_pools": null, "ha": null }),
                ),
            )
            .await,
            json!({ "id": UUID, "status": { "state": "asleep" }, "tags": [], "node_pools": [], "ha": null }),
        ),
        (
            read_list(
                |client| client.databases().list(),
                &single_item("databases", json!({ "id": UUID, "status": "forked", "tags": null })),
            )
            .await,
            json!({ "id": UUID, "status": "forked", "tags": [], "name": "" }),
        ),
        (
            read_list(
                |client| client.apps().list(),
                &single_item("apps", json!({ "id": UUID, "spec": { "name": "shop", "services": null }, "region": null })),
            )
            .await,
            json!({ "id": UUID, "region": null, "tier_slug": null }),
        ),
        (
            read_list(|client| client.registries().list(), &single_item("registries", json!({ "name": "shop" }))).await,
            json!({ "name": "shop", "subscription": null }),
        ),
        (
            read_list(
                |client| client.functions_namespaces().list(),
                &single_item("namespaces", json!({ "namespace": "fn-1", "label": null })),
            )
            .await,
            json!({ "namespace": "fn-1", "label": "" }),
        ),
        (
            read_list(
                |client| client.autoscale_pools().list(),
                &single_item(
                    "autoscale_pools",
                    json!({ "id": UUID, "status": "paused", "droplet_template": { "tags": null }, "config": null }),
                ),
            )
            .await,
            json!({ "id": UUID, "status": "paused", "active_resources_count": null }),
        ),
    ] {
        for (field, value) in expected.as_object().unwrap() {
            assert_eq!(items[0][field], *value, "{field} of {items}");
        }
    }
}

#[tokio::test]
async fn each_resource_is_requested_by_its_id() {
    let (server, client) = serve(ok(json!({
        "kubernetes_cluster": { "id": "k", "status": { "state": "degraded" } },
        "database": { "id": "d", "status": "online" },
        "app": { "id": "a" }, "registry": { "name": "r" }, "namespace": { "namespace": "fn-n" },
        "autoscale_pool": { "id": "p", "status": "deleting" },
        "subscription": { "tier": { "slug": "basic", "monthly_price_in_cents": 500 } }
    })))
    .await;
    let cluster = client.kubernetes_clusters().get("k").await.unwrap();
    assert_eq!(cluster.status.unwrap().state, Some(ClusterState::Degraded));
    assert_eq!(client.databases().get("d").await.unwrap().status, Some(DatabaseStatus::Online));
    assert_eq!(client.apps().get("a").await.unwrap().id, "a");
    assert_eq!(client.registries().get("r").await.unwrap().name, "r");
    assert_eq!(client.registries().get_only().await.unwrap().name, "r");
    assert_eq!(client.registries().subscription().await.unwrap().tier.unwrap().monthly_price_in_cents, Some(500));
    assert_eq!(client.functions_namespaces().get("fn-n").await.unwrap().namespace, "fn-n");
    assert_eq!(client.autoscale_pools().get("p").await.unwrap().status, Some(AutoscalePoolStatus::Deleting));
    let paths: Vec<_> =
        server.received_requests().await.unwrap().iter().map(|request| request.url.path().to_owned()).collect();
    assert_eq!(
        paths,
        [
            "/v2/kubernetes/clusters/k",
            "/v2/databases/d",
            "/v2/apps/a",
            "/v2/registries/r",
            "/v2/registry",
            "/v2/registry/subscription",
            "/v2/functions/namespaces/fn-n",
            "/v2/droplets/autoscale/p",
        ]
    );
}

/// No page is requested of an unpaged list, and its `null` is an empty list. If DigitalOcean starts
/// to page such a list, it is still read completely.
#[tokio::test]
async fn unpaged_lists_are_read_completely() {
    let (server, client) = serve(ok(json!({ "databases": null }))).await;
    assert_eq!(client.databases().list().collect_all().await.unwrap().items, []);
    assert_eq!(server.received_requests().await.unwrap()[0].url.query(), None);

    let (_server, client) = serve(ok(json!({}))).await;
    assert!(matches!(client.databases().list().collect_all().await, Err(Error::Decode { .. })));

    let (_server, client) = serve(|request: &Request| match query(request, "page").as_deref() {
        None => ok(json!({ "databases": [{ "id": "one" }], "links": { "pages": { "next": "/v2/databases?page=2" } } })),
        _ => ok(json!({ "databases": [{ "id": "two" }] })),
    })
    .await;
    let listing = client.databases().list().collect_all().await.unwrap();
    assert_eq!(listing.items.iter().map(|database| database.id.as_str()).collect::<Vec<_>>(), ["one", "two"]);
}

/// The list of several registries is requested first. The call for the only registry follows if
/// that list does not exist.
#[tokio::test]
async fn the_older_call_is_used_where_there_is_no_list_of_registries() {
    let list = || ok(json!({ "registries": [{ "name": "one" }, { "name": "two" }] }));
    let only = || ok(json!({ "registry": { "name": "one" } }));
    let none = || refuse(404, "not_found");
    for (answers, names) in [([list(), none()], vec!["one", "two"]), ([none(), only()], vec!["one"])] {
        let (_server, client) = serve(respond_in_sequence(answers.into())).await;
        let all = client.registries().all().await.unwrap();
        assert_eq!(all.iter().map(|registry| registry.name.as_str()).collect::<Vec<_>>(), names);
    }
    for (answers, status) in [
        ([none(), none()], 404),
        ([none(), refuse(412, "precondition_failed")], 412),
        ([refuse(403, "forbidden"), only()], 403),
    ] {
        let (_server, client) = serve(respond_in_sequence(answers.into())).await;
        let read = match client.registries().all().await.unwrap_err() {
            Error::NotFound { .. } => 404,
            Error::Forbidden { .. } => 403,
            Error::Api { status, .. } => status.as_u16(),
            error => panic!("{error}"),
        };
        assert_eq!(read, status);
    }
}

/// The fields that a model leaves out cannot be stored.
#[tokio::test]
async fn secrets_are_not_decoded() {
    let connection = json!({ "uri": "postgres://doadmin:5ecre7@host/db", "user": "doadmin", "password": "5ecre7" });
    let component = json!({
        "name": "web", "envs": [{ "key": "TOKEN", "value": "5ecre7" }], "run_command": "run --key 5ecre7",
        "git": { "repo_clone_url": "https://deploy:5ecre7@git.example/web.git" },
        "image": { "registry_credentials": "deploy:5ecre7" },
        "log_destinations": [{ "name": "logs", "datadog": { "api_key": "5ecre7" } }]
    });
    let components = json!([component]);
    let spec = json!({
        "name": "shop", "services": components, "workers": components, "jobs": components, "static_sites": components,
        "functions": components, "databases": components, "envs": [{ "key": "TOKEN", "value": "5ecre7" }]
    });
    let (_server, client) = serve(ok(json!({
        "database": {
            "id": "d", "connection": connection, "private_connection": connection, "standby_connection": connection,
            "standby_private_connection": connection, "ui_connection": connection, "schema_registry_connection": connection,
            "users": [{ "name": "doadmin", "password": "5ecre7", "access_key": "5ecre7", "access_cert": "5ecre7" }]
        },
        "app": { "id": "a", "spec": spec, "active_deployment": { "spec": spec }, "pending_deployment": { "spec": spec } },
        "namespace": { "namespace": "fn-n", "label": "webhooks", "key": "5ecre7" },
        "autoscale_pool": { "id": "p", "droplet_template": { "user_data": "export TOKEN=5ecre7", "ssh_keys": ["5ecre7"] } }
    })))
    .await;
    let database = client.databases().get("d").await.unwrap();
    let app = client.apps().get("a").await.unwrap();
    let namespace = client.functions_namespaces().get("fn-n").await.unwrap();
    let pool = client.autoscale_pools().get("p").await.unwrap();
    assert_eq!(app.spec.functions[0].name, "web");
    let written = json!([database, app, namespace, pool]).to_string();
    let printed = format!("{written} {database:?} {app:?} {namespace:?} {pool:?}");
    assert!(!printed.contains("5ecre7"), "{printed}");
}
