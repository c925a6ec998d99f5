//! Volumes, snapshots, images, and the backups of droplets.

use digitalocean_sim::{AccountSeed, Droplet, Seed, Simulator, Token};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{TOKEN, call, delete, get, post, with};

const VOLUME: &str = "6f1d2c8e-088a-4d3e-9a57-30b5c4d7e611";

fn seed() -> AccountSeed {
    AccountSeed::new(TOKEN)
        .object("droplets", Droplet::named("web").id(7).region("fra1").backups_made(2))
        .object("droplets", Droplet::named("db").id(8))
        .object("droplet_backups", json!({ "droplet_id": 8, "id": 81, "name": "db- 2026-10-20" }))
        .object("volumes", json!({ "id": VOLUME, "name": "data", "droplet_id": 7 }))
        .object("snapshots", snapshot("71", "droplet", "7"))
        .object("snapshots", snapshot("61", "droplet", "6"))
        .object("snapshots", snapshot("e9f40d27-2c85-4ab1-9d60-5b7c8e13fa92", "volume", VOLUME))
        .object("images", json!({ "id": 91, "name": "base" }))
}

fn snapshot(id: &str, resource_type: &str, resource_id: &str) -> Value {
    json!({ "id": id, "name": format!("snap-{id}"), "resource_type": resource_type, "resource_id": resource_id })
}

/// The ids of backups, snapshots and volumes that a droplet shows.
async fn shown(sim: &Simulator, id: u64) -> [Value; 3] {
    let droplet = get(sim, &format!("/v2/droplets/{id}")).await.json()["droplet"].clone();
    ["backup_ids", "snapshot_ids", "volume_ids"].map(|field| droplet[field].clone())
}

/// The ids of a list's objects.
async fn ids(sim: &Simulator, path: &str, key: &str) -> Vec<String> {
    let list = get(sim, path).await.json();
    let text = |id: &Value| id.as_str().map_or_else(|| id.to_string(), ToOwned::to_owned);
    list[key].as_array().unwrap_or_else(|| panic!("{list}")).iter().map(|item| text(&item["id"])).collect()
}

#[tokio::test]
async fn a_droplet_shows_its_backups_snapshots_and_volumes() {
    let sim = with(seed()).await;
    let account = sim.account("test");
    let [backups, snapshots, volumes] = shown(&sim, 7).await;
    assert_eq!((backups.as_array().unwrap().len(), snapshots, volumes), (2, json!([71]), json!([VOLUME])));
    assert_eq!(shown(&sim, 8).await, [json!([81]), json!([]), json!([])]);

    account.add("snapshots", snapshot("82", "droplet", "8"));
    account.add("droplet_backups", json!({ "droplet_id": 8, "id": 83, "name": "db- 2026-10-27" }));
    account.change("volumes", VOLUME, json!({ "droplet_ids": [8] }));
    assert_eq!(shown(&sim, 8).await, [json!([81, 83]), json!([82]), json!([VOLUME])]);
    assert_eq!(shown(&sim, 7).await[2], json!([]));

    account.remove("droplet_backups", "81");
    account.remove("snapshots", "82");
    account.remove("volumes", VOLUME);
    assert_eq!(shown(&sim, 8).await, [json!([83]), json!([]), json!([])]);
}

#[tokio::test]
async fn deleting_a_droplet_deletes_its_backups_and_keeps_snapshots_and_volumes() {
    let sim = with(seed()).await;
    let account = sim.account("test");
    assert_eq!(account.count("droplet_backups"), 3);
    assert_eq!(delete(&sim, "/v2/droplets/7").await.status, 204);
    assert_eq!(account.count("droplet_backups"), 1);
    assert_eq!((account.count("snapshots"), account.count("volumes")), (3, 1));
    assert_eq!(get(&sim, "/v2/droplets/7/backups").await.status, 404);
    let volume = get(&sim, &format!("/v2/volumes/{VOLUME}")).await.json();
    assert_eq!(volume["volume"]["droplet_ids"], json!([]));
    // A new droplet with the same id shows the old snapshots again.
    account.add_droplet(Droplet::named("web").id(7));
    assert_eq!(shown(&sim, 7).await, [json!([]), json!([71]), json!([])]);
}

#[tokio::test]
async fn a_deleted_snapshot_or_image_is_in_no_project() {
    let sim = with(seed()).await;
    let account = sim.account("test");
    let project = account.default_project().unwrap();
    for (list, id, urn) in [
        ("snapshots", "71", "do:image:71"),
        ("snapshots", "61", "do:volumesnapshot:61"),
        ("images", "91", "do:image:91"),
    ] {
        account.assign(&project, urn);
        account.remove(list, id);
        assert_eq!(account.project_of(urn), None, "{urn}");
    }
}

#[tokio::test]
async fn backups_are_listed_only_by_their_droplet() {
    let sim = with(seed()).await;
    let list = get(&sim, "/v2/droplets/8/backups").await.json();
    let created_at = list["backups"][0]["created_at"].clone();
    assert_eq!(
        list,
        json!({ "backups": [{
            "id": 81, "name": "db- 2026-10-20", "distribution": "Ubuntu", "slug": null, "public": false,
            "regions": ["ams3"],
            "created_at": created_at, "min_disk_size": 25, "size_gigabytes": 2.36, "type": "backup"
        }], "links": {}, "meta": { "total": 1 } })
    );
    let made = get(&sim, "/v2/droplets/7/backups?per_page=1&page=2").await.json();
    assert_eq!((&made["meta"]["total"], &made["backups"][0]["regions"]), (&json!(2), &json!(["fra1"])));
    assert_eq!(ids(&sim, "/v2/snapshots", "snapshots").await.len(), 3);
}

#[tokio::test]
async fn lists_support_the_filters_of_the_api() {
    let sim = with(seed()).await;
    for (path, key, expected) in [
        ("/v2/snapshots?resource_type=droplet", "snapshots", vec!["71", "61"]),
        ("/v2/snapshots?resource_type=volume", "snapshots", vec!["e9f40d27-2c85-4ab1-9d60-5b7c8e13fa92"]),
        ("/v2/volumes?name=data&region=ams3", "volumes", vec![VOLUME]),
        ("/v2/volumes?region=fra1", "volumes", vec![]),
        ("/v2/images?type=application", "images", vec![]),
        ("/v2/images?tag_name=prod", "images", vec![]),
    ] {
        assert_eq!(ids(&sim, path, key).await, expected, "{path}");
    }
    let private = get(&sim, "/v2/images?private=true").await.json();
    let types = |image: &Value| image["type"].as_str().unwrap().to_owned();
    let types: Vec<String> = private["images"].as_array().unwrap().iter().map(types).collect();
    assert_eq!(types, ["custom", "snapshot", "snapshot", "backup", "backup", "backup"]);
    assert!(ids(&sim, "/v2/images", "images").await.len() > types.len());
}

/// Every image has all fields, whichever list it comes from (OpenAPI `schemas/image`).
#[tokio::test]
async fn every_image_has_all_fields_and_only_a_snapshot_is_a_snapshot() {
    let sim = with(seed()).await;
    let all_fields: Vec<String> =
        get(&sim, "/v2/images/debian-12-x64").await.json()["image"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(all_fields.len(), 14);
    for (id, image_type, status) in
        [("91", "custom", 400), ("71", "snapshot", 200), ("81", "backup", 400), ("150010134", "base", 400)]
    {
        let image = get(&sim, &format!("/v2/images/{id}")).await.json()["image"].clone();
        assert_eq!(image.as_object().unwrap().keys().cloned().collect::<Vec<_>>(), all_fields, "{id}");
        assert_eq!((&image["type"], image["id"].to_string().as_str()), (&json!(image_type), id));
        let snapshot = get(&sim, &format!("/v2/snapshots/{id}")).await;
        assert_eq!(snapshot.status, status, "{id}");
        if status == 400 {
            assert_eq!(snapshot.json(), json!({ "id": "bad_request", "message": "the resource is not a snapshot" }));
        }
    }
    assert_eq!(get(&sim, "/v2/images/e9f40d27-2c85-4ab1-9d60-5b7c8e13fa92").await.status, 404);
}

#[tokio::test]
async fn a_narrow_token_reads_fewer_fields_and_lists() {
    let account = seed()
        .token("droplets", Token::new("droplets").scopes(["droplet:read"]).filtered())
        .token("snapshots", Token::new("snapshots").scopes(["snapshot:read"]));
    let sim = with(account).await;
    let droplet = call(&sim, "droplets", Method::GET, "/v2/droplets/7", None).await.json()["droplet"].clone();
    for field in ["backup_ids", "snapshot_ids", "volume_ids"] {
        assert_eq!(droplet[field], json!([]), "{field}");
    }
    let backups = call(&sim, "droplets", Method::GET, "/v2/droplets/7/backups", None).await.json();
    assert_eq!(backups["meta"]["total"], 2);
    assert_eq!(call(&sim, "droplets", Method::GET, "/v2/volumes", None).await.json()["volumes"], json!([]));
    assert_eq!(call(&sim, "snapshots", Method::GET, "/v2/snapshots", None).await.status, 200);
    assert_eq!(call(&sim, "snapshots", Method::GET, "/v2/snapshots/71", None).await.status, 403);
}

#[tokio::test]
async fn many_droplets_with_backups_are_generated_at_once() {
    let sim = with(AccountSeed::new(TOKEN)).await;
    let body = json!({ "count": 300, "backups": 4 });
    assert_eq!(post(&sim, "/_sim/accounts/test/droplets/generate", body).await.status, 200);
    let account = sim.account("test");
    assert_eq!((account.count("droplets"), account.count("droplet_backups")), (300, 1200));
    let droplet = account.list("droplets")[299].clone();
    let path = format!("/v2/droplets/{}/backups", droplet["id"]);
    let listed: Vec<String> = droplet["backup_ids"].as_array().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(ids(&sim, &path, "backups").await, listed);
    assert!(!droplet["next_backup_window"].is_null());
}

/// The demo account's storage objects refer only to each other and to existing objects, apart from
/// three snapshots whose droplet or volume was deleted.
#[tokio::test]
async fn the_demo_accounts_storage_is_consistent() {
    let sim = Simulator::start(Seed::demo()).await.unwrap();
    let demo = sim.account("demo");
    let counts = ["volumes", "snapshots", "images", "droplet_backups"].map(|list| demo.count(list));
    assert_eq!(counts, [1, 12, 1, 4]);
    let droplets = demo.list("droplets");
    let shown = |field: &str| droplets.iter().map(|droplet| droplet[field].as_array().unwrap().len()).sum::<usize>();
    assert_eq!((shown("backup_ids"), shown("volume_ids")), (4, 1));
    let gone = demo.list("snapshots").into_iter().filter(|snapshot| {
        let of = if snapshot["resource_type"] == "droplet" { "droplets" } else { "volumes" };
        demo.get(of, snapshot["resource_id"].as_str().unwrap()).is_none()
    });
    assert_eq!((gone.count(), shown("snapshot_ids")), (3, 7));
    for urn in demo.list("projects").iter().flat_map(|project| demo.resources_of(project["id"].as_str().unwrap())) {
        let (kind, id) = urn["do:".len()..].split_once(':').unwrap();
        if ["volume", "volumesnapshot", "image"].contains(&kind) {
            let list = if kind == "volume" { "volumes" } else { "snapshots" };
            assert!(demo.get(list, id).is_some(), "{urn}");
        }
    }
}

#[test]
fn a_reference_to_a_missing_object_is_refused_by_name() {
    let error = |lists: Value| Seed::from_value(json!({ "accounts": { "a": lists } })).unwrap_err().to_string();
    for (lists, expected) in [
        (json!({ "droplet_backups": [{ "droplet_id": 7, "name": "b" }] }), "there is no droplet `7`"),
        (json!({ "volumes": [{ "name": "v", "droplet_id": 7 }] }), "there is no droplet `7`"),
        (json!({ "volumes": [{ "name": "v", "region": "mars1" }] }), "unknown region `mars1`"),
        (
            json!({ "snapshots": [{ "id": "x", "name": "s", "resource_type": "droplet", "resource_id": "7" }] }),
            "`x` is not a number",
        ),
        (json!({ "droplets": [{ "name": "d", "backup_ids": [1] }] }), "unknown field `backup_ids`"),
    ] {
        let message = error(lists);
        assert!(message.contains(expected), "{message}");
    }
}
