//! The rate limits of tokens.

use std::time::Duration;

use chrono::{TimeZone, Utc};
use digitalocean_sim::{AccountSeed, Clock, Limits, Seed, Simulator, Token};
use reqwest::Method;

use crate::client::{Reply, TOKEN, call, get};

async fn at_noon(limits: Limits) -> Simulator {
    let clock = Clock::manual(Utc.with_ymd_and_hms(2026, 1, 1, 12, 0, 0).unwrap());
    let account = AccountSeed::new(TOKEN).limits(limits).token("other", Token::new("dop_v1_other"));
    Simulator::builder().clock(clock).seed(Seed::empty().with_account("test", account)).start().await.unwrap()
}

fn headers(reply: &Reply) -> [Option<&str>; 4] {
    ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "retry-after"].map(|name| reply.header(name))
}

#[tokio::test]
async fn every_answer_has_the_remaining_requests_and_the_expiry_of_the_oldest_one() {
    let sim = at_noon(Limits::default()).await;
    let noon = sim.clock().now().timestamp();
    let reset = (noon + 3600).to_string();
    assert_eq!(headers(&get(&sim, "/v2/account").await), [Some("5000"), Some("4999"), Some(&*reset), None]);
    sim.clock().advance(Duration::from_secs(10));
    assert_eq!(headers(&get(&sim, "/v2/nothing").await), [Some("5000"), Some("4998"), Some(&*reset), None]);
    // The first request has expired, so the second one is now the oldest.
    sim.clock().advance(Duration::from_secs(3590));
    let reset = (noon + 3610).to_string();
    assert_eq!(headers(&get(&sim, "/v2/account").await), [Some("5000"), Some("4998"), Some(&*reset), None]);
    let unknown = call(&sim, "dop_v1_unknown", Method::GET, "/v2/account", None).await;
    assert_eq!((unknown.status.as_u16(), unknown.header("ratelimit-limit")), (401, Some("5000")));
}

#[tokio::test]
async fn a_burst_is_refused_with_retry_after_until_the_minute_is_over() {
    let sim = at_noon(Limits::default().burst(3)).await;
    for _ in 0..3 {
        assert_eq!(get(&sim, "/v2/account").await.status, 200);
        sim.clock().advance(Duration::from_secs(5));
    }
    let refused = get(&sim, "/v2/account").await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.json()["id"], "too_many_requests");
    assert_eq!(refused.json()["message"], "API Rate limit exceeded.");
    assert_eq!((refused.header("retry-after"), refused.header("ratelimit-remaining")), (Some("45"), Some("0")));
    sim.clock().advance(Duration::from_secs(45));
    assert_eq!(get(&sim, "/v2/account").await.status, 200);
    assert_eq!(get(&sim, "/v2/account").await.status, 429);
}

#[tokio::test]
async fn the_hourly_limit_refuses_without_retry_after_and_slides() {
    let sim = at_noon(Limits::hourly(2).burst(100)).await;
    get(&sim, "/v2/account").await;
    sim.clock().advance(Duration::from_secs(600));
    get(&sim, "/v2/account").await;
    let refused = get(&sim, "/v2/account").await;
    let reset = (sim.clock().now().timestamp() + 3000).to_string();
    assert_eq!(refused.status, 429);
    assert_eq!(headers(&refused), [Some("2"), Some("0"), Some(&*reset), None]);
    sim.clock().advance(Duration::from_secs(3000));
    assert_eq!(get(&sim, "/v2/account").await.status, 200);
    assert_eq!(get(&sim, "/v2/account").await.status, 429);
}

#[tokio::test]
async fn each_token_has_its_own_limits() {
    let sim = at_noon(Limits::hourly(1)).await;
    assert_eq!(get(&sim, "/v2/account").await.status, 200);
    assert_eq!(get(&sim, "/v2/account").await.status, 429);
    assert_eq!(call(&sim, "dop_v1_other", Method::GET, "/v2/account", None).await.status, 200);
    sim.account("test").set_limits(Limits::default());
    assert_eq!(get(&sim, "/v2/account").await.header("ratelimit-remaining"), Some("4998"));
}

#[tokio::test]
async fn some_paths_have_their_own_limits_if_enabled() {
    let cdn = "/v2/cdn/endpoints";
    for (limits, path, allowed, wait) in [
        (Limits::default().with_paths(), "/v2/account/keys", 10, Some("60")),
        (Limits::default().with_paths(), cdn, 5, Some("10")),
        (Limits::default().with_paths(), "/v2/account/keys/1", 20, None),
        (Limits::default(), cdn, 20, None),
    ] {
        let sim = at_noon(limits).await;
        let mut statuses = Vec::new();
        for _ in 0..allowed {
            statuses.push(get(&sim, path).await.status.as_u16());
        }
        assert!(!statuses.contains(&429), "{path}: {statuses:?}");
        let next = get(&sim, path).await;
        assert_eq!((next.status == 429, next.header("retry-after")), (wait.is_some(), wait), "{path}");
        assert_eq!(get(&sim, "/v2/account").await.status, 200);
        sim.clock().advance(Duration::from_secs(wait.map_or(0, |wait| wait.parse().unwrap())));
        assert_ne!(get(&sim, path).await.status, 429);
    }
    // All CDN paths share one limit.
    let sim = at_noon(Limits::default().with_paths()).await;
    for _ in 0..5 {
        get(&sim, &format!("{cdn}/00000000-0000-0000-0000-000000000000")).await;
    }
    assert_eq!(get(&sim, cdn).await.status, 429);
}

#[test]
fn the_burst_limit_is_five_percent_of_the_hourly_limit_by_default() {
    let read = |text| serde_json::from_str::<Limits>(text).unwrap();
    let limits = |hourly, burst, paths| Limits { hourly, burst, paths };
    assert_eq!(read("{}"), limits(5000, 250, false));
    assert_eq!(read(r#"{"hourly": 1000}"#), limits(1000, 50, false));
    assert_eq!(read(r#"{"hourly": 1000, "burst": 7, "paths": true}"#), limits(1000, 7, true));
    assert!(serde_json::from_str::<Limits>(r#"{"minute": 1}"#).unwrap_err().to_string().contains("minute"));
}
