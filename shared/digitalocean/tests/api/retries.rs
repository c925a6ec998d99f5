//! Retries after transient failures, and calls that must not be repeated.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use digitalocean::{Client, Error, NewProject, TransportKind};
use wiremock::{MockServer, Request, ResponseTemplate};

use crate::server::{
    client, config, domains, next_page_url, ok, page_number, raw_server, received, refuse, respond_in_sequence, serve,
    with_content_length,
};

const BODY: &str = r#"{"domains":[{"name":"a.example"}],"links":{},"meta":{"total":1}}"#;

#[tokio::test]
async fn a_page_that_fails_once_is_requested_again() {
    let failures = std::sync::atomic::AtomicUsize::new(0);
    let (server, client) = serve(move |request: &Request| match page_number(request) {
        1 => ok(domains(&["a.example"], 2, next_page_url(request))),
        _ if failures.fetch_add(1, Ordering::SeqCst) == 0 => ResponseTemplate::new(503),
        _ => ok(domains(&["b.example"], 2, None)),
    })
    .await;
    let listing = client.domains().list().collect_all().await.unwrap();
    assert_eq!((listing.items.len(), listing.pages, listing.requests), (2, 2, 3));
    assert_eq!(received(&server).await, 3);
}

#[tokio::test]
async fn a_page_that_always_fails_fails_the_list() {
    let (server, client) = serve(|request: &Request| match page_number(request) {
        1 => ok(domains(&["a.example"], 2, next_page_url(request))),
        _ => refuse(503, "service_unavailable"),
    })
    .await;
    let error = client.domains().list().collect_all().await.unwrap_err();
    let Error::ServerError { status, attempts, .. } = &error else { panic!("{error}") };
    assert_eq!((status.as_u16(), *attempts), (503, 4));
    assert!(error.is_retryable() && error.retry_at().is_none());
    assert_eq!((received(&server).await, client.requests()), (5, 5));
}

#[tokio::test]
async fn the_retry_after_of_a_503_is_honoured() {
    let (server, client) = serve(ResponseTemplate::new(503).insert_header("retry-after", "30")).await;
    let client = client.with_deadline(Some(Instant::now() + Duration::from_secs(10)));
    let error = client.domains().get("a.example").await.unwrap_err();
    assert!(error.retry_at().unwrap() > chrono::Utc::now() + chrono::Duration::seconds(20), "{error}");
    assert_eq!(received(&server).await, 1);
}

#[tokio::test]
async fn truncated_json_is_retried() {
    let half = ResponseTemplate::new(200).set_body_string(&BODY[..40]);
    let (server, client) =
        serve(respond_in_sequence(vec![half.clone(), half, ResponseTemplate::new(200).set_body_string(BODY)])).await;
    let listing = client.domains().list().collect_all().await.unwrap();
    assert_eq!((listing.items.len(), listing.requests), (1, 3));
    assert_eq!(received(&server).await, 3);
}

#[tokio::test]
async fn a_connection_that_breaks_during_a_response_is_retried() {
    let complete = with_content_length(BODY.len(), BODY);
    for broken in [
        with_content_length(BODY.len(), &BODY[..40]),
        with_content_length(BODY.len(), ""),
        String::new(),
        "HTTP/1.1 200 O".into(),
    ] {
        let (url, count) = raw_server(vec![broken.clone(), complete.clone()]).await;
        let listing = client(&url).domains().list().collect_all().await.unwrap();
        assert_eq!((listing.items.len(), listing.requests), (1, 2), "{broken:?}");
        assert_eq!(count.load(Ordering::SeqCst), 2, "{broken:?}");
    }
}

#[tokio::test]
async fn a_connection_that_always_breaks_is_an_error() {
    let cases = [
        (with_content_length(BODY.len(), &BODY[..40]), TransportKind::Body),
        (String::new(), TransportKind::Interrupted),
    ];
    for (broken, expected) in cases {
        let (url, count) = raw_server(vec![broken]).await;
        let error = client(&url).domains().list().collect_all().await.unwrap_err();
        let Error::Transport { kind, attempts, .. } = &error else { panic!("{error}") };
        assert_eq!((*kind, *attempts, count.load(Ordering::SeqCst)), (expected, 4, 4), "{error:?}");
        assert!(error.is_retryable() && !error.may_have_been_applied());
    }
}

#[tokio::test]
async fn a_missing_server_is_a_connect_error() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let client = client(&format!("http://{free}"));
    let error = client.projects().list().collect_all().await.unwrap_err();
    assert!(matches!(error, Error::Transport { kind: TransportKind::Connect, attempts: 4, .. }), "{error:?}");
    let error = client.projects().create(&NewProject::new("a", "b")).await.unwrap_err();
    assert!(matches!(error, Error::Transport { kind: TransportKind::Connect, attempts: 1, .. }), "{error:?}");
    assert!(!error.may_have_been_applied());
}

/// A server that responds after 20 s, and a client that gives each attempt 100 ms.
async fn slow_server() -> (MockServer, Client) {
    let (server, _) = serve(ok(domains(&[], 0, None)).set_delay(Duration::from_secs(20))).await;
    let mut config = config(&server.uri());
    config.attempt_timeout = Duration::from_millis(100);
    let client = Client::new(config).unwrap();
    (server, client)
}

#[tokio::test]
async fn each_attempt_has_its_own_timeout() {
    let (server, client) = slow_server().await;
    let error = client.domains().list().collect_all().await.unwrap_err();
    assert!(matches!(error, Error::Transport { kind: TransportKind::Timeout, attempts: 4, .. }), "{error:?}");
    assert_eq!(received(&server).await, 4);
}

#[tokio::test]
async fn the_deadline_ends_an_attempt_under_way() {
    let (server, client) = serve(ok(domains(&[], 0, None)).set_delay(Duration::from_secs(20))).await;
    let client = client.with_deadline(Some(Instant::now() + Duration::from_millis(150)));
    let started = Instant::now();
    let error = client.domains().list().collect_all().await.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(matches!(error, Error::DeadlineExceeded { sent: true, .. }) && error.is_retryable(), "{error:?}");
    // The deadline has passed by now, so nothing is sent.
    let error = client.domains().list().collect_all().await.unwrap_err();
    assert!(matches!(error, Error::DeadlineExceeded { sent: false, .. }), "{error:?}");
    assert_eq!((received(&server).await, client.requests()), (1, 1));
}

#[tokio::test]
async fn back_off_ends_before_the_deadline() {
    let (server, _) = serve(refuse(500, "server_error")).await;
    let mut config = config(&server.uri());
    config.retry.min_delay = Duration::from_secs(5);
    config.retry.max_delay = Duration::from_secs(5);
    let client = Client::new(config).unwrap().with_deadline(Some(Instant::now() + Duration::from_secs(2)));
    let started = Instant::now();
    let error = client.domains().get("a.example").await.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(2));
    assert!(matches!(error, Error::ServerError { attempts: 1, .. }), "{error:?}");
}

#[tokio::test]
async fn a_post_is_sent_once_whatever_happens() {
    let project = NewProject::new("a", "b");

    let (server, client) = serve(refuse(503, "service_unavailable")).await;
    let error = client.projects().create(&project).await.unwrap_err();
    assert!(matches!(error, Error::ServerError { attempts: 1, .. }) && error.may_have_been_applied(), "{error:?}");
    assert_eq!(received(&server).await, 1);

    let (server, client) = slow_server().await;
    let error = client.projects().create(&project).await.unwrap_err();
    assert!(matches!(error, Error::Transport { kind: TransportKind::Timeout, attempts: 1, .. }), "{error:?}");
    assert!(error.may_have_been_applied());
    assert_eq!(received(&server).await, 1);

    for broken in [String::new(), with_content_length(100, "{\"project\":"), with_content_length(11, "{\"project\":")] {
        let (url, count) = raw_server(vec![broken]).await;
        let error = crate::server::client(&url).projects().create(&project).await.unwrap_err();
        assert!(matches!(error, Error::Transport { attempts: 1, .. }) && error.may_have_been_applied(), "{error:?}");
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }
}
