//! Lists of several pages, which are read completely or not at all.

use std::sync::atomic::{AtomicUsize, Ordering};

use digitalocean::{Error, PageLinkError};
use serde_json::{Value, json};
use wiremock::Request;

use crate::server::{domains, next_page_url, ok, page_number, query, received, respond_in_sequence, serve};

fn names(items: &[digitalocean::Domain]) -> Vec<&str> {
    items.iter().map(|domain| domain.name.as_str()).collect()
}

fn droplet(id: u64) -> Value {
    json!({
        "id": id, "name": format!("web-{id}"), "memory": 1024, "vcpus": 1, "disk": 25, "locked": false, "status": "active",
        "created_at": "2020-07-21T18:37:44Z", "size_slug": "s-1vcpu-1gb", "region": { "slug": "nyc3", "name": "New York 3" },
        "size": { "slug": "s-1vcpu-1gb", "price_monthly": 6.0, "price_hourly": 0.00893 },
    })
}

#[tokio::test]
async fn the_full_query_is_sent_for_every_page() {
    // The next links have only the page number.
    let (server, client) = serve(|request: &Request| {
        let (page, next) = (page_number(request), next_page_url(request).filter(|_| page_number(request) < 3));
        ok(json!({ "droplets": [droplet(page as u64)], "links": { "pages": { "next": next } }, "meta": { "total": 3 } }))
    })
    .await;
    let listing = client.droplets().list_gpus().collect_all().await.unwrap();
    assert_eq!(listing.items.iter().map(|droplet| droplet.id).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!((listing.pages, listing.requests, listing.total), (3, 3, Some(3)));
    for (index, request) in server.received_requests().await.unwrap().iter().enumerate() {
        assert_eq!(request.url.path(), "/v2/droplets");
        assert_eq!(query(request, "type").as_deref(), Some("gpus"));
        assert_eq!(query(request, "per_page").as_deref(), Some("200"));
        assert_eq!(page_number(request), index + 1);
        assert_eq!(request.headers.get("authorization").unwrap(), "Bearer dop_v1_5ecre7");
    }
}

#[tokio::test]
async fn both_types_of_droplets_are_listed() {
    let (server, client) = serve(|request: &Request| match query(request, "type").as_deref() {
        Some("gpus") => ok(json!({ "droplets": [droplet(9), droplet(1)], "meta": { "total": 2 } })),
        _ => ok(json!({ "droplets": [droplet(1), droplet(2)], "links": {}, "meta": { "total": 2 } })),
    })
    .await;
    let listing = client.droplets().list_all_as(|droplet| droplet).await.unwrap();
    assert_eq!(listing.items.iter().map(|droplet| droplet.id).collect::<Vec<_>>(), [1, 2, 9]);
    assert_eq!((listing.pages, listing.requests, listing.total, received(&server).await), (2, 2, Some(4), 2));
}

#[tokio::test]
async fn a_next_link_to_another_origin_is_never_followed() {
    let (foreign, _) = serve(ok(domains(&[], 0, None))).await;
    let next = format!("{}/v2/domains?page=2", foreign.uri());
    let (server, client) = serve(ok(domains(&["a.example"], 2, Some(next)))).await;
    let error = client.domains().list().collect_all().await.unwrap_err();
    assert!(
        matches!(&error, Error::PageLink { source: PageLinkError::ForeignOrigin { origin }, .. } if *origin == foreign.uri()),
        "{error:?}"
    );
    assert!(!error.is_retryable());
    assert_eq!((received(&server).await, received(&foreign).await), (1, 0));
}

#[tokio::test]
async fn a_next_link_that_repeats_or_skips_ends_the_list() {
    for (step, expected_requests) in [(0, 1), (2, 1)] {
        let (server, client) = serve(move |request: &Request| {
            let next = format!("/v2/domains?page={}", page_number(request) + step);
            ok(domains(&["a.example"], 400, Some(next)))
        })
        .await;
        let error = client.domains().list().collect_all().await.unwrap_err();
        assert!(matches!(&error, Error::PageLink { source: PageLinkError::NotAdvancing { .. }, .. }), "{error:?}");
        assert_eq!(received(&server).await, expected_requests);
    }
}

#[tokio::test]
async fn pages_without_new_items_end_the_list_with_an_error() {
    let (server, client) = serve(|request: &Request| ok(domains(&["a.example"], 1, next_page_url(request)))).await;
    let error = client.domains().list().collect_all().await.unwrap_err();
    assert!(matches!(error, Error::ListShifted { passes: 3, .. }), "{error:?}");
    assert_eq!(received(&server).await, 6);
}

#[tokio::test]
async fn a_list_that_shifted_is_read_again() {
    // Between the first two requests `a` is removed: `c` moves to page 1 unread, and the total
    // shows it.
    let (server, client) = serve(respond_in_sequence(vec![
        ok(domains(&["a.example", "b.example"], 4, Some("/v2/domains?page=2".into()))),
        ok(domains(&["d.example"], 3, None)),
        ok(domains(&["b.example", "c.example"], 3, Some("/v2/domains?page=2".into()))),
        ok(domains(&["d.example"], 3, None)),
    ]))
    .await;
    let pages = client.domains().list().per_page(2);
    assert_eq!(received(&server).await, 0, "no request is sent before the list is collected");
    let listing = pages.collect_all().await.unwrap();
    assert_eq!(names(&listing.items), ["b.example", "c.example", "d.example"]);
    assert_eq!((listing.pages, listing.requests, listing.total), (2, 4, Some(3)));
    assert_eq!(received(&server).await, 4);
}

#[tokio::test]
async fn a_list_with_fewer_items_than_its_total_is_an_error() {
    let (server, client) = serve(ok(domains(&["a.example"], 2, None))).await;
    let error = client.domains().list().collect_all().await.unwrap_err();
    assert!(matches!(error, Error::ListShifted { seen: 1, total: 2, passes: 3, .. }), "{error:?}");
    assert!(error.is_retryable() && error.to_string().contains("1 items seen, 2 reported"), "{error}");
    assert_eq!(received(&server).await, 3);
}

#[tokio::test]
async fn an_item_on_two_pages_is_returned_once_in_its_latest_state() {
    // `z` was inserted at the start: `b` is pushed to page 2 and read twice.
    let mut second = domains(&["b.example", "c.example"], 4, None);
    second["domains"][0]["ttl"] = json!(60);
    let first = domains(&["a.example", "b.example"], 3, Some("/v2/domains?page=2".into()));
    let (_server, client) = serve(respond_in_sequence(vec![ok(first), ok(second)])).await;
    let error = client.domains().list().collect_all().await.unwrap_err();
    // `z` itself has not been read, so the pass does not count; in this test it never appears.
    assert!(matches!(error, Error::ListShifted { .. }), "{error:?}");

    let mut second = domains(&["b.example", "c.example"], 3, None);
    second["domains"][0]["ttl"] = json!(60);
    let first = domains(&["a.example", "b.example"], 3, Some("/v2/domains?page=2".into()));
    let (_server, client) = serve(respond_in_sequence(vec![ok(first), ok(second)])).await;
    let listing = client.domains().list().collect_all().await.unwrap();
    assert_eq!(names(&listing.items), ["a.example", "b.example", "c.example"]);
    assert_eq!(listing.items[1].ttl, Some(60));
}

#[tokio::test]
async fn a_confirmed_list_is_read_until_two_passes_agree() {
    let pages = |first: [&str; 2], second: &str| {
        [ok(domains(&first, 3, Some("/v2/domains?page=2".into()))), ok(domains(&[second], 3, None))]
    };
    let mut responses = Vec::new();
    // `a` was removed and `e` added between the first two requests: the totals do not show it, and
    // `c` was missed.
    responses.extend(pages(["a.example", "b.example"], "e.example"));
    responses.extend(pages(["b.example", "c.example"], "e.example"));
    responses.extend(pages(["b.example", "c.example"], "e.example"));
    let (_server, client) = serve(respond_in_sequence(responses)).await;
    let listing = client.domains().list().per_page(2).confirmed().collect_all().await.unwrap();
    assert_eq!(names(&listing.items), ["b.example", "c.example", "e.example"]);
    assert_eq!((listing.pages, listing.requests), (2, 6));

    let (_server, client) = serve(ok(domains(&["a.example"], 1, None))).await;
    assert_eq!(client.domains().list().confirmed().collect_all().await.unwrap().requests, 1);
}

#[tokio::test]
async fn null_is_an_empty_list_only_when_the_total_says_so() {
    let (_server, client) = serve(ok(json!({ "domains": null, "meta": { "total": 0 } }))).await;
    assert!(client.domains().list().collect_all().await.unwrap().items.is_empty());
    let (_server, client) = serve(ok(json!({ "domains": null, "meta": { "total": 2 } }))).await;
    assert!(matches!(client.domains().list().collect_all().await, Err(Error::Decode { .. })));
}

#[tokio::test]
async fn a_project_lists_its_resources_of_every_kind() {
    let (server, client) = serve(ok(json!({
        "resources": [
            { "urn": "do:droplet:1", "assigned_at": "2022-03-10T16:27:58.728298Z", "status": "ok",
              "links": { "self": "https://api.digitalocean.com/v2/droplets/1" } },
            { "urn": "do:space:assets", "assigned_at": "2018-09-28T19:26:37Z", "status": "ok",
              "links": { "self": "https://assets.nyc3.digitaloceanspaces.com" } },
            { "urn": "do:reservedipv6:2604:a880::1", "status": "sleepy", "links": null },
        ],
        // A single page that has `first` and `last` links nevertheless.
        "links": { "pages": { "first": "https://api.digitalocean.com/v2/projects/p/resources?page=1",
                              "last": "https://api.digitalocean.com/v2/projects/p/resources?page=1" } },
        "meta": { "total": 3 }
    })))
    .await;
    let listing = client.projects().resources("p-1").collect_all().await.unwrap();
    let kinds: Vec<_> = listing.items.iter().map(|resource| (resource.urn.kind(), resource.urn.id())).collect();
    assert_eq!(kinds[1], (Some("space"), Some("assets")));
    assert_eq!(kinds[2], (Some("reservedipv6"), Some("2604:a880::1")));
    assert_eq!(listing.items[1].links.self_url.as_deref(), Some("https://assets.nyc3.digitaloceanspaces.com"));
    assert_eq!(listing.items[2].status.as_ref().unwrap().as_str(), "sleepy");
    assert_eq!(server.received_requests().await.unwrap()[0].url.path(), "/v2/projects/p-1/resources");
}

#[tokio::test]
async fn a_list_that_keeps_shrinking_fails_after_three_passes() {
    let left = AtomicUsize::new(30);
    let (server, client) = serve(move |request: &Request| {
        let (left, page) = (left.fetch_sub(1, Ordering::SeqCst), page_number(request));
        let all: Vec<String> = (30 - left..30).map(|number| format!("{number}.example")).collect();
        let shown: Vec<&str> = all.iter().skip((page - 1) * 10).take(10).map(String::as_str).collect();
        ok(domains(&shown, left, next_page_url(request).filter(|_| page * 10 < left)))
    })
    .await;
    let error = client.domains().list().per_page(10).collect_all().await.unwrap_err();
    assert!(matches!(error, Error::ListShifted { passes: 3, .. }), "{error:?}");
    assert!(received(&server).await <= 9);
}
