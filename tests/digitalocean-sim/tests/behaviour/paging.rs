//! Pages of lists and their links.

use digitalocean_sim::{AccountSeed, Simulator};
use serde_json::json;

use crate::client::{TOKEN, get, with};

async fn droplets(count: usize) -> Simulator {
    with(AccountSeed::new(TOKEN).generated_droplets(count)).await
}

#[tokio::test]
async fn a_page_has_twenty_objects_and_links_with_only_the_sent_parameters() {
    let sim = droplets(45).await;
    let base = sim.base_url();
    let first = get(&sim, "/v2/droplets").await.json();
    assert_eq!(first["droplets"].as_array().unwrap().len(), 20);
    assert_eq!(first["meta"], json!({ "total": 45 }));
    let link = |page: usize| format!("{base}/v2/droplets?page={page}");
    assert_eq!(first["links"], json!({ "pages": { "next": link(2), "last": link(3) } }));
    let middle = get(&sim, "/v2/droplets?page=2").await.json();
    assert_eq!(
        middle["links"],
        json!({ "pages": { "first": link(1), "prev": link(1), "next": link(3), "last": link(3) } })
    );
    let last = get(&sim, "/v2/droplets?page=3").await.json();
    assert_eq!(last["droplets"].as_array().unwrap().len(), 5);
    assert_eq!(last["links"], json!({ "pages": { "first": link(1), "prev": link(2) } }));
}

#[tokio::test]
async fn links_keep_the_filter_and_the_page_size() {
    let sim = droplets(5).await;
    let page = get(&sim, "/v2/droplets?type=droplets&per_page=2").await.json();
    assert_eq!(
        page["links"]["pages"]["next"],
        json!(format!("{}/v2/droplets?type=droplets&per_page=2&page=2", sim.base_url()))
    );
}

#[tokio::test]
async fn a_single_page_has_no_links() {
    let sim = droplets(20).await;
    assert_eq!(get(&sim, "/v2/droplets").await.json()["links"], json!({}));
    assert_eq!(get(&sim, "/v2/domains").await.json(), json!({ "domains": [], "links": {}, "meta": { "total": 0 } }));
}

#[tokio::test]
async fn projects_and_their_resources_always_have_first_and_last() {
    let sim = droplets(3).await;
    let project = sim.account("test").default_project().unwrap();
    let path = format!("/v2/projects/{project}/resources");
    let link = format!("{}{path}?page=1", sim.base_url());
    let page = get(&sim, &path).await.json();
    assert_eq!(page["links"], json!({ "pages": { "first": link, "last": link } }));
    assert_eq!(page["meta"]["total"], 3);
    assert!(get(&sim, "/v2/projects").await.json()["links"]["pages"]["next"].is_null());
}

#[tokio::test]
async fn a_page_size_is_limited_to_two_hundred() {
    let sim = droplets(250).await;
    for (query, size) in
        [("per_page=200", 200), ("per_page=201", 200), ("per_page=0", 20), ("per_page=x", 20), ("per_page=1", 1)]
    {
        let page = get(&sim, &format!("/v2/droplets?{query}")).await.json();
        assert_eq!(page["droplets"].as_array().unwrap().len(), size, "{query}");
    }
    let zero = get(&sim, "/v2/droplets?page=0&per_page=200").await.json();
    assert_eq!(zero["droplets"].as_array().unwrap().len(), 200);
    let beyond = get(&sim, "/v2/droplets?page=9&per_page=200").await.json();
    assert_eq!(beyond["droplets"], json!([]));
    assert!(beyond["links"]["pages"]["next"].is_null());
}

#[tokio::test]
async fn two_thousand_droplets_are_listed_once_each() {
    let sim = droplets(2000).await;
    let mut seen = std::collections::BTreeSet::new();
    let mut page = 1;
    loop {
        let body = get(&sim, &format!("/v2/droplets?per_page=200&page={page}")).await.json();
        seen.extend(body["droplets"].as_array().unwrap().iter().map(|droplet| droplet["id"].as_u64().unwrap()));
        if body["links"]["pages"]["next"].is_null() {
            break;
        }
        page += 1;
    }
    assert_eq!((page, seen.len()), (10, 2000));
}
