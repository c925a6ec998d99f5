use chrono::TimeDelta;
use domain::{EventType, Resource, ResourceEvent, Scope};
use embedded_table::EmbeddedTable;
use store::{FeedFilter, Reader, ResourceWrite};

use crate::fixtures::{at, event, given_to, in_project, insert_projects, project, register, resource, tenant};

const DAY: i64 = 24 * 60;

/// Writes a new resource with one event at this minute.
async fn write_event(embedded: &EmbeddedTable, row: Resource, event_type: EventType, minute: i64) {
    let event = event(&row, event_type, at(minute));
    let before = row.version.checked_sub(1).filter(|version| *version > 0);
    let write = ResourceWrite { before, row, events: vec![event] };
    assert_eq!(embedded.table.commit_resource(&write).await.unwrap(), store::ResourceCommitOutcome::Written);
}

fn everything() -> FeedFilter {
    FeedFilter { since: at(0), account: None, kind: None, event_type: None, tenant: None }
}

/// Reads all pages of the feed up to the fourth day; returns the events and the number of pages.
async fn read_all_pages(reader: &Reader, filter: &FeedFilter, limit: usize) -> (Vec<ResourceEvent>, usize) {
    let (mut events, mut from, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = reader.feed(filter, from.as_ref(), at(4 * DAY), limit).await.unwrap();
        assert!(page.items.len() <= limit);
        events.extend(page.items);
        pages += 1;
        match page.next {
            Some(next) => from = Some(next),
            None => return (events, pages),
        }
    }
}

fn ids(events: &[ResourceEvent]) -> Vec<String> {
    events.iter().map(|event| format!("{} {}", event.key.account, event.key.provider_id)).collect()
}

/// Creates two accounts with events on three days, two of them in the same millisecond.
async fn table_with_events() -> EmbeddedTable {
    let embedded = EmbeddedTable::start().await;
    for slug in ["demo", "other"] {
        register(&embedded.table, slug).await;
    }
    for (account, id, minute) in [
        ("demo", "1", 5),
        ("other", "2", 6),
        ("demo", "3", DAY + 1),
        ("other", "4", DAY + 1),
        ("demo", "5", 3 * DAY),
        ("demo", "6", 3 * DAY + 2),
    ] {
        let kind = if id == "3" { "volume" } else { "droplet" };
        let mut row = resource(kind, id);
        row.key.account = domain::AccountId::new(account).unwrap();
        let event_type = if id == "5" { EventType::Deleted } else { EventType::Discovered };
        write_event(&embedded, row, event_type, minute).await;
    }
    embedded
}

#[tokio::test]
async fn events_of_all_accounts_come_newest_first_and_once_whatever_the_page() {
    let embedded = table_with_events().await;
    let reader = embedded.table.reader(Scope::Platform);
    let expected = ["demo 6", "demo 5", "demo 3", "other 4", "other 2", "demo 1"];
    for limit in [1, 2, 3, 5, 50] {
        let (events, _) = read_all_pages(&reader, &everything(), limit).await;
        assert_eq!(ids(&events), expected, "limit {limit}");
    }
    let filters = [
        (FeedFilter { since: at(DAY), ..everything() }, vec!["demo 6", "demo 5", "demo 3", "other 4"]),
        (FeedFilter { since: at(3 * DAY + 1), ..everything() }, vec!["demo 6"]),
        (
            FeedFilter { account: Some(domain::AccountId::new("other").unwrap()), ..everything() },
            vec!["other 4", "other 2"],
        ),
        (FeedFilter { kind: Some(domain::Kind::from_static("volume")), ..everything() }, vec!["demo 3"]),
        (FeedFilter { event_type: Some(EventType::Deleted), ..everything() }, vec!["demo 5"]),
    ];
    for (filter, expected) in filters {
        assert_eq!(ids(&read_all_pages(&reader, &filter, 2).await.0), expected, "{filter:?}");
    }
}

#[tokio::test]
async fn a_long_time_without_events_ends_a_page_early_and_the_next_page_continues() {
    let embedded = EmbeddedTable::start().await;
    register(&embedded.table, "demo").await;
    write_event(&embedded, resource("droplet", "1"), EventType::Discovered, 5).await;
    let reader = embedded.table.reader(Scope::Platform);
    let page = reader.feed(&everything(), None, at(200 * DAY), 10).await.unwrap();
    assert!(page.items.is_empty() && page.next.is_some(), "{page:?}");
    let mut from = page.next;
    let mut found = Vec::new();
    while let Some(position) = from {
        let page = reader.feed(&everything(), Some(&position), at(200 * DAY), 10).await.unwrap();
        found.extend(page.items);
        from = page.next;
    }
    assert_eq!(ids(&found), ["demo 1"]);
}

#[tokio::test]
async fn a_tenant_sees_only_events_of_its_own_time_and_incarnations() {
    let embedded = EmbeddedTable::start().await;
    register(&embedded.table, "demo").await;
    let changed_hands = given_to(&project("p2", Some("rival")), Some("acme"), at(20));
    insert_projects(&embedded.table, &[project("p1", Some("rival")), changed_hands]).await;
    write_event(&embedded, in_project(resource("droplet", "theirs"), "p1"), EventType::Discovered, 5).await;
    let row = in_project(resource("droplet", "own"), "p2");
    write_event(&embedded, row.clone(), EventType::Discovered, 10).await;
    write_event(&embedded, Resource { version: 2, ..row }, EventType::Updated, 30).await;
    // An address that belonged to tenant rival before acme.
    let address = in_project(resource("floating_ip", "192.0.2.1"), "p1");
    write_event(&embedded, address.clone(), EventType::Discovered, 40).await;
    let successor = Resource { version: 2, incarnation: 2, ..in_project(resource("floating_ip", "192.0.2.1"), "p2") };
    write_event(&embedded, successor, EventType::Discovered, 50).await;

    let seen = async |scope: Scope| {
        let (events, _) = read_all_pages(&embedded.table.reader(scope), &everything(), 2).await;
        events.iter().map(|event| (event.at - at(0)).num_minutes()).collect::<Vec<_>>()
    };
    assert_eq!(seen(Scope::Tenant(tenant("acme"))).await, [50, 30]);
    assert_eq!(seen(Scope::Tenant(tenant("unknown"))).await, Vec::<i64>::new());
    assert_eq!(seen(Scope::Platform).await, [50, 40, 30, 10, 5]);
    let asked = FeedFilter { tenant: Some(tenant("acme")), ..everything() };
    let (events, _) = read_all_pages(&embedded.table.reader(Scope::Platform), &asked, 10).await;
    assert_eq!(events.len(), 2);
    let other = FeedFilter { tenant: Some(tenant("acme")), ..everything() };
    let (events, pages) = read_all_pages(&embedded.table.reader(Scope::Tenant(tenant("rival"))), &other, 10).await;
    assert_eq!((events.len(), pages), (0, 1));
}

/// An event that is dated ahead of the reader's clock, because another machine's clock is fast, is
/// not lost.
#[tokio::test]
async fn an_event_dated_ahead_of_the_clock_is_shown() {
    let embedded = EmbeddedTable::start().await;
    register(&embedded.table, "demo").await;
    write_event(&embedded, resource("droplet", "1"), EventType::Discovered, DAY + 1).await;
    let reader = embedded.table.reader(Scope::Platform);
    let page = reader.feed(&everything(), None, at(DAY) - TimeDelta::minutes(1), 10).await.unwrap();
    assert_eq!(ids(&page.items), ["demo 1"]);
}
