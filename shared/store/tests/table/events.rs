use chrono::TimeDelta;
use domain::{Change, EventType, Interval, Project, Resource, ResourceEvent, Scope};
use embedded_table::EmbeddedTable;
use serde_json::{Value, json};
use store::{Page, ResourceWrite, keys};

use crate::fixtures::{
    at, event, given_to, in_project, insert, insert_projects, key, project, project_id, resource, tenant, ttl_of, write,
};

/// Writes several versions of a resource, each with one event.
async fn write_versions(
    embedded: &EmbeddedTable,
    versions_and_events: impl IntoIterator<Item = (Resource, ResourceEvent)>,
) {
    for (row, event) in versions_and_events {
        let before = row.version.checked_sub(1).filter(|version| *version > 0);
        let write = ResourceWrite { before, row, events: vec![event] };
        assert_eq!(embedded.table.commit_resource(&write).await.unwrap(), store::ResourceCommitOutcome::Written);
    }
}

async fn seen_by(embedded: &EmbeddedTable, scope: Scope) -> Option<Vec<ResourceEvent>> {
    let page = embedded.table.reader(scope).events(&key("droplet", "1"), None, 50).await.unwrap();
    page.map(|page| page.items)
}

fn versions(events: &[ResourceEvent]) -> Vec<u64> {
    events.iter().map(|event| event.version).collect()
}

/// Creates a droplet whose id belonged to another droplet before. It was in project p1 and is now
/// in p2, and p2 belonged to tenant rival before acme.
async fn a_droplet_with_a_past() -> EmbeddedTable {
    let embedded = EmbeddedTable::start().await;
    let mine = given_to(&project("p2", Some("rival")), Some("acme"), at(20));
    insert_projects(&embedded.table, &[project("p1", Some("rival")), mine]).await;
    let past = vec![
        Interval { value: project_id("p1"), from: at(5), until: Some(at(10)) },
        Interval { value: project_id("p2"), from: at(10), until: None },
    ];
    let row = Resource { project_history: past, ..in_project(resource("droplet", "1"), "p2") };
    let versions_and_events = [(1, 1), (2, 6), (2, 12), (2, 20), (2, 30)];
    let versions_and_events = (1u64..).zip(versions_and_events).map(|(version, (incarnation, minute))| {
        let row = Resource { version, incarnation, ..row.clone() };
        let mut event = event(&row, EventType::Updated, at(minute));
        event.changes = vec![
            Change { field: "project_id".to_owned(), before: json!("p1"), after: json!("p2") },
            Change { field: "name".to_owned(), before: json!("p1"), after: json!("p2") },
        ];
        (row, event)
    });
    write_versions(&embedded, versions_and_events).await;
    embedded
}

#[tokio::test]
async fn a_tenant_sees_only_events_of_its_own_time_and_of_the_current_incarnation() {
    let embedded = a_droplet_with_a_past().await;
    let admin = seen_by(&embedded, Scope::Platform).await.unwrap();
    assert_eq!(versions(&admin), [5, 4, 3, 2, 1], "newest first");
    let acme = seen_by(&embedded, Scope::Tenant(tenant("acme"))).await.unwrap();
    assert_eq!(versions(&acme), [5, 4], "from the minute at which the project became acme's");
    assert_eq!(
        seen_by(&embedded, Scope::Tenant(tenant("rival"))).await,
        None,
        "a former owner cannot read the resource at all"
    );
}

#[tokio::test]
async fn events_of_a_former_incarnation_are_hidden_whatever_their_times() {
    let embedded = EmbeddedTable::start().await;
    insert_projects(&embedded.table, &[project("p1", Some("acme"))]).await;
    let former = in_project(resource("droplet", "1"), "p1");
    let successor = Resource { version: 2, incarnation: 2, ..former.clone() };
    let versions_and_events = [former, successor].map(|row| {
        let event = event(&row, EventType::Discovered, at(5));
        (row, event)
    });
    write_versions(&embedded, versions_and_events).await;
    assert_eq!(versions(&seen_by(&embedded, Scope::Tenant(tenant("acme"))).await.unwrap()), [2]);
    assert_eq!(versions(&seen_by(&embedded, Scope::Platform).await.unwrap()), [2, 1]);
}

#[tokio::test]
async fn the_former_project_is_visible_only_to_the_owner_of_both_projects() {
    let embedded = a_droplet_with_a_past().await;
    let acme = seen_by(&embedded, Scope::Tenant(tenant("acme"))).await.unwrap();
    let [project, name] = &acme[0].changes[..] else { panic!("{acme:?}") };
    assert_eq!((&project.before, &project.after), (&Value::Null, &json!("p2")));
    assert_eq!((&name.before, &name.after), (&json!("p1"), &json!("p2")), "other fields are unchanged");
    let admin = seen_by(&embedded, Scope::Platform).await.unwrap();
    assert_eq!(admin[0].changes[0].before, json!("p1"));
}

#[tokio::test]
async fn the_events_after_a_project_changes_its_tenant_belong_to_the_new_tenant() {
    let embedded = EmbeddedTable::start().await;
    let first = project("p1", Some("acme"));
    insert_projects(&embedded.table, std::slice::from_ref(&first)).await;
    let row = in_project(resource("droplet", "1"), "p1");
    let versions_and_events = [5, 15, 25].into_iter().zip(1u64..).map(|(minute, version)| {
        let row = Resource { version, ..row.clone() };
        let event = event(&row, EventType::Updated, at(minute));
        (row, event)
    });
    write_versions(&embedded, versions_and_events).await;
    let second = given_to(&first, Some("rival"), at(10));
    let third = given_to(&second, Some("acme"), at(20));
    // The versions whose events each of the two tenants sees; `None` if it may not see the droplet.
    type Visible = Option<&'static [u64]>;
    let cases: [(&Project, Visible, Visible); 3] =
        [(&first, Some(&[3, 2, 1]), None), (&second, None, Some(&[3, 2])), (&third, Some(&[3, 1]), None)];
    for (project, acme, rival) in cases {
        if project.version > 1 {
            let write = store::ProjectWrite { before: Some(project.version - 1), project: project.clone() };
            embedded.table.commit_project(&write).await.unwrap();
        }
        for (slug, expected) in [("acme", acme), ("rival", rival)] {
            let seen = seen_by(&embedded, Scope::Tenant(tenant(slug))).await;
            assert_eq!(
                seen.as_deref().map(versions).as_deref(),
                expected,
                "{slug}, project version {}",
                project.version
            );
        }
    }
}

#[tokio::test]
async fn every_event_is_on_exactly_one_page() {
    let embedded = EmbeddedTable::start().await;
    let row = resource("droplet", "1");
    let versions_and_events = (1..=7).map(|version| {
        let row = Resource { version, ..row.clone() };
        let event = event(&row, EventType::Updated, at(0));
        (row, event)
    });
    write_versions(&embedded, versions_and_events).await;
    for limit in 1..=8 {
        assert_eq!(read_all(&embedded, limit).await, [7, 6, 5, 4, 3, 2, 1], "pages of {limit}");
    }
}

#[tokio::test]
async fn events_that_exceed_one_response_of_the_table_are_not_lost() {
    let embedded = EmbeddedTable::start().await;
    let row = resource("droplet", "1");
    let versions_and_events = (1..=6).map(|version| {
        let row = Resource { version, ..row.clone() };
        let mut event = event(&row, EventType::Updated, at(0));
        event.changes = vec![Change { field: "x".to_owned(), before: Value::Null, after: json!("y".repeat(300_000)) }];
        (row, event)
    });
    write_versions(&embedded, versions_and_events).await;
    for limit in [2, 6, 50] {
        assert_eq!(read_all(&embedded, limit).await, [6, 5, 4, 3, 2, 1], "pages of {limit}");
    }
}

async fn read_all(embedded: &EmbeddedTable, limit: usize) -> Vec<u64> {
    let reader = embedded.table.reader(Scope::Platform);
    let (mut seen, mut from) = (Vec::new(), None);
    loop {
        let page = reader.events(&key("droplet", "1"), from.as_ref(), limit).await.unwrap();
        let Page { items: events, next } = page.expect("the droplet exists");
        assert!(events.len() <= limit);
        seen.extend(versions(&events));
        match next {
            Some(next) => from = Some(next),
            None => return seen,
        }
    }
}

#[tokio::test]
async fn events_are_kept_as_long_as_configured() {
    let row = resource("droplet", "1");
    let first = keys::event(&row.key, 1);
    let embedded = EmbeddedTable::start().await;
    insert(&embedded.table, std::slice::from_ref(&row)).await;
    assert_eq!(ttl_of(&embedded, &first).await, (at(0) + TimeDelta::days(400)).timestamp());
    let embedded = EmbeddedTable::start().await;
    let table = embedded.table.clone().keep_events_for(TimeDelta::days(7));
    table.commit_resource(&write(None, &row)).await.unwrap();
    assert_eq!(ttl_of(&embedded, &first).await, (at(0) + TimeDelta::days(7)).timestamp());
}
