//! The causes of changes: an announced change has the cause of its announcement, a deliberate
//! change by another client is drift, and a change that happens by itself is neither.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::{Cause, CauseType, EventType, Expected, ExpectedChange, ResourceEvent};
use serde_json::{Value, json};

use crate::environment::TestEnvironment;

fn saga() -> Cause {
    Cause { kind: CauseType::Saga, id: Some("saga-1".to_owned()) }
}

async fn expect(environment: &TestEnvironment, kind: &'static str, id: &str, expected: Expected, minutes: i64) {
    let expires_at = environment.now() + TimeDelta::minutes(minutes);
    let change = ExpectedChange { key: environment.key(kind, id), expected, cause: saga(), expires_at };
    environment.table().expect_change(&change).await.unwrap();
}

fn named(name: &str) -> Expected {
    Expected::Fields(BTreeMap::from([("name".to_owned(), Value::from(name))]))
}

async fn last_event(environment: &TestEnvironment, kind: &'static str, id: &str) -> ResourceEvent {
    let reader = environment.table().reader(domain::Scope::Platform);
    reader.events(&environment.key(kind, id), None, 1).await.unwrap().unwrap().items.remove(0)
}

/// (the announcement, its minutes of validity, the change, the expected event type, the expected
/// cause).
#[tokio::test]
async fn a_change_has_the_announced_cause_if_it_matches_and_is_in_time() {
    let cases: [(Option<Expected>, i64, Value, EventType, CauseType); 7] = [
        (None, 30, json!({ "name": "a" }), EventType::DriftDetected, CauseType::Outside),
        (None, 30, json!({ "status": "off" }), EventType::Updated, CauseType::Sync),
        (None, 30, json!({ "tags": ["x"] }), EventType::Tagged, CauseType::Sync),
        (None, 30, json!({ "tags": ["x"], "status": "off" }), EventType::Updated, CauseType::Sync),
        (Some(named("a")), 30, json!({ "name": "a", "status": "off" }), EventType::Updated, CauseType::Saga),
        (Some(named("b")), 30, json!({ "name": "a" }), EventType::DriftDetected, CauseType::Outside),
        (Some(named("a")), 10, json!({ "name": "a" }), EventType::DriftDetected, CauseType::Outside),
    ];
    for (expected, minutes, change, event_type, cause) in cases {
        let environment = TestEnvironment::demo().await;
        environment.sweep("droplets").await;
        let id = environment.demo_account().list("droplets")[0]["id"].as_u64().unwrap();
        if let Some(expected) = expected.clone() {
            expect(&environment, "droplet", &id.to_string(), expected, minutes).await;
        }
        environment.demo_account().change_droplet(id, change.clone());
        environment.next_sweep("droplets").await;
        let event = last_event(&environment, "droplet", &id.to_string()).await;
        assert_eq!((event.event_type, event.cause.kind), (event_type, cause), "{change} expecting {expected:?}");
        assert_eq!(event.cause.id.is_some(), cause != CauseType::Outside);
    }
}

#[tokio::test]
async fn announced_creations_and_deletions_have_the_announced_cause() {
    let environment = TestEnvironment::demo().await;
    environment.sweep("domains").await;
    let demo = environment.demo_account();
    let gone = demo.list("domains")[0]["name"].as_str().unwrap().to_owned();
    expect(&environment, "dns_zone", "made.example", Expected::Appearance, 90).await;
    expect(&environment, "dns_zone", &gone, Expected::Disappearance, 90).await;
    demo.add_domain("made.example");
    demo.remove_domain(&gone);
    for _ in 0..3 {
        environment.next_sweep("domains").await;
    }
    for (zone, event_type) in [("made.example", EventType::Discovered), (gone.as_str(), EventType::Deleted)] {
        let event = last_event(&environment, "dns_zone", zone).await;
        assert_eq!((event.event_type, event.cause), (event_type, saga()), "{zone}");
    }
}
