//! The models that are decoded from a response.

use chrono::{TimeZone, Utc};
use digitalocean::droplets::NetworkType;
use digitalocean::{AccountStatus, DropletStatus, Environment, ImageType, NewProject};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::official;
use crate::server::{ok, serve};

#[tokio::test]
async fn a_droplet_with_every_field_is_decoded() {
    let (server, client) = serve(ok(json!({ "droplet": {
        "id": 3164444, "name": "example.com", "memory": 1024, "vcpus": 1, "disk": 25,
        "disk_info": [{ "type": "local", "size": { "amount": 25, "unit": "gib" } }],
        "locked": false, "status": "active", "kernel": null, "created_at": "2020-07-21T18:37:44Z",
        "features": ["backups", "ipv6"], "backup_ids": [53893572],
        "next_backup_window": { "start": "2020-07-30T00:00:00Z", "end": "2020-07-30T23:00:00Z" }, "snapshot_ids": [67512819],
        "image": { "id": 63663980, "name": "20.04 (LTS) x64", "type": "base", "distribution": "Ubuntu", "slug": "ubuntu-20-04-x64",
                   "public": true, "regions": ["nyc1"], "created_at": "2020-05-15T05:47:50Z", "min_disk_size": 20,
                   "size_gigabytes": 2.36, "tags": [], "status": "available", "error_message": "" },
        "volume_ids": ["506f78a4-e098-11e5-ad9f-000f53306ae1"],
        "size": { "slug": "s-1vcpu-1gb", "memory": 1024, "vcpus": 1, "disk": 25, "transfer": 1.0, "price_monthly": 6.00,
                  "price_hourly": 0.00893, "regions": ["nyc3"], "available": true, "description": "Basic" },
        "size_slug": "s-1vcpu-1gb",
        "networks": {
            "v4": [{ "ip_address": "10.128.192.124", "netmask": "255.255.0.0", "gateway": "nil", "type": "private" },
                   { "ip_address": "192.241.165.154", "netmask": "255.255.255.0", "gateway": "192.241.165.1", "type": "public" }],
            "v6": [{ "ip_address": "2604:a880::18a:a001", "netmask": 64, "gateway": "2604:a880::1", "type": "public" }] },
        "region": { "name": "New York 3", "slug": "nyc3", "features": ["metadata"], "available": true, "sizes": ["s-1vcpu-1gb"] },
        "tags": ["web"], "vpc_uuid": "760e09ef-dc84-11e8-981e-3cfdfeaae000", "a_new_field": { "is": "ignored" }
    } })))
    .await;
    let droplet = client.droplets().get(3_164_444).await.unwrap();
    assert_eq!(server.received_requests().await.unwrap()[0].url.path(), "/v2/droplets/3164444");
    assert_eq!(droplet.status, DropletStatus::Active);
    assert_eq!(droplet.created_at, Utc.with_ymd_and_hms(2020, 7, 21, 18, 37, 44).unwrap());
    let size = droplet.size.as_ref().unwrap();
    assert_eq!(size.price_monthly.unwrap().to_string(), "6");
    assert_eq!(size.price_hourly.unwrap().to_string(), "0.00893");
    let image = droplet.image.as_ref().unwrap();
    assert_eq!((&image.image_type, image.size_gigabytes.unwrap().to_string()), (&Some(ImageType::Base), "2.36".into()));
    assert_eq!(droplet.networks.v4[1].network_type, NetworkType::Public);
    assert_eq!(droplet.networks.v6[0].netmask, Some(64));
    // A decoded value can be serialized and decoded again.
    let again: digitalocean::Droplet = serde_json::from_value(serde_json::to_value(&droplet).unwrap()).unwrap();
    assert_eq!(again, droplet);
}

#[tokio::test]
async fn a_droplet_with_missing_fields_and_unknown_values_is_decoded() {
    let (_server, client) = serve(ok(json!({ "droplet": {
        "id": 1, "name": "n", "memory": 512, "vcpus": 1, "disk": 20, "status": "hibernating", "created_at": "2020-07-21T18:37:44+02:00",
        "size_slug": "gpu-h100x1-80gb", "region": { "slug": "mars1" }, "features": null, "backup_ids": null, "next_backup_window": null,
        "snapshot_ids": null, "image": null, "volume_ids": null, "networks": { "v4": null }, "tags": null, "vpc_uuid": null,
        "gpu_info": { "count": 1, "model": "nvidia_h100", "vram": { "amount": 80, "unit": "gib" } }
    } })))
    .await;
    let droplet = client.droplets().get(1).await.unwrap();
    assert_eq!(droplet.status, DropletStatus::Other("hibernating".into()));
    assert_eq!(droplet.status.to_string(), "hibernating");
    assert!(
        droplet.tags.is_empty() && droplet.networks.v4.is_empty() && droplet.image.is_none() && droplet.size.is_none()
    );
    assert_eq!(droplet.gpu_info.unwrap().model.as_deref(), Some("nvidia_h100"));
}

#[tokio::test]
async fn the_account_is_decoded() {
    let (_server, client) = serve(ok(json!({ "account": {
        "droplet_limit": 25, "floating_ip_limit": 5, "email": "sammy@digitalocean.com", "name": "Sammy the Shark",
        "uuid": "b6fr89dbf6d9156cace5f3c78dc9851d957381ef", "email_verified": true, "status": "warning", "status_message": " ",
        "team": { "uuid": "5df3e3004a17e242b7c20ca6c9fc25b701a47ece", "name": "My Team" }
    } })))
    .await;
    let account = client.account().get().await.unwrap();
    assert_eq!((account.status, account.droplet_limit), (AccountStatus::Warning, Some(25)));
    assert_eq!(account.team.unwrap().name, "My Team");
}

#[tokio::test]
async fn a_project_is_created_with_one_post() {
    let project = json!({ "project": {
        "id": "4e1bfbc3-dc3e-41f2-a18f-1b4d7ba71679", "owner_uuid": "99525febec065ca37b2ffe4f852fd2b2581895e7", "owner_id": 258992,
        "name": "my-web-api", "description": "", "purpose": "Other: Inventory", "environment": "Production",
        "created_at": "2018-09-27T20:10:35Z", "updated_at": "2018-09-27T20:10:35Z", "is_default": false
    } });
    let (server, client) = serve(ResponseTemplate::new(201).set_body_json(project)).await;
    let mut new_project = NewProject::new("my-web-api", "Inventory");
    new_project.environment = Some(Environment::Production);
    let project = client.projects().create(&new_project).await.unwrap();
    assert_eq!((project.purpose.as_str(), project.purpose_text()), ("Other: Inventory", "Inventory"));
    assert_eq!(project.environment, Some(Environment::Production));
    let requests = server.received_requests().await.unwrap();
    assert_eq!((requests.len(), requests[0].method.as_str(), requests[0].url.path()), (1, "POST", "/v2/projects"));
    let sent: Value = requests[0].body_json().unwrap();
    assert_eq!(sent, json!({ "name": "my-web-api", "purpose": "Inventory", "environment": "Production" }));
}

/// DigitalOcean's own examples, if its OpenAPI document is available.
#[test]
fn the_official_examples_are_decoded() {
    let Some(spec) = official::document() else { return };
    let examples = &spec["components"]["examples"];
    let mut droplets: Vec<Value> = examples["droplets_all"]["value"]["droplets"].as_array().unwrap().clone();
    droplets.push(examples["droplet_single"]["value"]["droplet"].clone());
    for droplet in droplets {
        let read: digitalocean::Droplet = serde_json::from_value(droplet.clone()).unwrap();
        assert!(!matches!(read.status, DropletStatus::Other(_)), "{}", droplet["status"]);
        assert_eq!(json!(read.id), droplet["id"]);
    }
}
