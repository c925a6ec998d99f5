//! Status 429 for both limits, with and without time to wait, and the rate limit headers of every
//! response.

use std::time::{Duration, Instant};

use chrono::Utc;
use digitalocean::{Error, LimitKind, NewProject, Token};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::server::{domains, ok, received, refuse, respond_in_sequence, serve};

fn burst(seconds: u64) -> ResponseTemplate {
    refuse(429, "too_many_requests")
        .insert_header("retry-after", seconds.to_string().as_str())
        .insert_header("ratelimit-remaining", "0")
}

fn hourly(reset: i64) -> ResponseTemplate {
    refuse(429, "too_many_requests")
        .insert_header("ratelimit-limit", "5000")
        .insert_header("ratelimit-remaining", "0")
        .insert_header("ratelimit-reset", reset.to_string().as_str())
}

#[tokio::test]
async fn a_burst_is_waited_out_when_it_fits_the_deadline() {
    let (server, client) = serve(respond_in_sequence(vec![burst(1), ok(domains(&["a.example"], 1, None))])).await;
    let client = client.with_deadline(Some(Instant::now() + Duration::from_secs(30)));
    let started = Instant::now();
    let listing = client.domains().list().collect_all().await.unwrap();
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert_eq!((listing.items.len(), listing.requests, listing.pages), (1, 2, 1));
    assert_eq!(received(&server).await, 2);
}

#[tokio::test]
async fn a_burst_that_does_not_fit_is_returned_at_once() {
    let (server, client) = serve(burst(30)).await;
    let client = client.with_deadline(Some(Instant::now() + Duration::from_secs(25)));
    let (started, now) = (Instant::now(), Utc::now());
    let error = client.domains().list().collect_all().await.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(5));
    let Error::RateLimited { kind, until, retry_after, .. } = &error else { panic!("{error}") };
    assert_eq!((*kind, *retry_after), (LimitKind::Burst, Some(Duration::from_secs(30))));
    let wait = (*until - now).num_seconds();
    assert!((29..=33).contains(&wait), "{wait}");
    assert_eq!(error.retry_at(), Some(*until));
    assert!(error.is_retryable());
    assert_eq!(received(&server).await, 1);
}

#[tokio::test]
async fn the_hourly_limit_is_never_waited_out() {
    let reset = Utc::now().timestamp() + 2;
    let (server, client) = serve(hourly(reset)).await;
    let error = client.droplets().list_all_as(|droplet| droplet).await.unwrap_err();
    let Error::RateLimited { kind, until, retry_after: None, rate_limit, .. } = &error else { panic!("{error}") };
    assert_eq!((*kind, until.timestamp()), (LimitKind::Hourly, reset));
    assert_eq!(rate_limit.unwrap().limit, Some(5000));
    assert_eq!(received(&server).await, 1);
}

#[tokio::test]
async fn an_hourly_reset_in_the_past_does_not_allow_an_early_retry() {
    let (_server, client) = serve(hourly(1_583_891_032)).await;
    let error = client.droplets().get(1).await.unwrap_err();
    assert!(error.retry_at().unwrap() > Utc::now() + chrono::Duration::seconds(30), "{error}");
}

#[tokio::test]
async fn a_rate_limited_post_is_not_repeated() {
    let (server, client) = serve(burst(0)).await;
    let error = client.projects().create(&NewProject::new("a", "b")).await.unwrap_err();
    assert!(matches!(error, Error::RateLimited { .. }) && !error.may_have_been_applied(), "{error}");
    assert_eq!(received(&server).await, 1);
}

#[tokio::test]
async fn the_rate_limit_of_a_response_belongs_to_its_token() {
    let answer = ok(domains(&[], 0, None))
        .insert_header("ratelimit-limit", "5000")
        .insert_header("ratelimit-remaining", "4871")
        .insert_header("ratelimit-reset", "1583891032");
    let (_server, client) = serve(respond_in_sequence(vec![answer, ok(json!({ "domains": [] }))])).await;
    assert_eq!(client.rate_limit(), None);
    let listing = client.domains().list().collect_all().await.unwrap();
    let seen = listing.rate_limit.unwrap();
    assert_eq!((seen.limit, seen.remaining), (Some(5000), Some(4871)));
    // The recorded reset is in the past, so it is clamped to the time of the response.
    assert_eq!(seen.reset_at, Some(seen.observed_at));
    assert_eq!(client.clone().rate_limit(), Some(seen));

    let other = client.with_token(Token::new("dop_v1_other").unwrap());
    assert_eq!((other.rate_limit(), other.requests()), (None, 0));
    other.domains().list().collect_all().await.unwrap();
    assert_eq!((other.rate_limit(), other.requests(), client.requests()), (None, 1, 1));
    assert_eq!(client.with_own_counter().requests(), 0);
}

#[tokio::test]
async fn a_burst_429_is_not_recorded_as_the_hourly_limit() {
    let (_server, client) = serve(respond_in_sequence(vec![burst(600)])).await;
    client.domains().list().collect_all().await.unwrap_err();
    assert_eq!(client.rate_limit(), None);
}
