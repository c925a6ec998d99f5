use domain::{AccountId, Kind, Resource, Scope};
use embedded_table::EmbeddedTable;
use store::{ProjectCommitOutcome, ProjectWrite, Reader, ResourceFilter};

use crate::fixtures::{
    account, at, demo, given_to, in_project, insert, insert_projects, key, project, project_id, register, resource,
    tenant,
};

const KINDS: [Kind; 2] = [Kind::from_static("dns_zone"), Kind::from_static("droplet")];

/// Creates two tenants with a project each, a project and a resource without a tenant, and a second
/// account.
async fn two_tenants() -> EmbeddedTable {
    let embedded = EmbeddedTable::start().await;
    for slug in ["demo", "empty"] {
        register(&embedded.table, slug).await;
    }
    let projects = [project("acme-p", Some("acme")), project("rival-p", Some("rival")), project("unowned", None)];
    insert_projects(&embedded.table, &projects).await;
    let mut off = in_project(resource("droplet", "2"), "acme-p");
    off.facts.status = Some("off".to_owned());
    off.facts.tags = vec!["Prod".to_owned()];
    let gone = Resource { deleted_at: Some(at(3)), ..in_project(resource("droplet", "3"), "acme-p") };
    let rows = [
        in_project(resource("droplet", "1"), "acme-p"),
        off,
        gone,
        in_project(resource("dns_zone", "acme.example"), "acme-p"),
        in_project(resource("droplet", "4"), "rival-p"),
        in_project(resource("droplet", "5"), "unowned"),
        resource("droplet", "6"),
    ];
    insert(&embedded.table, &rows).await;
    embedded
}

fn as_tenant(embedded: &EmbeddedTable, slug: &str) -> Reader {
    embedded.table.reader(Scope::Tenant(tenant(slug)))
}

async fn ids(reader: &Reader, filter: ResourceFilter) -> Vec<String> {
    let page = reader.resources(&filter, &KINDS, None, 100).await.unwrap();
    assert_eq!(page.next, None);
    let mut ids: Vec<_> = page.items.iter().map(|row| row.key.provider_id.to_string()).collect();
    ids.sort();
    ids
}

fn all() -> ResourceFilter {
    ResourceFilter::default()
}

#[tokio::test]
async fn a_tenant_lists_only_what_is_in_its_projects() {
    let embedded = two_tenants().await;
    let acme = as_tenant(&embedded, "acme");
    assert_eq!(ids(&acme, all()).await, ["1", "2", "acme.example"]);
    assert_eq!(ids(&as_tenant(&embedded, "rival"), all()).await, ["4"]);
    assert_eq!(ids(&as_tenant(&embedded, "stranger"), all()).await, [""; 0]);
    for (case, filter) in [
        ("another tenant", ResourceFilter { tenant: Some(tenant("rival")), ..all() }),
        ("another tenant's project", ResourceFilter { project: Some(project_id("rival-p")), ..all() }),
        ("a project without a tenant", ResourceFilter { project: Some(project_id("unowned")), ..all() }),
        (
            "an account without the tenant's resources",
            ResourceFilter { account: Some(AccountId::new("empty").unwrap()), ..all() },
        ),
    ] {
        assert_eq!(ids(&acme, filter).await, [""; 0], "{case}");
    }
    assert_eq!(ids(&embedded.table.reader(Scope::Platform), all()).await, ["1", "2", "4", "5", "6", "acme.example"]);
}

#[tokio::test]
async fn a_tenant_reads_a_single_resource_only_from_its_projects() {
    let embedded = two_tenants().await;
    for (slug, expected) in [("acme", ["1", "2", "3"].as_slice()), ("rival", &["4"]), ("stranger", &[])] {
        let mut seen = Vec::new();
        for id in ["1", "2", "3", "4", "5", "6", "7"] {
            let key = key("droplet", id);
            let found = as_tenant(&embedded, slug).resource(&key).await.unwrap();
            let events = as_tenant(&embedded, slug).events(&key, None, 10).await.unwrap();
            assert_eq!(found.is_some(), events.is_some(), "{slug} {id}: events are visible exactly if the resource is");
            seen.extend(found.map(|_| id));
        }
        assert_eq!(seen, expected, "{slug}");
    }
    let admin = embedded.table.reader(Scope::Platform);
    assert!(admin.resource(&key("droplet", "6")).await.unwrap().is_some());
    assert_eq!(admin.resource(&key("droplet", "7")).await.unwrap(), None);
}

#[tokio::test]
async fn a_tenant_reads_only_its_projects_and_their_accounts() {
    let embedded = two_tenants().await;
    let acme = as_tenant(&embedded, "acme");
    let names = |projects: Vec<domain::Project>| projects.into_iter().map(|p| p.id.to_string()).collect::<Vec<_>>();
    assert_eq!(names(acme.projects().await.unwrap()), ["acme-p"]);
    assert!(acme.project(&demo(), &project_id("acme-p")).await.unwrap().is_some());
    for other in ["rival-p", "unowned", "unknown"] {
        assert_eq!(acme.project(&demo(), &project_id(other)).await.unwrap(), None, "{other}");
    }
    assert_eq!(acme.accounts().await.unwrap(), [demo()]);
    let empty = account("empty").account;
    assert_eq!(names(acme.projects_in(&[empty.clone()].into()).await.unwrap()), [""; 0]);
    assert_eq!(names(acme.projects_in(&[demo()].into()).await.unwrap()), ["acme-p"]);

    let admin = embedded.table.reader(Scope::Platform);
    assert_eq!(names(admin.projects().await.unwrap()), ["acme-p", "rival-p", "unowned"]);
    assert_eq!(names(admin.projects_in(&[demo()].into()).await.unwrap()), ["acme-p", "rival-p", "unowned"]);
    assert_eq!(admin.accounts().await.unwrap(), [demo(), empty]);
}

#[tokio::test]
async fn filters_select_the_matching_resources() {
    let embedded = two_tenants().await;
    let admin = embedded.table.reader(Scope::Platform);
    let q = |text: &str| ResourceFilter { q: Some(text.to_owned()), ..all() };
    let cases: [(&str, ResourceFilter, &[&str]); 13] = [
        ("account", ResourceFilter { account: Some(demo()), ..all() }, &["1", "2", "4", "5", "6", "acme.example"]),
        ("other account", ResourceFilter { account: Some(AccountId::new("empty").unwrap()), ..all() }, &[]),
        ("kind", ResourceFilter { kind: Some(Kind::from_static("dns_zone")), ..all() }, &["acme.example"]),
        ("unknown kind", ResourceFilter { kind: Some(Kind::from_static("volume")), ..all() }, &[]),
        ("status", ResourceFilter { status: Some("off".to_owned()), ..all() }, &["2"]),
        ("project", ResourceFilter { project: Some(project_id("unowned")), ..all() }, &["5"]),
        (
            "project and kind",
            ResourceFilter { project: Some(project_id("acme-p")), kind: Some(Kind::from_static("droplet")), ..all() },
            &["1", "2"],
        ),
        ("tenant", ResourceFilter { tenant: Some(tenant("acme")), ..all() }, &["1", "2", "acme.example"]),
        (
            "a tenant and another tenant's project",
            ResourceFilter { tenant: Some(tenant("acme")), project: Some(project_id("rival-p")), ..all() },
            &[],
        ),
        ("text in the name", q("DROPLET-4"), &["4"]),
        ("text in the id", q("Acme.ex"), &["acme.example"]),
        ("text in a tag", q("prod"), &["2"]),
        ("deleted", ResourceFilter { deleted: true, ..all() }, &["3"]),
    ];
    for (case, filter, expected) in cases {
        assert_eq!(ids(&admin, filter).await, expected, "{case}");
    }
    let deleted = ResourceFilter { deleted: true, ..all() };
    assert_eq!(ids(&as_tenant(&embedded, "acme"), deleted.clone()).await, ["3"]);
    assert_eq!(ids(&as_tenant(&embedded, "rival"), deleted).await, [""; 0]);
}

#[tokio::test]
async fn a_projects_new_owner_does_not_see_what_the_former_one_had_deleted() {
    let embedded = two_tenants().await;
    let before = project("acme-p", Some("acme"));
    let handed_over = given_to(&before, Some("rival"), at(10));
    let write = ProjectWrite { before: Some(before.version), project: handed_over };
    assert_eq!(embedded.table.commit_project(&write).await.unwrap(), ProjectCommitOutcome::Written);
    let rival = as_tenant(&embedded, "rival");
    let gone = ResourceFilter { deleted: true, ..all() };
    assert_eq!(ids(&rival, gone.clone()).await, [""; 0]);
    assert_eq!(rival.resource(&key("droplet", "3")).await.unwrap(), None);
    assert_eq!(rival.events(&key("droplet", "3"), None, 10).await.unwrap(), None);
    // Live resources belong to the new owner from now on.
    assert!(rival.resource(&key("droplet", "1")).await.unwrap().is_some());
    assert_eq!(ids(&embedded.table.reader(Scope::Platform), gone).await, ["3"]);
}
