use domain::{EventType, Kind, Resource, ResourceKey, Strikes};
use embedded_table::{CrashPoint, EmbeddedTable};
use serde_json::json;
use store::{ResourceCommitOutcome, ResourceWrite};

use crate::fixtures::{at, demo, event, insert, key, keys_of, renamed, resource, silent, write};

/// The two ways in which a resource is written: with an event in a transaction, and without one by
/// itself.
const WAYS: [fn(Option<u64>, &Resource) -> ResourceWrite; 2] = [write, silent];

/// The name of the case, the existing versions, the write, its outcome, and the resource that is
/// stored afterwards.
type Case<'a> = (&'a str, Vec<&'a Resource>, ResourceWrite, (ResourceCommitOutcome, Option<Resource>));

#[tokio::test]
async fn a_resource_is_written_only_on_the_version_it_was_computed_from() {
    let first = resource("droplet", "1");
    let second = renamed(&first, "second");
    let third = renamed(&second, "third");
    for (way, make) in WAYS.into_iter().enumerate() {
        let written = |row: &Resource| (ResourceCommitOutcome::Written, Some(row.clone()));
        let conflict =
            |row: Option<&Resource>| (ResourceCommitOutcome::Conflict(row.cloned().map(Box::new)), row.cloned());
        let cases: [Case<'_>; 6] = [
            ("new", vec![], make(None, &first), written(&first)),
            ("next", vec![&first], make(Some(1), &second), written(&second)),
            ("new, but a resource exists", vec![&first], make(None, &renamed(&first, "x")), conflict(Some(&first))),
            ("stale", vec![&first, &second], make(Some(1), &renamed(&first, "x")), conflict(Some(&second))),
            ("a version too high", vec![&first], make(Some(2), &third), conflict(Some(&first))),
            ("next, but no resource exists", vec![], make(Some(1), &second), conflict(None)),
        ];
        for (case, rows, decided, (expected, left)) in cases {
            let embedded = EmbeddedTable::start().await;
            for row in rows {
                embedded
                    .table
                    .commit_resource(&make(row.version.checked_sub(1).filter(|v| *v > 0), row))
                    .await
                    .unwrap();
            }
            let before = embedded.dump().await;
            assert_eq!(embedded.table.commit_resource(&decided).await.unwrap(), expected, "{case}, way {way}");
            assert_eq!(embedded.table.resource(&first.key).await.unwrap(), left, "{case}, way {way}");
            assert_eq!(
                embedded.dump().await != before,
                expected == ResourceCommitOutcome::Written,
                "{case}, way {way}"
            );
        }
    }
}

#[tokio::test]
async fn a_resource_and_its_events_are_written_all_or_none() {
    let former = resource("domain", "example.com");
    let both = ["KIND#demo#domain / example.com", "RESOURCE#demo#domain#example.com / EVENT#0000000001"];
    for (crash_point, expected) in [(CrashPoint::Before(1), [].as_slice()), (CrashPoint::After(1), &both)] {
        let embedded = EmbeddedTable::start().await;
        let (table, requests) = embedded.another_process();
        requests.crash_at(crash_point);
        table.commit_resource(&write(None, &former)).await.unwrap_err();
        assert!(requests.has_crashed());
        assert_eq!(keys_of(&embedded).await, expected, "{crash_point:?}");
    }
}

#[tokio::test]
async fn a_lost_response_is_recognised_by_the_retry() {
    let first = resource("droplet", "1");
    for make in WAYS {
        let embedded = EmbeddedTable::start().await;
        insert(&embedded.table, std::slice::from_ref(&first)).await;
        let decided = make(Some(1), &renamed(&first, "second"));
        let (crashing, requests) = embedded.another_process();
        requests.crash_at(CrashPoint::After(1));
        crashing.commit_resource(&decided).await.unwrap_err();
        let before = embedded.dump().await;
        assert_eq!(embedded.table.commit_resource(&decided).await.unwrap(), ResourceCommitOutcome::Written);
        assert_eq!(embedded.dump().await, before, "the retry writes nothing");
        // The same version with other content, from another client, is not taken for a lost
        // response.
        let other = make(Some(1), &renamed(&first, "another second"));
        let ResourceCommitOutcome::Conflict(Some(current)) = embedded.table.commit_resource(&other).await.unwrap()
        else {
            panic!("written")
        };
        assert_eq!(*current, decided.row);
    }
}

#[tokio::test]
async fn a_replaced_resource_keeps_the_events_of_both_incarnations() {
    let embedded = EmbeddedTable::start().await;
    let first = resource("floating_ip", "192.0.2.1");
    insert(&embedded.table, std::slice::from_ref(&first)).await;
    let gone = Resource { version: 2, ..first.clone() };
    let successor = Resource { version: 3, incarnation: 2, ..first };
    let events = vec![event(&gone, EventType::Deleted, at(1)), event(&successor, EventType::Discovered, at(1))];
    let decided = ResourceWrite { before: Some(1), row: successor, events };
    for _ in 0..2 {
        assert_eq!(embedded.table.commit_resource(&decided).await.unwrap(), ResourceCommitOutcome::Written);
    }
    assert_eq!(keys_of(&embedded).await.len(), 4, "one resource, three events");
}

#[tokio::test]
async fn an_event_cannot_exist_twice() {
    let embedded = EmbeddedTable::start().await;
    let first = resource("droplet", "1");
    insert(&embedded.table, std::slice::from_ref(&first)).await;
    let before = embedded.dump().await;
    // The condition of the resource holds, but its event has a version that exists already.
    let second = renamed(&first, "second");
    let decided = ResourceWrite { events: vec![event(&first, EventType::Updated, at(5))], ..write(Some(1), &second) };
    assert_eq!(
        embedded.table.commit_resource(&decided).await.unwrap(),
        ResourceCommitOutcome::Conflict(Some(Box::new(first)))
    );
    assert_eq!(embedded.dump().await, before);
}

#[tokio::test]
async fn a_tombstone_is_kept_but_not_in_the_index() {
    let embedded = EmbeddedTable::start().await;
    let (live, doomed) = (resource("droplet", "1"), resource("droplet", "2"));
    insert(&embedded.table, &[live.clone(), doomed.clone()]).await;
    let known = || async { embedded.table.indexed_resources(&demo(), &Kind::from_static("droplet")).await.unwrap() };
    assert_eq!(known().await.len(), 2);
    let tombstone = Resource { deleted_at: Some(at(9)), ..renamed(&doomed, "gone") };
    embedded.table.commit_resource(&write(Some(1), &tombstone)).await.unwrap();
    assert_eq!(known().await.keys().collect::<Vec<_>>(), [&live.key.provider_id]);
    assert_eq!(embedded.table.resource(&doomed.key).await.unwrap(), Some(tombstone.clone()));
    let restored = Resource { deleted_at: None, ..renamed(&tombstone, "back") };
    embedded.table.commit_resource(&write(Some(2), &restored)).await.unwrap();
    assert_eq!(known().await.len(), 2);
}

#[tokio::test]
async fn an_index_entry_has_what_a_sweep_needs() {
    let embedded = EmbeddedTable::start().await;
    let strikes = Some(Strikes { count: 2, last_at: at(3) });
    let row = Resource { strikes, incarnation: 4, last_seen_at: at(2), ..resource("droplet", "1") };
    insert(&embedded.table, &[row.clone(), resource("dns_zone", "example.com")]).await;
    let known = embedded.table.indexed_resources(&demo(), &Kind::from_static("droplet")).await.unwrap();
    assert_eq!(known.len(), 1, "only the resources of this kind");
    let entry = &known[&row.key.provider_id];
    assert_eq!(
        (&entry.fingerprint, entry.version, entry.incarnation, entry.strikes, entry.last_seen_at),
        (&row.fingerprint, 1, 4, strikes, at(2))
    );
}

#[tokio::test]
async fn the_index_is_read_over_all_pages() {
    let embedded = EmbeddedTable::start().await;
    let long = "f".repeat(20_000);
    for n in 0..120 {
        let row = Resource { fingerprint: long.clone(), ..resource("droplet", &n.to_string()) };
        embedded.table.commit_resource(&silent(None, &row)).await.unwrap();
    }
    embedded.requests.reset();
    assert_eq!(embedded.table.indexed_resources(&demo(), &Kind::from_static("droplet")).await.unwrap().len(), 120);
    assert_eq!(embedded.requests.counts().requests["Query"], 3, "2.4 MB in pages of 1 MB");
}

#[tokio::test]
async fn resources_are_read_a_hundred_at_a_time_and_missing_ones_are_left_out() {
    let embedded = EmbeddedTable::start().await;
    let keys: Vec<ResourceKey> = (0..150).map(|n| key("droplet", &n.to_string())).collect();
    for key in keys.iter().filter(|key| key.provider_id.as_str() != "7") {
        embedded.table.commit_resource(&silent(None, &resource("droplet", key.provider_id.as_str()))).await.unwrap();
    }
    embedded.requests.reset();
    let mut found: Vec<_> = embedded.table.resources(&keys).await.unwrap().into_iter().map(|row| row.key).collect();
    assert_eq!(embedded.requests.counts().requests["BatchGetItem"], 2);
    let mut expected: Vec<_> = keys.into_iter().filter(|key| key.provider_id.as_str() != "7").collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(embedded.table.resources(&[]).await.unwrap(), []);
}

#[tokio::test]
async fn keys_that_dynamodb_left_unprocessed_are_requested_again() {
    let embedded = EmbeddedTable::start().await;
    let mut rows = Vec::new();
    for n in 0..45 {
        let mut row = resource("droplet", &n.to_string());
        row.facts.attrs.insert("blob".to_owned(), json!("x".repeat(380_000)));
        embedded.table.commit_resource(&silent(None, &row)).await.unwrap();
        rows.push(row.key);
    }
    embedded.requests.reset();
    assert_eq!(embedded.table.resources(&rows).await.unwrap().len(), 45);
    assert!(embedded.requests.counts().requests["BatchGetItem"] > 1, "17 MB do not fit in one response");
}
