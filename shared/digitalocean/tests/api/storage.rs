//! Volumes, snapshots, images, and the backups of droplets.

use digitalocean::{Client, Error, ImageStatus, ImageType, ListItem, Pages, SnapshotResourceType};
use serde::Serialize;
use serde_json::{Value, json};

use crate::official;
use crate::server::{ok, refuse, serve};

/// Reads a list from a server that responds with `body`; returns the requested path with its query
/// and the items as JSON.
async fn read_list<T: ListItem + Serialize>(list: fn(&Client) -> Pages<T>, body: &Value) -> (String, Value) {
    let (server, client) = serve(ok(body)).await;
    let listing = list(&client).collect_all().await.unwrap();
    let url = server.received_requests().await.unwrap()[0].url.clone();
    (format!("{}?{}", url.path(), url.query().unwrap()), serde_json::to_value(listing.items).unwrap())
}

#[tokio::test]
async fn the_official_examples_are_decoded() {
    let Some(spec) = official::document() else { return };
    let example = |name: &str| spec["components"]["examples"][name]["value"].clone();
    let backups = &spec["components"]["responses"]["all_droplet_backups"]["content"]["application/json"]["example"];
    let page = "per_page=200&page=1";
    for ((requested, items), path, given) in [
        (
            read_list(|c| c.volumes().list(), &example("volumes_all")).await,
            "/v2/volumes?",
            &example("volumes_all")["volumes"],
        ),
        (
            read_list(|c| c.snapshots().list(), &example("snapshots_all")).await,
            "/v2/snapshots?",
            &example("snapshots_all")["snapshots"],
        ),
        (
            read_list(|c| c.images().list_private(), &example("images_custom")).await,
            "/v2/images?private=true&",
            &example("images_custom")["images"],
        ),
        (read_list(|c| c.droplets().backups(7), backups).await, "/v2/droplets/7/backups?", &backups["backups"]),
    ] {
        assert_eq!(requested, format!("{path}{page}"));
        assert_eq!(items.as_array().unwrap().len(), given.as_array().unwrap().len());
        for (read, given) in items.as_array().unwrap().iter().zip(given.as_array().unwrap()) {
            for (field, value) in read.as_object().unwrap() {
                let written = match (field.as_str(), &given[field]) {
                    // An exact amount is serialized as text; of a region only slug, name and
                    // availability are decoded.
                    ("size_gigabytes", Value::Number(size)) if value.is_string() => json!(size.to_string()),
                    ("region", region) => json!({ "slug": region["slug"], "name": region["name"], "available": true }),
                    (_, given) => given.clone(),
                };
                assert_eq!(*value, written, "{field} of {given}");
            }
        }
    }
}

#[tokio::test]
async fn missing_fields_get_defaults_and_unknown_values_are_kept() {
    let single_item = |key: &str, item: Value| json!({ key: [item], "meta": { "total": 1 } });
    for ((_, items), expected) in [
        (
            read_list(
                |c| c.volumes().list(),
                &single_item("volumes", json!({ "id": "v", "droplet_ids": null, "tags": null })),
            )
            .await,
            json!({ "id": "v", "droplet_ids": [], "tags": [], "size_gigabytes": null, "region": null }),
        ),
        (
            read_list(
                |c| c.snapshots().list(),
                &single_item(
                    "snapshots",
                    json!({ "id": "s", "resource_type": "share", "tags": null, "size_gigabytes": 0 }),
                ),
            )
            .await,
            json!({ "id": "s", "resource_type": "share", "tags": [], "size_gigabytes": "0", "resource_id": "" }),
        ),
        (
            read_list(
                |c| c.images().list_private(),
                &single_item("images", json!({ "id": 7, "type": "disk", "status": "new", "size_gigabytes": null })),
            )
            .await,
            json!({ "id": 7, "type": "disk", "status": "new", "size_gigabytes": null, "regions": [] }),
        ),
        (
            read_list(|c| c.droplets().backups(7), &single_item("backups", json!({ "id": 8, "regions": null }))).await,
            json!({ "id": 8, "regions": [], "created_at": null }),
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
        "volume": { "id": "v", "name": "data" },
        "snapshot": { "id": "6372321", "resource_type": "droplet", "size_gigabytes": 0.1008 },
        "image": { "id": 7, "type": "custom", "status": "NEW" }
    })))
    .await;
    assert_eq!(client.volumes().get("v").await.unwrap().name, "data");
    let snapshot = client.snapshots().get("6372321").await.unwrap();
    assert_eq!(snapshot.resource_type, Some(SnapshotResourceType::Droplet));
    assert_eq!(snapshot.size_gigabytes.unwrap().to_string(), "0.1008");
    let image = client.images().get(7).await.unwrap();
    assert_eq!((image.image_type, image.status), (Some(ImageType::Custom), Some(ImageStatus::New)));
    let paths: Vec<_> =
        server.received_requests().await.unwrap().iter().map(|request| request.url.path().to_owned()).collect();
    assert_eq!(paths, ["/v2/volumes/v", "/v2/snapshots/6372321", "/v2/images/7"]);
}

/// The response has status 400 and not 404, because a resource with this id exists.
#[tokio::test]
async fn another_kind_of_image_is_distinguished_from_a_missing_snapshot() {
    let (_server, client) = serve(refuse(404, "not_found")).await;
    assert!(client.snapshots().get("1").await.unwrap_err().is_not_found());
    let (_server, client) = serve(refuse(400, "bad_request")).await;
    let error = client.snapshots().get("1").await.unwrap_err();
    assert!(matches!(&error, Error::Api { status, .. } if status.as_u16() == 400), "{error}");
    assert!(!error.is_retryable());
}
