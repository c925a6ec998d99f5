//! CDN endpoints, certificates, SSH keys, access keys of Spaces, uptime checks, alert policies,
//! tags.

use digitalocean_sim::{AccountSeed, Droplet, Token};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{TOKEN, call, get, post, with};

#[tokio::test]
async fn an_ssh_key_is_found_by_its_fingerprint_too() {
    let sim =
        with(AccountSeed::new(TOKEN).object("ssh_keys", json!({ "id": 5, "name": "ops", "fingerprint": "3b:16" })))
            .await;
    for identifier in ["5", "3b:16"] {
        let shown = get(&sim, &format!("/v2/account/keys/{identifier}")).await.json();
        assert_eq!(shown["ssh_key"]["id"], 5);
    }
    assert_eq!(get(&sim, "/v2/account/keys/3b:17").await.status, 404);
}

#[tokio::test]
async fn a_custom_domain_of_a_cdn_endpoint_is_set_and_removed() {
    let sim =
        with(AccountSeed::new(TOKEN).object("endpoints", json!({ "origin": "a.ams3.digitaloceanspaces.com" }))).await;
    let account = sim.account("test");
    let id = account.list("endpoints")[0]["id"].as_str().unwrap().to_owned();
    for domain in [json!("static.shop.example"), Value::Null] {
        account.change("endpoints", &id, json!({ "custom_domain": domain }));
        let shown = get(&sim, &format!("/v2/cdn/endpoints/{id}")).await.json()["endpoint"].clone();
        assert_eq!((&shown["custom_domain"], shown.get("custom_domain").is_some()), (&domain, !domain.is_null()));
    }
}

#[tokio::test]
async fn a_tag_counts_the_tagged_objects_that_the_token_may_read() {
    let account = AccountSeed::new(TOKEN)
        .token("tags", Token::new("tags").scopes(["tag:read"]))
        .object("tags", json!({ "name": "prod" }))
        .object("tags", json!({ "name": "unused" }))
        .object("droplets", Droplet::named("a").id(1).tag("prod"))
        .object("droplets", Droplet::named("b").id(2).tag("prod").tag("PROD"));
    let sim = with(account).await;
    let last = format!("{}/v2/droplets/2", sim.base_url());
    let list = get(&sim, "/v2/tags").await.json();
    let prod = &list["tags"][0]["resources"];
    assert_eq!((&prod["count"], &prod["last_tagged_uri"]), (&json!(2), &json!(last)));
    assert_eq!(prod["droplets"], json!({ "count": 2, "last_tagged_uri": last }));
    assert_eq!(list["tags"][1]["resources"]["droplets"], json!({ "count": 0 }));
    let unseen = call(&sim, "tags", Method::GET, "/v2/tags/prod", None).await.json();
    assert_eq!(unseen["tag"]["resources"]["count"], 0);
    assert_eq!(get(&sim, "/v2/tags/PROD").await.status, 404);
}

/// A bucket's region is known only from its link, so the link stays with the resource when it
/// moves.
#[tokio::test]
async fn a_bucket_in_a_project_has_its_own_link_and_scope() {
    let link = "https://assets.fra1.digitaloceanspaces.com";
    let account = AccountSeed::default()
        .token("all", Token::new(TOKEN))
        .token("narrow", Token::new("narrow").scopes(["project:read", "spaces_key:read"]))
        .token("spaces", Token::new("spaces").scopes(["project:read", "spaces:read"]))
        .object(
            "projects",
            json!({ "name": "first", "is_default": true, "resources": [
            { "urn": "do:space:assets", "self": link }, "do:space:logs", "do:microdroplet:6e0b4f52"
        ] }),
        )
        .object("projects", json!({ "name": "second" }));
    let sim = with(account).await;
    let held = async |token: &str| -> Vec<(String, String)> {
        let json = call(&sim, token, Method::GET, "/v2/projects/default/resources", None).await.json();
        let urn_and_link = |item: &Value| (item["urn"].clone(), item["links"]["self"].clone());
        let text = |value: Value| value.as_str().unwrap().to_owned();
        json["resources"]
            .as_array()
            .unwrap()
            .iter()
            .map(urn_and_link)
            .map(|(urn, link)| (text(urn), text(link)))
            .collect()
    };
    let all = held(TOKEN).await;
    assert_eq!(all[0], ("do:space:assets".to_owned(), link.to_owned()));
    assert_eq!(all[1].1, "https://logs.ams3.digitaloceanspaces.com");
    assert_eq!(all[2].0, "do:microdroplet:6e0b4f52");
    assert_eq!(held("spaces").await, all);
    assert_eq!(held("narrow").await, all[2..]);
    let account = sim.account("test");
    account.assign(&account.project_named("second").unwrap(), "do:space:assets");
    account.assign(&account.default_project().unwrap(), "do:space:assets");
    assert_eq!(held(TOKEN).await[2], all[0]);
    let member = json!({ "urn": "do:space:logs", "self": "https://logs.nyc3.digitaloceanspaces.com" });
    let body = json!({ "project": account.default_project().unwrap(), "resources": [member] });
    assert_eq!(post(&sim, "/_sim/accounts/test/assignments", body).await.status, 200);
    assert_eq!(held(TOKEN).await[0].1, "https://logs.nyc3.digitaloceanspaces.com");
}
