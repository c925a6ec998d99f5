//! Answers to a token without the scope, in both modes.

use digitalocean_sim::{AccountSeed, Droplet, Simulator, Token};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Reply, TOKEN, call, with};

async fn sim() -> Simulator {
    let narrow = || Token::new("").scopes(["project:read", "domain:read", "project:assign_resource"]);
    let value = |token: Token, value: &str| Token { value: value.to_owned(), ..token };
    let account = AccountSeed::new(TOKEN)
        .token("strict", value(narrow(), "strict"))
        .token("soft", value(narrow().filtered(), "soft"))
        .token("soft403", value(narrow().filtered().hidden_status(403), "soft403"))
        .token("droplets", value(Token::new("").scopes(["droplet:read", "account:read"]), "droplets"))
        .token("nothing", value(Token::new("").scopes::<String>([]).filtered(), "nothing"))
        .object("droplets", Droplet::named("web").id(7).tag("prod"))
        .object("domains", json!({ "name": "example.com" }));
    with(account).await
}

async fn as_token(sim: &Simulator, token: &str, path: &str) -> Reply {
    call(sim, token, Method::GET, path, None).await
}

fn urns(reply: &Reply) -> Vec<String> {
    let json = reply.json();
    json["resources"].as_array().unwrap().iter().map(|item| item["urn"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn forbidden_mode_answers_403() {
    let sim = sim().await;
    let reply = as_token(&sim, "strict", "/v2/droplets").await;
    assert_eq!(reply.status, 403);
    let message = "You do not have access for the attempted action.";
    assert_eq!(reply.json(), json!({ "id": "forbidden", "message": message }));
    assert_eq!(as_token(&sim, "strict", "/v2/domains").await.status, 200);
}

#[tokio::test]
async fn filtered_mode_shows_an_empty_list_and_hides_the_object() {
    let sim = sim().await;
    let list = as_token(&sim, "soft", "/v2/droplets").await;
    assert_eq!(list.status, 200);
    assert_eq!(list.json(), json!({ "droplets": [], "links": {}, "meta": { "total": 0 } }));
    assert_eq!(as_token(&sim, "soft", "/v2/droplets/7").await.status, 404);
    assert_eq!(as_token(&sim, "soft403", "/v2/droplets/7").await.status, 403);
    let delete = call(&sim, "soft", Method::DELETE, "/v2/droplets/7", None).await;
    assert_eq!(delete.status, 403);
    assert_eq!(as_token(&sim, "nothing", "/v2/projects").await.json()["meta"]["total"], 0);
    assert_eq!(as_token(&sim, "nothing", "/v2/account").await.status, 403);
}

#[tokio::test]
async fn project_resources_omit_what_the_token_cannot_read() {
    let sim = sim().await;
    for token in ["strict", "soft"] {
        let reply = as_token(&sim, token, "/v2/projects/default/resources").await;
        assert_eq!(urns(&reply), ["do:domain:example.com"], "{token}");
        assert_eq!(reply.json()["meta"]["total"], 1);
    }
    assert_eq!(urns(&as_token(&sim, TOKEN, "/v2/projects/default/resources").await).len(), 2);
}

#[tokio::test]
async fn assigning_needs_the_read_scope_of_the_resource_too() {
    let sim = sim().await;
    let assign = |urn: &str| Some(json!({ "resources": [urn] }));
    let path = "/v2/projects/default/resources";
    assert_eq!(call(&sim, "strict", Method::POST, path, assign("do:droplet:7")).await.status, 403);
    let allowed = call(&sim, "strict", Method::POST, path, assign("do:domain:example.com")).await;
    assert_eq!(urns(&allowed), ["do:domain:example.com"]);
    assert_eq!(call(&sim, "droplets", Method::POST, path, assign("do:droplet:7")).await.status, 403);
}

#[tokio::test]
async fn fields_with_their_own_scope_are_blank_without_it() {
    let sim = sim().await;
    let seen = as_token(&sim, "droplets", "/v2/droplets/7").await.json()["droplet"].clone();
    assert_eq!((&seen["tags"], &seen["image"], &seen["vpc_uuid"]), (&json!([]), &json!({}), &Value::Null));
    let complete = as_token(&sim, TOKEN, "/v2/droplets/7").await.json()["droplet"].clone();
    assert_eq!(complete["tags"], json!(["prod"]));
    assert_eq!(complete["image"]["distribution"], "Ubuntu");
    let account = as_token(&sim, "droplets", "/v2/account").await.json()["account"].clone();
    assert_eq!((&account["droplet_limit"], &account["floating_ip_limit"]), (&json!(100), &json!(0)));
}
