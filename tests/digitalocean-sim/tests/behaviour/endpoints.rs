//! Droplets, domains, projects and their resources.

use digitalocean_sim::{AccountSeed, Droplet, Seed, Simulator, plain_endpoints};
use reqwest::Method;
use serde_json::json;

use crate::client::{TOKEN, blank, call, delete, get, post, with};

#[tokio::test]
async fn the_demo_account_is_complete() {
    let sim = Simulator::start(Seed::demo()).await.unwrap();
    let demo = sim.account("demo");
    assert_eq!((demo.count("droplets"), demo.count("domains"), demo.count("projects")), (5, 7, 3));
    for droplet in demo.list("droplets") {
        assert!(demo.project_of(&format!("do:droplet:{}", droplet["id"])).is_some());
    }
    for domain in demo.list("domains") {
        assert!(demo.project_of(&format!("do:domain:{}", domain["name"].as_str().unwrap())).is_some());
    }
    assert_eq!(demo.list("droplets").iter().filter(|droplet| droplet["status"] == "off").count(), 1);
    let token = demo.token("sync");
    let plain = call(&sim, &token, Method::GET, "/v2/droplets", None).await.names("droplets");
    let gpus = call(&sim, &token, Method::GET, "/v2/droplets?type=gpus", None).await.names("droplets");
    assert_eq!((plain.len(), gpus.as_slice()), (4, &["recommender-gpu.alpine-outfitters.example".to_owned()][..]));
    assert!(demo.project_named("skyai-internal").is_none());
    let shop = demo.project_named("Alpine Outfitters").unwrap();
    assert_eq!(demo.get("projects", &shop).unwrap()["purpose"], "Other: Web shop");
}

#[tokio::test]
async fn droplets_filter_by_name_and_tag() {
    let account = AccountSeed::new(TOKEN)
        .object("droplets", Droplet::named("Web-1").tag("prod"))
        .object("droplets", Droplet::named("web-10"))
        .object("droplets", Droplet::named("ml").size("gpu-h100x1-80gb").tag("prod"));
    let sim = with(account).await;
    assert_eq!(get(&sim, "/v2/droplets?name=web-1").await.names("droplets"), ["Web-1"]);
    assert_eq!(get(&sim, "/v2/droplets?tag_name=prod").await.names("droplets"), ["Web-1", "ml"]);
    assert_eq!(get(&sim, "/v2/droplets?type=gpus&name=ML").await.names("droplets"), ["ml"]);
}

#[tokio::test]
async fn a_droplet_is_gone_after_its_deletion() {
    let sim = blank().await;
    let account = sim.account("test");
    let id = account.add_droplet(Droplet::named("web"));
    let urn = format!("do:droplet:{id}");
    assert_eq!(account.project_of(&urn), account.default_project());
    let gone = delete(&sim, &format!("/v2/droplets/{id}")).await;
    assert_eq!((gone.status.as_u16(), gone.text.as_str()), (204, ""));
    let missing = get(&sim, &format!("/v2/droplets/{id}")).await;
    assert_eq!(missing.status, 404);
    assert_eq!(
        missing.json(),
        json!({ "id": "not_found", "message": "The resource you were accessing could not be found." })
    );
    assert!(missing.header("x-request-id").is_some());
    assert_eq!(account.project_of(&urn), None);
    assert_eq!(delete(&sim, &format!("/v2/droplets/{id}")).await.status, 404);
}

#[tokio::test]
async fn domains_are_created_once_and_deleted() {
    let sim = blank().await;
    let made = post(&sim, "/v2/domains", json!({ "name": "Example.com", "ip_address": "192.0.2.1" })).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.json(), json!({ "domain": { "name": "example.com", "ttl": 1800, "zone_file": null } }));
    let zone = get(&sim, "/v2/domains/example.com").await.json();
    assert!(zone["domain"]["zone_file"].as_str().unwrap().ends_with("example.com. 1800 IN A 192.0.2.1\n"));
    let again = post(&sim, "/v2/domains", json!({ "name": "example.com" })).await;
    assert_eq!(
        (again.status.as_u16(), again.json()["message"].clone()),
        (422, json!("domain 'example.com': name already exists"))
    );
    assert_eq!(post(&sim, "/v2/domains", json!({ "name": "no dot" })).await.status, 422);
    assert_eq!(post(&sim, "/v2/domains", json!(7)).await.status, 400);
    assert_eq!(delete(&sim, "/v2/domains/example.com").await.status, 204);
    assert_eq!(get(&sim, "/v2/domains/example.com").await.status, 404);
}

#[tokio::test]
async fn projects_have_unique_names_and_a_stored_purpose() {
    let sim = blank().await;
    let made = post(&sim, "/v2/projects", json!({ "name": "shop", "purpose": "Tenant" })).await;
    assert_eq!(made.status, 201);
    let project = made.json()["project"].clone();
    assert_eq!((&project["purpose"], &project["is_default"]), (&json!("Other: Tenant"), &json!(false)));
    let taken = post(&sim, "/v2/projects", json!({ "name": "shop", "purpose": "IoT" })).await;
    assert_eq!((taken.status.as_u16(), taken.json()["id"].clone()), (409, json!("conflict")));
    let long = "x".repeat(176);
    assert_eq!(post(&sim, "/v2/projects", json!({ "name": long, "purpose": "IoT" })).await.status, 422);

    let path = format!("/v2/projects/{}", project["id"].as_str().unwrap());
    let patch = call(&sim, TOKEN, Method::PATCH, &path, Some(json!({ "name": "shop 2", "is_default": true }))).await;
    assert_eq!(patch.json()["project"]["name"], "shop 2");
    let default = get(&sim, "/v2/projects/default").await.json();
    assert_eq!(default["project"]["id"], project["id"]);
    let own_name = json!({ "name": "shop 2", "description": "d", "purpose": "IoT", "environment": "Staging", "is_default": false });
    let put = call(&sim, TOKEN, Method::PUT, "/v2/projects/default", Some(own_name)).await;
    assert_eq!((put.status.as_u16(), put.json()["project"]["is_default"].clone()), (200, json!(true)));
    assert_eq!(delete(&sim, &path).await.status, 412, "the default project cannot be deleted");
}

#[tokio::test]
async fn assigning_moves_a_resource_and_an_empty_project_can_be_deleted() {
    let sim = blank().await;
    let account = sim.account("test");
    let id = account.add_droplet(Droplet::named("web"));
    let urn = format!("do:droplet:{id}");
    let project = post(&sim, "/v2/projects", json!({ "name": "shop", "purpose": "IoT" })).await.json()["project"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/v2/projects/{project}/resources");
    let statuses = |json: serde_json::Value| -> Vec<String> {
        json["resources"].as_array().unwrap().iter().map(|item| item["status"].as_str().unwrap().to_owned()).collect()
    };
    let body = json!({ "resources": [urn, "do:droplet:1"] });
    assert_eq!(statuses(post(&sim, &path, body.clone()).await.json()), ["assigned", "not_found"]);
    assert_eq!(statuses(post(&sim, &path, body).await.json()), ["already_assigned", "not_found"]);
    assert_eq!(statuses(get(&sim, &path).await.json()), ["ok"]);
    assert_eq!(get(&sim, "/v2/projects/default/resources").await.json()["meta"]["total"], 0);
    let self_link = get(&sim, &path).await.json()["resources"][0]["links"]["self"].clone();
    assert_eq!(self_link, json!(format!("{}/v2/droplets/{id}", sim.base_url())));

    let held = delete(&sim, &format!("/v2/projects/{project}")).await;
    assert_eq!((held.status.as_u16(), held.json()["id"].clone()), (412, json!("precondition_failed")));
    account.assign(&account.default_project().unwrap(), &urn);
    assert_eq!(delete(&sim, &format!("/v2/projects/{project}")).await.status, 204);
}

#[tokio::test]
async fn a_project_can_have_resources_of_kinds_that_are_not_served() {
    let sim = blank().await;
    let account = sim.account("test");
    account.assign(&account.default_project().unwrap(), "do:space:assets");
    let held = get(&sim, "/v2/projects/default/resources").await.json()["resources"][0].clone();
    assert_eq!(held["links"]["self"], "https://assets.ams3.digitaloceanspaces.com");
    account.unassign("do:space:assets");
    assert_eq!(get(&sim, "/v2/projects/default/resources").await.json()["resources"], json!([]));
}

#[tokio::test]
async fn wrong_tokens_and_unknown_paths_are_refused() {
    let sim = blank().await;
    let wrong = call(&sim, "dop_v1_wrong", Method::GET, "/v2/droplets", None).await;
    assert_eq!(wrong.status, 401);
    assert_eq!(wrong.json(), json!({ "id": "unauthorized", "message": "Unable to authenticate you." }));
    assert_eq!(get(&sim, "/v2/nothing").await.status, 404);
    assert_eq!(get(&sim, "/").await.status, 404);
    assert_eq!(call(&sim, TOKEN, Method::PATCH, "/v2/account", None).await.status, 404);
}

#[test]
fn an_error_in_a_seed_names_the_field() {
    let error = |text| Seed::from_json(text).unwrap_err().to_string();
    assert!(error(r#"{"accounts": {"a": {"dropplets": []}}}"#).contains("dropplets"));
    assert!(error(r#"{"account": {}}"#).contains("unknown field `account`"));
    let wrong = error(r#"{"accounts": {"a": {"droplets": [{"name": "web", "sizes": "x"}]}}}"#);
    assert!(wrong.contains("droplets[0]") && wrong.contains("unknown field `sizes`"), "{wrong}");
    assert!(
        error(r#"{"accounts": {"a": {"droplets": [{"name": "web", "size": "huge"}]}}}"#)
            .contains("unknown size `huge`")
    );
    assert!(error("{").contains("not JSON"));
}

#[test]
fn every_plain_endpoint_says_what_it_is_about() {
    for row in plain_endpoints() {
        assert!(!row.about.is_empty(), "{}", row.collection);
    }
}
