//! The areas that differ from a plain list and read: assignments, lists without pages, the older
//! call of registries, and ids that another kind has.

use digitalocean::{
    AutoscalePoolStatus, CertificateState, CertificateType, ClusterState, DatabaseStatus, Error, ImageStatus,
    ImageType, IpAssignment, ReservedIp, ReservedIpv6, SnapshotResourceType,
};
use serde_json::json;
use wiremock::Request;

use crate::server::{ok, page_number, query, received, refuse, respond_in_sequence, serve};

/// The assignment of an address as DigitalOcean shows it: only null means that it is unassigned,
/// and in the list of IPv6 addresses also an absent droplet.
#[test]
fn an_address_is_assigned_or_unassigned_or_its_droplet_is_not_visible() {
    let droplet = json!({ "id": 3_164_444, "name": "example.com", "image": {}, "a_new_field": 1 });
    for (shown, v4, v6) in [
        (json!({ "droplet": droplet }), IpAssignment::Droplet(3_164_444), IpAssignment::Droplet(3_164_444)),
        (json!({ "droplet": null }), IpAssignment::Unassigned, IpAssignment::Unassigned),
        (json!({ "droplet": {} }), IpAssignment::NotVisible, IpAssignment::NotVisible),
        (json!({}), IpAssignment::NotVisible, IpAssignment::Unassigned),
    ] {
        let mut address = shown.clone();
        address["ip"] = json!("192.0.2.1");
        let read: ReservedIp = serde_json::from_value(address.clone()).unwrap();
        assert_eq!(read.assignment, v4, "{shown}");
        let again: ReservedIp = serde_json::from_value(serde_json::to_value(&read).unwrap()).unwrap();
        assert_eq!(again, read, "{shown}");
        let read: ReservedIpv6 = serde_json::from_value(address).unwrap();
        assert_eq!(read.assignment, v6, "{shown}");
    }
}

/// An account without VPCs may have no list of them. That is an error, never an empty list.
#[tokio::test]
async fn a_missing_list_is_not_an_empty_list() {
    let (_server, client) = serve(refuse(404, "not_found")).await;
    assert!(matches!(client.vpcs().list().collect_all().await, Err(Error::NotFound { .. })));
}

/// No page is requested of an unpaged list, and its `null` is an empty list. If DigitalOcean starts
/// to page such a list, it is still read completely.
#[tokio::test]
async fn unpaged_lists_are_read_completely() {
    let (server, client) = serve(ok(json!({ "databases": null }))).await;
    assert_eq!(client.databases().list().collect_all().await.unwrap().items, []);
    assert_eq!(server.received_requests().await.unwrap()[0].url.query(), None);

    let (_server, client) = serve(ok(json!({}))).await;
    assert!(matches!(client.databases().list().collect_all().await, Err(Error::Decode { .. })));

    let (_server, client) = serve(|request: &Request| match query(request, "page").as_deref() {
        None => ok(json!({ "databases": [{ "id": "one" }], "links": { "pages": { "next": "/v2/databases?page=2" } } })),
        _ => ok(json!({ "databases": [{ "id": "two" }] })),
    })
    .await;
    let listing = client.databases().list().collect_all().await.unwrap();
    assert_eq!(listing.items.iter().map(|database| database.id.as_str()).collect::<Vec<_>>(), ["one", "two"]);
}

/// DigitalOcean sends the total of this list beside it and no link to the next page.
#[tokio::test]
async fn a_list_with_a_total_and_no_links_is_read_completely() {
    let (server, client) = serve(|request: &Request| {
        ok(json!({ "vector_dbs": [{ "id": format!("db-{}", page_number(request)) }], "total": 3 }))
    })
    .await;
    let listing = client.vector_databases().list().per_page(1).collect_all().await.unwrap();
    assert_eq!(listing.items.iter().map(|database| database.id.as_str()).collect::<Vec<_>>(), ["db-1", "db-2", "db-3"]);
    assert_eq!(received(&server).await, 3);

    let (_server, client) = serve(|request: &Request| match page_number(request) {
        1 => ok(json!({ "vector_dbs": [{ "id": "one" }], "total": 2 })),
        _ => ok(json!({ "vector_dbs": [], "total": 2 })),
    })
    .await;
    let error = client.vector_databases().list().collect_all().await.unwrap_err();
    assert!(matches!(error, Error::ListShifted { seen: 1, total: 2, .. }), "{error:?}");
}

/// The list of several registries is requested first. The call for the only registry follows if
/// that list does not exist.
#[tokio::test]
async fn the_older_call_is_used_where_there_is_no_list_of_registries() {
    let list = || ok(json!({ "registries": [{ "name": "one" }, { "name": "two" }] }));
    let only = || ok(json!({ "registry": { "name": "one" } }));
    let none = || refuse(404, "not_found");
    for (answers, names) in [([list(), none()], vec!["one", "two"]), ([none(), only()], vec!["one"])] {
        let (_server, client) = serve(respond_in_sequence(answers.into())).await;
        let all = client.registries().all().await.unwrap();
        assert_eq!(all.iter().map(|registry| registry.name.as_str()).collect::<Vec<_>>(), names);
    }
    for (answers, status) in [
        ([none(), none()], 404),
        ([none(), refuse(412, "precondition_failed")], 412),
        ([refuse(403, "forbidden"), only()], 403),
    ] {
        let (_server, client) = serve(respond_in_sequence(answers.into())).await;
        let read = match client.registries().all().await.unwrap_err() {
            Error::NotFound { .. } => 404,
            Error::Forbidden { .. } => 403,
            Error::Api { status, .. } => status.as_u16(),
            error => panic!("{error}"),
        };
        assert_eq!(read, status);
    }
}

/// The response has status 400 and not 404, because a resource with this id exists.
#[tokio::test]
async fn another_kind_of_image_is_distinguished_from_a_missing_snapshot() {
    let (_server, client) = serve(refuse(404, "not_found")).await;
    assert!(client.snapshots().get("1").await.unwrap_err().is_not_found());
    let (_server, client) = serve(refuse(400, "bad_request")).await;
    let error = client.snapshots().get("1").await.unwrap_err();
    assert!(matches!(&error, Error::Api { status, .. } if status.as_u16() == 400), "{error}");
    assert!(!error.is_retryable());
}

/// The values that DigitalOcean documents are variants of their enums, and not kept as other texts.
#[tokio::test]
async fn documented_values_are_known() {
    let (server, client) = serve(ok(json!({
        "certificate": { "id": "t", "state": "error", "type": "lets_encrypt" },
        "kubernetes_cluster": { "id": "k", "status": { "state": "degraded" } },
        "database": { "id": "d", "status": "online" },
        "autoscale_pool": { "id": "p", "status": "deleting" },
        "snapshot": { "id": "6372321", "resource_type": "droplet", "size_gigabytes": 0.1008 },
        "image": { "id": 7, "type": "custom", "status": "NEW" },
        "volume": { "id": "v", "name": "data" },
        "registry": { "name": "r" },
        "subscription": { "tier": { "slug": "basic", "monthly_price_in_cents": 500 } }
    })))
    .await;
    let certificate = client.certificates().get("t").await.unwrap();
    assert_eq!(certificate.state, Some(CertificateState::Error));
    assert_eq!(certificate.certificate_type, Some(CertificateType::LetsEncrypt));
    let cluster = client.kubernetes_clusters().get("k").await.unwrap();
    assert_eq!(cluster.status.unwrap().state, Some(ClusterState::Degraded));
    assert_eq!(client.databases().get("d").await.unwrap().status, Some(DatabaseStatus::Online));
    assert_eq!(client.autoscale_pools().get("p").await.unwrap().status, Some(AutoscalePoolStatus::Deleting));
    let snapshot = client.snapshots().get("6372321").await.unwrap();
    assert_eq!(snapshot.resource_type, Some(SnapshotResourceType::Droplet));
    assert_eq!(snapshot.size_gigabytes.unwrap().to_string(), "0.1008");
    let image = client.images().get(7).await.unwrap();
    assert_eq!(image.image_type, Some(ImageType::Custom));
    assert_eq!(image.status, Some(ImageStatus::New));
    assert_eq!(client.volumes().get("v").await.unwrap().name, "data");
    assert_eq!(client.registries().get_only().await.unwrap().name, "r");
    assert_eq!(client.registries().subscription().await.unwrap().tier.unwrap().monthly_price_in_cents, Some(500));
    let requests = server.received_requests().await.unwrap();
    let last: Vec<&str> = requests.iter().rev().take(2).map(|request| request.url.path()).collect();
    assert_eq!(last, ["/v2/registry/subscription", "/v2/registry"]);
}
