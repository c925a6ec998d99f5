//! Calls that change something: the requests that they send, that each is sent once, and what is
//! known afterwards.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use digitalocean::{
    ActionStatus, Client, Denied, DomainRecordRequest, Error, LimitKind, RateLimit, RequestLimiter,
    SnapshotResourceType, TransportKind,
};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::server::{next_page_url, ok, page_number, query, raw_server, received, refuse, serve, with_content_length};

fn record() -> DomainRecordRequest {
    let (record_type, name, data) = ("A".to_owned(), "www".to_owned(), "192.0.2.1".to_owned());
    DomainRecordRequest { record_type, name, data, ttl: Some(300), ..DomainRecordRequest::default() }
}

fn action(id: u64, status: &str, started_at: DateTime<Utc>) -> Value {
    let completed_at = (status != "in-progress").then_some(started_at);
    json!({
        "id": id, "status": status, "type": "snapshot", "started_at": started_at, "completed_at": completed_at, "resource_id": 7,
        "resource_type": "droplet", "region": { "slug": "nyc3" }, "region_slug": "nyc3"
    })
}

/// Makes every write once with `client`; returns the name and the result of each.
async fn each_write(client: &Client) -> Vec<(&'static str, Result<(), Error>)> {
    let domains = client.domains();
    vec![
        ("create", domains.create_record("example.com", &record()).await.map(drop)),
        ("update", domains.update_record("example.com", 7, &record()).await.map(drop)),
        ("delete", domains.delete_record("example.com", 7).await),
        ("snapshot", client.droplets().snapshot(7, "nightly").await.map(drop)),
        ("delete snapshot", client.snapshots().delete("42").await),
    ]
}

fn single_attempt(client: &Client) -> Client {
    client.single_attempt(Instant::now() + Duration::from_secs(60), Duration::from_millis(200))
}

#[tokio::test]
async fn each_write_sends_the_documented_request() {
    let sent = json!({ "type": "A", "name": "www", "data": "192.0.2.1", "ttl": 300 });
    let shown = json!({ "id": 7, "type": "A", "name": "www", "data": "192.0.2.1", "ttl": 300, "priority": null });
    let (server, client) = serve(move |request: &Request| match request.method.as_str() {
        "DELETE" => ResponseTemplate::new(204),
        _ if request.url.path().ends_with("actions") => {
            ResponseTemplate::new(201).set_body_json(json!({ "action": action(9, "in-progress", Utc::now()) }))
        }
        _ => ResponseTemplate::new(201).set_body_json(json!({ "domain_record": shown })),
    })
    .await;
    for (write, result) in each_write(&client).await {
        result.unwrap_or_else(|error| panic!("{write}: {error}"));
    }
    let requests = server.received_requests().await.unwrap();
    let body = |request: &Request| serde_json::from_slice(&request.body).unwrap_or(Value::Null);
    let sent_requests: Vec<_> = requests.iter().map(|r| (r.method.as_str(), r.url.path(), body(r))).collect();
    assert_eq!(
        sent_requests,
        [
            ("POST", "/v2/domains/example.com/records", sent.clone()),
            ("PUT", "/v2/domains/example.com/records/7", sent),
            ("DELETE", "/v2/domains/example.com/records/7", Value::Null),
            ("POST", "/v2/droplets/7/actions", json!({ "type": "snapshot", "name": "nightly" })),
            ("DELETE", "/v2/snapshots/42", Value::Null),
        ]
    );
}

#[tokio::test]
async fn a_single_attempt_is_sent_once_whatever_the_method_and_the_failure() {
    for (answer, expected) in [
        (refuse(503, "service_unavailable"), "outcome unknown"),
        (ResponseTemplate::new(200).set_body_string("{\"domain_record\":"), "cut off"),
        (refuse(200, "server_error"), "outcome unknown"),
        (refuse(429, "too_many_requests").insert_header("retry-after", "0"), "rate limited"),
        (refuse(422, "unprocessable_entity"), "refused"),
    ] {
        let (server, client) = serve(answer).await;
        for (number, (write, result)) in each_write(&single_attempt(&client)).await.into_iter().enumerate() {
            // Only an error body is read from the response to a deletion.
            if expected == "cut off" && result.is_ok() {
                assert!(write.starts_with("delete"), "{write}");
                continue;
            }
            let error = result.unwrap_err();
            let is_expected = match expected {
                "rate limited" => matches!(error, Error::RateLimited { .. }) && !error.may_have_been_applied(),
                "refused" => matches!(error, Error::Api { .. }) && !error.may_have_been_applied(),
                _ => error.may_have_been_applied(),
            };
            assert!(is_expected, "{write}, {expected}: {error:?}");
            assert!(received(&server).await <= 5, "{number}: {write}, {expected}");
        }
        assert_eq!(received(&server).await, 5, "{expected}");
    }
}

#[tokio::test]
async fn a_write_without_a_response_may_have_been_applied_and_one_without_a_connection_has_not() {
    let (server, client) = serve(ok(json!({})).set_delay(Duration::from_secs(20))).await;
    for (write, result) in each_write(&single_attempt(&client)).await {
        let error = result.unwrap_err();
        assert!(
            matches!(error, Error::Transport { kind: TransportKind::Timeout, attempts: 1, .. }),
            "{write}: {error:?}"
        );
        assert!(error.may_have_been_applied(), "{write}");
    }
    assert_eq!(received(&server).await, 5);

    for broken in [String::new(), with_content_length(100, "{\"domain_record\":")] {
        let (url, count) = raw_server(vec![broken]).await;
        for (write, result) in each_write(&single_attempt(&crate::server::client(&url))).await {
            assert!(result.unwrap_err().may_have_been_applied(), "{write}");
        }
        assert_eq!(count.load(Ordering::SeqCst), 5);
    }

    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    for (write, result) in each_write(&single_attempt(&crate::server::client(&format!("http://{free}")))).await {
        let error = result.unwrap_err();
        assert!(
            matches!(error, Error::Transport { kind: TransportKind::Connect, attempts: 1, .. }),
            "{write}: {error:?}"
        );
        assert!(!error.may_have_been_applied(), "{write}");
    }
}

#[derive(Debug)]
struct DeniesAll;

impl RequestLimiter for DeniesAll {
    fn admit(&self, _: Option<RateLimit>) -> BoxFuture<'_, Result<(), Denied>> {
        async { Err(Denied { until: Utc::now() + TimeDelta::milliseconds(300) }) }.boxed()
    }
}

#[tokio::test]
async fn nothing_is_sent_after_the_deadline_or_when_the_limiter_denies() {
    let (server, client) = serve(ok(json!({}))).await;
    let past_deadline = client.single_attempt(Instant::now(), Duration::from_secs(5));
    for (write, result) in each_write(&past_deadline).await {
        let error = result.unwrap_err();
        assert!(matches!(error, Error::DeadlineExceeded { sent: false, .. }), "{write}: {error:?}");
        assert!(!error.may_have_been_applied());
    }
    // A limiter that denies is not waited for, however soon it would admit the request.
    for (write, result) in each_write(&single_attempt(&client.with_request_limiter(Arc::new(DeniesAll)))).await {
        let error = result.unwrap_err();
        assert!(matches!(error, Error::RateLimited { kind: LimitKind::ClientSide, .. }), "{write}: {error:?}");
    }
    assert_eq!((received(&server).await, client.requests()), (0, 0));
}

#[tokio::test]
async fn an_error_keeps_digitaloceans_message() {
    let body = json!({ "id": "unprocessable_entity", "message": "Droplet already has a pending event." });
    let (_server, client) = serve(ResponseTemplate::new(422).set_body_json(body)).await;
    let error = client.droplets().snapshot(7, "nightly").await.unwrap_err();
    let Error::Api { status, id, message, .. } = &error else { panic!("{error}") };
    let details = (status.as_u16(), id.as_deref(), message.as_str());
    assert_eq!(details, (422, Some("unprocessable_entity"), "Droplet already has a pending event."));
    let (_server, client) = serve(refuse(404, "not_found")).await;
    assert!(client.snapshots().delete("42").await.unwrap_err().is_not_found());
    assert!(client.actions().get(9).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn recent_actions_are_read_without_further_pages() {
    let now = Utc::now();
    let hours = move |hours| now - TimeDelta::hours(hours);
    let old = |id| action(id, "completed", hours(30));
    let cases = [
        // Each case: the actions on each page; the expected ids; the number of pages that are read.
        (vec![vec![action(5, "in-progress", hours(0)), old(4)], vec![old(3)]], vec![5], 1),
        (
            vec![vec![action(5, "completed", hours(1))], vec![action(4, "errored", hours(23)), old(3)], vec![old(2)]],
            vec![5, 4],
            2,
        ),
        // An old action that is still running does not end the list of recent ones.
        (vec![vec![action(5, "in-progress", hours(30)), action(4, "completed", hours(30))]], vec![5], 1),
        (
            vec![
                vec![action(5, "completed", hours(1))],
                vec![action(5, "completed", hours(1)), action(4, "completed", hours(2))],
            ],
            vec![5, 4],
            2,
        ),
        (vec![vec![]], vec![], 1),
    ];
    for (pages, expected, pages_read) in cases {
        let ids = pages.iter().flatten().map(|action| action["id"].as_u64());
        let total = ids.collect::<std::collections::BTreeSet<_>>().len();
        let (server, client) = serve(move |request: &Request| {
            let page = page_number(request);
            let next = if page < pages.len() { json!({ "next": next_page_url(request) }) } else { json!({}) };
            ok(json!({ "actions": pages[page - 1], "links": { "pages": next }, "meta": { "total": total } }))
        })
        .await;
        let actions = client.droplets().actions_since(7, hours(24)).await.unwrap();
        assert_eq!(actions.iter().map(|action| action.id).collect::<Vec<_>>(), expected);
        assert_eq!(received(&server).await, pages_read, "{expected:?}");
        assert_eq!(server.received_requests().await.unwrap()[0].url.path(), "/v2/droplets/7/actions");
    }
}

#[tokio::test]
async fn an_action_and_the_snapshots_of_droplets_are_read() {
    let (server, client) = serve(ok(json!({ "action": action(9, "errored", Utc::now()) }))).await;
    let read = client.actions().get(9).await.unwrap();
    assert_eq!((read.status, read.resource_id), (ActionStatus::Errored, Some(7)));
    assert_eq!(server.received_requests().await.unwrap()[0].url.path(), "/v2/actions/9");

    let (server, client) = serve(ok(json!({ "snapshots": [], "meta": { "total": 0 } }))).await;
    assert!(
        client.snapshots().list_by_type(&SnapshotResourceType::Droplet).collect_all().await.unwrap().items.is_empty()
    );
    let request = &server.received_requests().await.unwrap()[0];
    assert_eq!(query(request, "resource_type").as_deref(), Some("droplet"));
}
