use std::collections::BTreeSet;

use domain::{Kind, Resource, Scope};
use embedded_table::EmbeddedTable;
use proptest::prelude::*;
use store::{Cursor, ResourceFilter};

use crate::fixtures::{at, demo, in_project, insert, insert_projects, project, register, resource, silent, tenant};

const KINDS: [Kind; 3] = [Kind::from_static("dns_zone"), Kind::from_static("droplet"), Kind::from_static("volume")];
const PROJECTS: [&str; 3] = ["p1", "p2", "p3"];

/// A resource of some kind, in a project or in none, live or deleted; ids differ by number.
fn row() -> impl Strategy<Value = (usize, usize, bool)> {
    (0..KINDS.len(), 0..=PROJECTS.len(), prop::bool::weighted(0.2))
}

fn built(number: usize, (kind, project, deleted): (usize, usize, bool)) -> Resource {
    // The ids are spread over the partition, so that added resources come before and after a
    // cursor.
    let id = format!("{:03}", number * 7919 % 1000);
    let row = resource(KINDS[kind].as_str(), &id);
    let row = PROJECTS.get(project).map_or(row.clone(), |project| in_project(row, project));
    Resource { deleted_at: deleted.then(|| at(1)), ..row }
}

async fn pages_list_everything_once(rows: Vec<(usize, usize, bool)>, added: Vec<(usize, usize, bool)>, limit: usize) {
    let before = rows.len();
    let rows: Vec<Resource> = rows.into_iter().chain(added).enumerate().map(|(n, row)| built(n, row)).collect();
    let (rows, added) = rows.split_at(before);
    for scope in [Scope::Platform, Scope::Tenant(tenant("acme"))] {
        let embedded = EmbeddedTable::start().await;
        register(&embedded.table, "demo").await;
        insert_projects(
            &embedded.table,
            &[project("p1", Some("acme")), project("p2", Some("acme")), project("p3", None)],
        )
        .await;
        insert(&embedded.table, rows).await;
        let reader = embedded.table.reader(scope.clone());
        let mut added = added.iter();
        let mut seen = Vec::new();
        let mut from: Option<Cursor> = None;
        loop {
            let page = reader.resources(&ResourceFilter::default(), &KINDS, from.as_ref(), limit).await.unwrap();
            assert!(page.items.len() <= limit);
            seen.extend(page.items.into_iter().map(|row| row.key));
            from = page.next;
            if from.is_none() {
                break;
            }
            insert(&embedded.table, added.next().map(std::slice::from_ref).unwrap_or_default()).await;
        }
        let once: BTreeSet<_> = seen.iter().cloned().collect();
        assert_eq!(once.len(), seen.len(), "a resource is listed twice: {seen:?}");
        let mine = |row: &&Resource| row.project_id.as_ref().is_some_and(|id| ["p1", "p2"].contains(&id.as_str()));
        let visible = |row: &&Resource| row.is_live() && (scope == Scope::Platform || mine(row));
        let wanted: BTreeSet<_> = rows.iter().filter(visible).map(|row| row.key.clone()).collect();
        assert!(wanted.is_subset(&once), "a resource is missing: {wanted:?}, {once:?}");
        let later: BTreeSet<_> = added_keys(&wanted, &once);
        assert!(
            later.iter().all(|key| rows.iter().all(|row| row.key != *key)),
            "an unexpected resource is listed: {later:?}"
        );
    }
}

fn added_keys<T: Ord + Clone>(wanted: &BTreeSet<T>, seen: &BTreeSet<T>) -> BTreeSet<T> {
    seen.difference(wanted).cloned().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_matching_resource_is_on_exactly_one_page_even_while_resources_are_added(
        rows in prop::collection::vec(row(), 0..24),
        added in prop::collection::vec(row(), 0..8),
        limit in 1usize..9,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(pages_list_everything_once(rows, added, limit));
    }
}

#[tokio::test]
async fn a_page_may_span_many_reads_of_a_large_partition() {
    let embedded = EmbeddedTable::start().await;
    register(&embedded.table, "demo").await;
    for n in 0..450 {
        embedded.table.commit_resource(&silent(None, &resource("droplet", &n.to_string()))).await.unwrap();
    }
    let reader = embedded.table.reader(Scope::Platform);
    let all = reader.resources(&ResourceFilter::default(), &KINDS, None, 1000).await.unwrap();
    assert_eq!((all.items.len(), all.next), (450, None));
    let last = ResourceFilter { q: Some("droplet-99".to_owned()), ..ResourceFilter::default() };
    let found = reader.resources(&last, &KINDS, None, 5).await.unwrap();
    assert_eq!((found.items.len(), found.next), (1, None));
}

#[tokio::test]
async fn a_filter_that_matches_nothing_ends_a_page_early_with_a_cursor() {
    let embedded = EmbeddedTable::start().await;
    register(&embedded.table, "demo").await;
    let kinds: Vec<Kind> = (0..105).map(|n| Kind::new(format!("kind_{n:03}")).unwrap()).collect();
    let rows: Vec<Resource> = kinds.iter().map(|kind| resource(kind.as_str(), "x")).collect();
    insert(&embedded.table, &rows).await;
    let reader = embedded.table.reader(Scope::Platform);
    let filter = ResourceFilter { q: Some("kind_104".to_owned()), account: Some(demo()), ..ResourceFilter::default() };
    embedded.requests.reset();
    let first = reader.resources(&filter, &kinds, None, 10).await.unwrap();
    assert_eq!(embedded.requests.counts().requests["Query"], 100);
    assert!(first.items.is_empty() && first.next.is_some(), "{first:?}");
    let second = reader.resources(&filter, &kinds, first.next.as_ref(), 10).await.unwrap();
    assert_eq!((second.items.len(), second.next), (1, None));
}

#[tokio::test]
async fn a_cursor_whose_partition_is_gone_continues_with_the_next_one() {
    let embedded = EmbeddedTable::start().await;
    let mut projects = PROJECTS.map(|id| project(id, Some("acme")));
    insert_projects(&embedded.table, &projects).await;
    let rows = PROJECTS.map(|id| in_project(resource("droplet", id), id));
    insert(&embedded.table, &rows).await;
    let reader = embedded.table.reader(Scope::Tenant(tenant("acme")));
    let filter = ResourceFilter::default();
    let first = reader.resources(&filter, &KINDS, None, 2).await.unwrap();
    assert_eq!(first.items, rows[..2]);
    // The project in which the page ended belongs to another tenant now.
    projects[1] = crate::fixtures::given_to(&projects[1], Some("rival"), at(5));
    let write = store::ProjectWrite { before: Some(1), project: projects[1].clone() };
    embedded.table.commit_project(&write).await.unwrap();
    let second = reader.resources(&filter, &KINDS, first.next.as_ref(), 2).await.unwrap();
    assert_eq!((second.items.as_slice(), second.next), (&rows[2..], None));
}
