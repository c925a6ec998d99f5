//! All fault effects and fault rules.

use std::time::{Duration, Instant};

use digitalocean_sim::{
    AccountSeed, Clock, CutPoint, Droplet, Effect, Fault, LimitKind, ListChange, RequestFilter, Seed, Simulator,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{TOKEN, blank, delete, get, try_call, with};

async fn droplets(count: usize) -> Simulator {
    with(AccountSeed::new(TOKEN).generated_droplets(count)).await
}

fn fault(json: Value) -> Fault {
    serde_json::from_value(json).unwrap()
}

#[tokio::test]
async fn a_status_applies_a_number_of_times_and_is_logged() {
    let sim = blank().await;
    let id = sim.faults().add(Fault::on("/v2/droplets*", Effect::status(503)).method("GET").after(1).times(2));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(get(&sim, "/v2/droplets").await.status.as_u16());
    }
    assert_eq!(statuses, [200, 503, 503, 200]);
    assert_eq!(sim.faults().applied(&id), Some(2));
    let applied: Vec<_> = sim.requests().all().into_iter().map(|entry| entry.faults).collect();
    assert_eq!(applied, [vec![], vec![id.clone()], vec![id], vec![]]);
    assert_eq!(sim.requests().count(&RequestFilter::path("/v2/*").status(503).token("sync")), 2);
    assert!(!format!("{:?}", sim.requests().all()).contains(TOKEN));
}

#[tokio::test]
async fn a_status_has_the_given_body_and_headers() {
    let sim = blank().await;
    sim.faults().add(fault(json!({
        "path": "/v2/account",
        "effect": {
            "type": "status", "status": 502, "body": "<html>bad gateway</html>",
            "headers": { "content-type": "text/html", "ratelimit-limit": null }
        }
    })));
    let reply = get(&sim, "/v2/account").await;
    assert_eq!((reply.status.as_u16(), reply.text.as_str()), (502, "<html>bad gateway</html>"));
    assert_eq!((reply.header("content-type"), reply.header("ratelimit-limit")), (Some("text/html"), None));
    assert!(reply.header("ratelimit-remaining").is_some());
}

#[tokio::test]
async fn a_fault_matches_only_its_query_and_account() {
    let sim = droplets(45).await;
    sim.faults().add(Fault::on("/v2/droplets", Effect::status(500)).query("page", "2").account("test"));
    sim.faults().add(Fault::on("*", Effect::status(500)).account("other"));
    assert_eq!(get(&sim, "/v2/droplets").await.status, 200);
    assert_eq!(get(&sim, "/v2/droplets?page=2").await.status, 500);
    assert_eq!(get(&sim, "/v2/droplets?page=3").await.status, 200);
}

#[tokio::test]
async fn delays_and_latency_add_up() {
    let sim = blank().await;
    sim.set_latency(digitalocean_sim::Latency::default().on("/v2/acc*", Duration::from_millis(60)));
    sim.faults().add(Fault::on("/v2/account", Effect::Delay { delay_ms: 60 }).times(1));
    sim.faults().add(Fault::on("/v2/account", Effect::status(500)).times(1));
    let started = Instant::now();
    assert_eq!(get(&sim, "/v2/account").await.status, 500, "a delay is combined with another fault");
    assert!(started.elapsed() >= Duration::from_millis(120));
}

#[tokio::test]
async fn a_connection_is_closed_before_or_within_the_answer() {
    let sim = droplets(5).await;
    sim.faults().add(Fault::on("/v2/droplets", Effect::Cut { at: CutPoint::BeforeResponse }).times(1));
    let before = try_call(&sim, TOKEN, Method::GET, "/v2/droplets", None).await.unwrap_err();
    assert!(before.is_request(), "{before:?}");
    assert_eq!(sim.requests().all()[0].status, None);

    sim.faults().add(Fault::on("/v2/droplets", Effect::Cut { at: CutPoint::MidBody }).times(1));
    let response =
        reqwest::Client::new().get(format!("{}/v2/droplets", sim.base_url())).bearer_auth(TOKEN).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.bytes().await.is_err());
    assert_eq!(get(&sim, "/v2/droplets").await.status, 200);
}

#[tokio::test]
async fn json_can_be_truncated_and_an_error_can_look_like_success() {
    let sim = droplets(5).await;
    sim.faults().add(Fault::on("/v2/droplets", Effect::TruncatedJson).times(1));
    let half = get(&sim, "/v2/droplets").await;
    assert_eq!(half.status, 200);
    assert!(half.text.starts_with("{\"droplets\"") && serde_json::from_str::<Value>(&half.text).is_err());
    sim.faults().add(Fault::on("/v2/droplets", Effect::error_body()).times(1));
    let error = get(&sim, "/v2/droplets").await;
    assert_eq!((error.status.as_u16(), error.json()["id"].clone()), (200, json!("server_error")));
}

#[tokio::test]
async fn both_rate_limits_can_be_simulated() {
    let sim = blank().await;
    sim.faults().add(fault(json!({ "path": "/v2/account", "times": 1, "effect": { "type": "rate_limit", "limit": "burst", "wait_seconds": 7 } })));
    let burst = get(&sim, "/v2/account").await;
    assert_eq!(
        (burst.status.as_u16(), burst.header("retry-after"), burst.header("ratelimit-remaining")),
        (429, Some("7"), Some("0"))
    );
    sim.faults().add(Fault::on("/v2/account", Effect::rate_limit(LimitKind::Hourly)).times(1));
    let hourly = get(&sim, "/v2/account").await;
    assert_eq!(
        (hourly.status.as_u16(), hourly.header("retry-after"), hourly.header("ratelimit-remaining")),
        (429, None, Some("0"))
    );
    let reset: i64 = hourly.header("ratelimit-reset").unwrap().parse().unwrap();
    assert!((reset - sim.clock().now().timestamp() - 60).abs() <= 2);
}

#[tokio::test]
async fn a_page_shift_repeats_or_skips_objects() {
    let sim = droplets(45).await;
    let first = get(&sim, "/v2/droplets").await.names("droplets");
    for (change, second_starts, total) in
        [(ListChange::Insert, "generated-20", 46), (ListChange::Remove, "generated-22", 44)]
    {
        let id = sim.faults().add(Fault::on("/v2/droplets", Effect::page_shift(change)));
        let again = get(&sim, "/v2/droplets?page=1").await;
        assert_eq!(again.names("droplets"), first, "page 1 was fetched before the change");
        let second = get(&sim, "/v2/droplets?page=2").await;
        assert_eq!(second.names("droplets")[0], second_starts);
        assert_eq!(second.json()["meta"]["total"], total);
        sim.faults().remove(&id);
    }
}

#[tokio::test]
async fn a_list_can_be_stale_for_a_while() {
    let clock = Clock::manual(chrono::Utc::now());
    let seed = Seed::empty().with_account("test", AccountSeed::new(TOKEN));
    let sim = Simulator::builder().clock(clock).seed(seed).start().await.unwrap();
    let old = sim.account("test").add_droplet(Droplet::named("old"));
    sim.faults().add(fault(json!({ "path": "/v2/droplets", "effect": { "type": "stale_reads", "seconds": 10 } })));
    sim.account("test").add_droplet(Droplet::named("new"));
    assert_eq!(delete(&sim, &format!("/v2/droplets/{old}")).await.status, 204);
    assert_eq!(get(&sim, "/v2/droplets").await.names("droplets"), ["old"]);
    assert_eq!(get(&sim, &format!("/v2/droplets/{old}")).await.status, 404, "only the list is stale");
    sim.clock().advance(Duration::from_secs(10));
    assert_eq!(get(&sim, "/v2/droplets").await.names("droplets"), ["new"]);
}

#[tokio::test]
async fn a_write_is_applied_although_its_client_disconnects() {
    let sim = blank().await;
    sim.faults().add(Fault::on("/v2/domains", Effect::Delay { delay_ms: 150 }));
    let request = reqwest::Client::new()
        .post(format!("{}/v2/domains", sim.base_url()))
        .bearer_auth(TOKEN)
        .timeout(Duration::from_millis(50))
        .json(&json!({ "name": "example.com" }));
    assert!(request.send().await.unwrap_err().is_timeout());
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(sim.account("test").count("domains"), 1);
    assert_eq!(sim.requests().all()[0].status, Some(201));
}

#[test]
fn an_error_in_a_fault_names_the_field() {
    let error = |json: Value| serde_json::from_value::<Fault>(json).unwrap_err().to_string();
    assert!(error(json!({ "path": "/", "effect": { "type": "stale_reads", "secs": 1 } })).contains("secs"));
    assert!(error(json!({ "path": "/", "efect": {} })).contains("efect"));
    assert!(
        error(json!({ "path": "/", "times": "often", "effect": { "type": "truncated_json" } })).contains("unlimited")
    );
    let count = fault(json!({ "path": "/", "times": "unlimited", "effect": { "type": "truncated_json" } }));
    assert_eq!(serde_json::to_value(count).unwrap()["times"], "unlimited");
}
