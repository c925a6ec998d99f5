//! The smaller resources of an account: CDN endpoints, certificates, keys, checks, alert policies,
//! tags.

use digitalocean::{CertificateState, CertificateType, Client, ListItem, Pages};
use serde::Serialize;
use serde_json::{Value, json};

use crate::official;
use crate::server::{ok, serve};

/// Reads a list from a server that responds with `body`; returns the requested path and the items
/// as JSON.
async fn read_list<T: ListItem + Serialize>(list: fn(&Client) -> Pages<T>, body: &Value) -> (String, Value) {
    let (server, client) = serve(ok(body)).await;
    let listing = list(&client).collect_all().await.unwrap();
    let path = server.received_requests().await.unwrap()[0].url.path().to_owned();
    (path, serde_json::to_value(listing.items).unwrap())
}

#[tokio::test]
async fn the_official_examples_are_decoded() {
    let Some(spec) = official::document() else { return };
    let example = |response: &str| {
        let content = &spec["components"]["responses"][response]["content"]["application/json"];
        let mut example = content["schema"]["example"].clone();
        if example.is_null() {
            example = content["example"].clone();
        }
        // The example of one list has the total of several pages, so the total is set to that of a
        // single one.
        example["meta"]["total"] = json!(1);
        example
    };
    let mut certificates = spec["components"]["examples"]["certificates_all"]["value"].clone();
    certificates["certificates"].as_array_mut().unwrap().remove(0);
    certificates["meta"]["total"] = json!(1);
    let read = [
        (
            read_list(|client| client.cdn_endpoints().list(), &example("all_cdn_endpoints")).await,
            "endpoint",
            "static-images.nyc3.cdn.digitaloceanspaces.com",
            "/v2/cdn/endpoints",
        ),
        (
            read_list(|client| client.certificates().list(), &certificates).await,
            "name",
            "web-cert-02",
            "/v2/certificates",
        ),
        (
            read_list(|client| client.ssh_keys().list(), &example("sshKeys_all")).await,
            "name",
            "Other Public Key",
            "/v2/account/keys",
        ),
        (
            read_list(|client| client.spaces_keys().list(), &example("key_list")).await,
            "name",
            "my-access-key",
            "/v2/spaces/keys",
        ),
        (
            read_list(|client| client.alert_policies().list(), &example("list_alert_policy_response")).await,
            "description",
            "CPU Alert",
            "/v2/monitoring/alerts",
        ),
        (read_list(|client| client.tags().list(), &example("tags_all")).await, "name", "extra-awesome", "/v2/tags"),
    ];
    for ((path, items), field, value, expected_path) in read {
        assert_eq!((path.as_str(), items[0][field].as_str()), (expected_path, Some(value)), "{items}");
    }
}

#[tokio::test]
async fn missing_fields_get_defaults_and_unknown_values_are_kept() {
    let single_item = |key: &str, item: Value| json!({ key: [item], "meta": { "total": 1 } });
    let uuid = "892071a0-bb95-49bc-8021-3afd67a210bf";
    for ((_, items), expected) in [
        (
            read_list(
                |client| client.cdn_endpoints().list(),
                &single_item("endpoints", json!({ "id": uuid, "ttl": null })),
            )
            .await,
            json!({ "id": uuid, "origin": "", "custom_domain": null }),
        ),
        (
            read_list(
                |client| client.certificates().list(),
                &single_item(
                    "certificates",
                    json!({ "id": uuid, "state": "revoked", "type": "acme", "dns_names": null }),
                ),
            )
            .await,
            json!({ "id": uuid, "state": "revoked", "type": "acme", "dns_names": [], "not_after": null }),
        ),
        (
            read_list(|client| client.ssh_keys().list(), &single_item("ssh_keys", json!({ "id": 7 }))).await,
            json!({ "id": 7 }),
        ),
        (
            read_list(
                |client| client.spaces_keys().list(),
                &single_item("keys", json!({ "access_key": "DO00", "grants": null })),
            )
            .await,
            json!({ "access_key": "DO00", "grants": [] }),
        ),
        (
            read_list(
                |client| client.uptime_checks().list(),
                &single_item("checks", json!({ "id": uuid, "regions": null })),
            )
            .await,
            json!({ "id": uuid, "regions": [], "enabled": null }),
        ),
        (
            read_list(
                |client| client.alert_policies().list(),
                &single_item(
                    "policies",
                    json!({ "uuid": uuid, "entities": [192_018_292, "7"], "tags": null, "value": 0.1 }),
                ),
            )
            .await,
            json!({ "uuid": uuid, "entities": ["192018292", "7"], "tags": [], "value": "0.1" }),
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
        "endpoint": { "id": "c" }, "certificate": { "id": "t", "state": "error", "type": "lets_encrypt" },
        "ssh_key": { "id": 5 }, "key": { "access_key": "a" }, "check": { "id": "u" }, "policy": { "uuid": "p" },
        "tag": { "name": "a:b" }
    })))
    .await;
    assert_eq!(client.cdn_endpoints().get("c").await.unwrap().id, "c");
    let certificate = client.certificates().get("t").await.unwrap();
    assert_eq!(certificate.state, Some(CertificateState::Error));
    assert_eq!(certificate.certificate_type, Some(CertificateType::LetsEncrypt));
    assert_eq!(client.ssh_keys().get(5).await.unwrap().id, 5);
    assert_eq!(client.spaces_keys().get("a").await.unwrap().access_key, "a");
    assert_eq!(client.uptime_checks().get("u").await.unwrap().id, "u");
    assert_eq!(client.alert_policies().get("p").await.unwrap().uuid, "p");
    assert_eq!(client.tags().get("a:b").await.unwrap().name, "a:b");
    let paths: Vec<_> =
        server.received_requests().await.unwrap().iter().map(|request| request.url.path().to_owned()).collect();
    assert_eq!(
        paths,
        [
            "/v2/cdn/endpoints/c",
            "/v2/certificates/t",
            "/v2/account/keys/5",
            "/v2/spaces/keys/a",
            "/v2/uptime/checks/u",
            "/v2/monitoring/alerts/p",
            "/v2/tags/a:b",
        ]
    );
}

/// The fields that a model leaves out cannot be stored.
#[tokio::test]
async fn secrets_are_not_decoded() {
    let (_server, client) = serve(ok(json!({
        "key": { "access_key": "DO00", "name": "shop", "secret_key": "5ecre7" },
        "policy": { "uuid": "p", "alerts": {
            "email": ["bob@example.com"],
            "slack": [{ "channel": "ops", "url": "https://hooks.slack.com/services/5ecre7" }] } },
        "ssh_key": { "id": 1, "public_key": "ssh-ed25519 5ecre7", "private_key": "5ecre7" },
        "certificate": { "id": "c", "private_key": "5ecre7", "leaf_certificate": "5ecre7" }
    })))
    .await;
    let key = client.spaces_keys().get("DO00").await.unwrap();
    let policy = client.alert_policies().get("p").await.unwrap();
    let ssh_key = client.ssh_keys().get(1).await.unwrap();
    let certificate = client.certificates().get("c").await.unwrap();
    let written = json!([key, policy, ssh_key, certificate]).to_string();
    let printed = format!("{written} {key:?} {policy:?} {ssh_key:?} {certificate:?}");
    assert!(!printed.contains("5ecre7") && !printed.contains("slack") && !printed.contains("bob@"), "{printed}");
}
