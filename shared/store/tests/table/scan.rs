use domain::{Interval, Kind, Resource, Scope, TenantId};
use embedded_table::EmbeddedTable;
use store::{Extent, Reader, ResourceFilter, ResourceWrite, UpdateOutcome};

use crate::fixtures::{
    account, at, audit, demo, in_project, insert, insert_projects, key, project, project_id, register, resource, tenant,
};

const KINDS: [Kind; 2] = [Kind::from_static("droplet"), Kind::from_static("volume")];

/// Writes the resource with a claim for a tenant.
async fn claim(embedded: &EmbeddedTable, row: &Resource, owner: &str) {
    let claims = vec![Interval { value: Some(tenant(owner)), from: at(0), until: None }];
    let claimed = Resource { version: row.version + 1, tenant_claims: claims, ..row.clone() };
    let write = ResourceWrite { before: Some(row.version), row: claimed, events: Vec::new() };
    let written = embedded.table.claim_resource(&write, None::<&TenantId>, &audit(owner)).await.unwrap();
    assert_eq!(written, UpdateOutcome::Written);
}

/// Creates two tenants with a project each, a droplet of one project that is claimed for the other
/// tenant, and a droplet without a tenant.
async fn two_tenants() -> EmbeddedTable {
    let embedded = EmbeddedTable::start().await;
    for slug in ["demo", "empty"] {
        register(&embedded.table, slug).await;
    }
    let projects =
        [project("acme-p", Some("acme")), project("acme-q", Some("acme")), project("rival-p", Some("rival"))];
    insert_projects(&embedded.table, &projects).await;
    let claimed = in_project(resource("droplet", "claimed"), "rival-p");
    let of_another_kind = in_project(resource("dns_zone", "claimed.example"), "rival-p");
    let rows = [
        in_project(resource("droplet", "1"), "acme-p"),
        in_project(resource("volume", "2"), "acme-q"),
        in_project(resource("dns_zone", "acme.example"), "acme-p"),
        Resource { deleted_at: Some(at(3)), ..in_project(resource("droplet", "gone"), "acme-p") },
        in_project(resource("droplet", "3"), "rival-p"),
        claimed.clone(),
        of_another_kind.clone(),
        resource("droplet", "unowned"),
    ];
    insert(&embedded.table, &rows).await;
    claim(&embedded, &claimed, "acme").await;
    claim(&embedded, &of_another_kind, "acme").await;
    embedded
}

async fn ids(reader: &Reader, filter: ResourceFilter) -> Vec<String> {
    let mut ids = Vec::new();
    let take = |row: Resource| ids.push(row.key.provider_id.to_string());
    assert_eq!(reader.scan(&demo(), &filter, &KINDS, &mut 100, take).await.unwrap(), Extent::Complete);
    ids.sort();
    ids
}

#[tokio::test]
async fn a_scan_passes_on_everything_within_the_scope_once() {
    let embedded = two_tenants().await;
    let admin = embedded.table.reader(Scope::Platform);
    let acme = embedded.table.reader(Scope::Tenant(tenant("acme")));
    let rival = embedded.table.reader(Scope::Tenant(tenant("rival")));
    let all = ResourceFilter::default;
    let of_tenant = |slug: &str| ResourceFilter { tenant: Some(tenant(slug)), ..all() };
    let in_project = |id: &str| ResourceFilter { project: Some(project_id(id)), ..all() };
    let cases: [(&str, &Reader, ResourceFilter, &[&str]); 11] = [
        ("an admin", &admin, all(), &["1", "2", "3", "claimed", "unowned"]),
        ("an admin, of a tenant", &admin, of_tenant("acme"), &["1", "2", "claimed"]),
        ("an admin, in a project", &admin, in_project("acme-p"), &["1"]),
        ("an admin, in another", &admin, in_project("rival-p"), &["3", "claimed"]),
        ("a tenant", &acme, all(), &["1", "2", "claimed"]),
        ("a tenant, filtered by itself", &acme, of_tenant("acme"), &["1", "2", "claimed"]),
        ("a tenant, filtered by another", &acme, of_tenant("rival"), &[]),
        ("a tenant, in its project", &acme, in_project("acme-q"), &["2"]),
        ("a tenant, in another tenant's project", &acme, in_project("rival-p"), &[]),
        ("the other tenant", &rival, all(), &["3"]),
        ("of one kind", &acme, ResourceFilter { kind: Some(Kind::from_static("volume")), ..all() }, &["2"]),
    ];
    for (case, reader, filter, expected) in cases {
        assert_eq!(ids(reader, filter).await, expected, "{case}");
    }
    let empty = account("empty").account;
    let nothing = |row: Resource| panic!("{:?} is in another account", row.key);
    assert_eq!(admin.scan(&empty, &all(), &KINDS, &mut 100, nothing).await.unwrap(), Extent::Complete);
    let none = |row: Resource| panic!("{:?} is of a kind that was not requested", row.key);
    assert_eq!(admin.scan(&demo(), &all(), &[], &mut 100, none).await.unwrap(), Extent::Complete);
}

/// The droplet is claimed for a tenant but in the project of another.
#[tokio::test]
async fn another_tenants_project_is_not_disclosed() {
    let embedded = two_tenants().await;
    for (scope, project) in [(Scope::Platform, Some(project_id("rival-p"))), (Scope::Tenant(tenant("acme")), None)] {
        let reader = embedded.table.reader(scope);
        let mut found = Vec::new();
        let all = ResourceFilter::default();
        reader.scan(&demo(), &all, &KINDS, &mut 100, |row| found.push(row)).await.unwrap();
        let claimed = found.iter().find(|row| row.key.provider_id.as_str() == "claimed").unwrap();
        assert_eq!((&claimed.project_id, claimed.project_history.is_empty()), (&project, project.is_none()));
    }
}

#[tokio::test]
async fn a_context_scan_covers_all_owners_where_the_caller_has_something() {
    let embedded = two_tenants().await;
    for (slug, expected) in [("acme", 4), ("rival", 4), ("stranger", 0)] {
        let reader = embedded.table.reader(Scope::Tenant(tenant(slug)));
        let mut count = 0;
        let extent =
            reader.scan_context(&demo(), &Kind::from_static("droplet"), &mut 100, |_| count += 1).await.unwrap();
        assert_eq!((extent, count), (Extent::Complete, expected), "{slug}");
    }
    // Only one droplet: tombstones are not part of the context.
    let reader = embedded.table.reader(Scope::Platform);
    let mut keys = Vec::new();
    reader.scan_context(&demo(), &Kind::from_static("volume"), &mut 100, |row| keys.push(row.key)).await.unwrap();
    assert_eq!(keys, [key("volume", "2")]);
}

/// The scan reads five droplets, one of them a tombstone, and then a volume.
#[tokio::test]
async fn a_scan_over_its_limit_is_reported_as_truncated() {
    let embedded = two_tenants().await;
    let admin = embedded.table.reader(Scope::Platform);
    for (rows, extent, left) in
        [(7, Extent::Complete, 1), (6, Extent::Complete, 0), (5, Extent::Truncated, 0), (0, Extent::Truncated, 0)]
    {
        let mut rows_left = rows;
        let all = ResourceFilter::default();
        let found = admin.scan(&demo(), &all, &KINDS, &mut rows_left, |_| {}).await.unwrap();
        assert_eq!((found, rows_left), (extent, left), "{rows}");
    }
    let mut rows = 5;
    for extent in [Extent::Complete, Extent::Truncated] {
        assert_eq!(
            admin.scan_context(&demo(), &Kind::from_static("droplet"), &mut rows, |_| {}).await.unwrap(),
            extent
        );
    }
}

#[tokio::test]
async fn a_scan_of_a_kind_returns_tombstones_too() {
    let embedded = two_tenants().await;
    let mut ids = Vec::new();
    let take = |row: Resource| ids.push(row.key.provider_id.to_string());
    embedded.table.scan_kind(&demo(), &KINDS[0], take).await.unwrap();
    ids.sort();
    assert_eq!(ids, ["1", "3", "claimed", "gone", "unowned"]);
}
