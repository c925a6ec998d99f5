//! The feed of recent events.

use domain::{AccountStatus, EventType, Resource};
use serde_json::json;
use store::ResourceWrite;

use crate::app::{App, Who, cursor_key, scope, time};
use crate::seed;

/// Creates events in two accounts at these times, the newest last, with the names
/// `<account>/<number>`.
const EVENTS: [(&str, &str, EventType, &str); 6] = [
    ("one", "droplet", EventType::Discovered, "2026-03-01T00:00:00Z"),
    ("two", "droplet", EventType::Updated, "2026-04-10T23:59:59.999Z"),
    ("one", "dns_zone", EventType::Discovered, "2026-04-11T12:00:00Z"),
    ("one", "droplet", EventType::Updated, "2026-04-12T00:00:00Z"),
    ("two", "dns_zone", EventType::Tagged, "2026-04-12T00:00:00Z"),
    ("two", "droplet", EventType::Deleted, "2026-04-12T11:59:00Z"),
];

async fn app() -> App {
    let app = App::start().await;
    let table = &app.table.table;
    for account in ["one", "two"] {
        seed::account(table, account, AccountStatus::Enabled).await;
        seed::project(table, account, &format!("{account}-project"), Some(account)).await;
        seed::sweep_all(table, account, time("2026-04-12T11:50:00Z")).await;
    }
    for (number, (account, kind, event_type, at)) in EVENTS.iter().enumerate() {
        let row: Resource = seed::row(account, kind, &number.to_string(), Some(&format!("{account}-project")));
        let event = domain::ResourceEvent { at: time(at), ..seed::event(&row, *event_type, Vec::new()) };
        table.commit_resource(&ResourceWrite { before: None, row, events: vec![event] }).await.unwrap();
    }
    app
}

#[tokio::test]
async fn the_newest_event_is_first_and_since_limits_the_age() {
    let app = app().await;
    let cases: [(Who, &str, &[&str]); 13] = [
        (Who::Admin, "", &["5", "3", "4", "2"]),
        (Who::Admin, "?since=2026-04-12T00:00:00Z", &["5", "3", "4"]),
        (Who::Admin, "?since=2026-04-12T00:00:00.001Z", &["5"]),
        (Who::Admin, "?since=2026-04-12T02:00:00%2B02:00", &["5", "3", "4"]),
        (Who::Admin, "?since=1970-01-01T00:00:00Z", &["5", "3", "4", "2", "1", "0"]),
        (Who::Admin, "?since=2030-01-01T00:00:00Z", &[]),
        (Who::Admin, "?since=2026-04-01T00:00:00Z&kind=droplet", &["5", "3", "1"]),
        (Who::Admin, "?type=tagged", &["4"]),
        (Who::Admin, "?account=one", &["3", "2"]),
        (Who::Admin, "?tenant=two", &["5", "4"]),
        (Who::Tenant("one"), "", &["3", "2"]),
        (Who::Tenant("one"), "?tenant=two", &[]),
        (Who::Tenant("gamma"), "", &[]),
    ];
    for (who, query, expected) in cases {
        let mut found = Vec::new();
        let mut next = format!("/inventory/events{query}");
        loop {
            let page = app.get(who, &next).await;
            assert_eq!(page.status, 200, "{next}: {}", page.text);
            found.extend(page.all("provider_id"));
            let Some(cursor) = page.body["next_cursor"].as_str() else { break };
            let mark = if query.is_empty() { '?' } else { '&' };
            next = format!("/inventory/events{query}{mark}cursor={cursor}");
        }
        assert_eq!(found, expected, "{who:?} {query}");
    }
    let newest = app.get(Who::Admin, "/inventory/events?limit=1").await;
    let one = app.get(Who::Admin, "/inventory/resources/two/droplet/5/events").await;
    assert_eq!(newest.body["data"], one.body["data"]);
    assert_eq!((&newest.body["as_of"], &newest.body["complete"]), (&json!("2026-04-12T11:50:00Z"), &json!(true)));
}

#[tokio::test]
async fn the_next_page_continues_where_the_last_ended_even_if_time_passes() {
    let app = app().await;
    let mut found = Vec::new();
    let mut next = "/inventory/events?limit=1".to_owned();
    loop {
        let page = app.get(Who::Admin, &next).await;
        assert_eq!(page.status, 200, "{}", page.text);
        found.extend(page.all("provider_id"));
        // By now the event at noon yesterday is older than 24 hours.
        app.clock.advance(chrono::TimeDelta::minutes(10));
        let Some(cursor) = page.body["next_cursor"].as_str() else { break };
        next = format!("/inventory/events?limit=1&cursor={cursor}");
    }
    assert_eq!(found, ["5", "3", "4", "2"]);
}

#[tokio::test]
async fn a_cursor_with_a_forged_position_reads_no_other_tenants_data() {
    /// The feed's parameters as they are serialized when none is given.
    #[derive(Default, serde::Serialize)]
    struct Unfiltered {
        since: Option<()>,
        kind: Option<()>,
        r#type: Option<()>,
        tenant: Option<()>,
        account: Option<()>,
    }
    let app = app().await;
    let page = app.get(Who::Tenant("one"), "/inventory/events?limit=1").await;
    let binding = cursor_key().binding(&scope("one"), "feed", &Unfiltered::default());
    let genuine: serde_json::Value = binding.open(page.body["next_cursor"].as_str().unwrap()).unwrap();
    let (since, from) = ("2026-04-11T12:00:00Z", &genuine["from"]);
    let with = |field: &str, value: serde_json::Value| {
        let mut from = from.clone();
        from[field] = value;
        json!({ "since": since, "from": from })
    };
    let positions = [
        with("after", json!("2026-04-12T09:00:00.000Z#droplet#1#0000000001#two")),
        with("after", json!("2026-04-12T09:00:00.000Z#droplet#1#0000000001#nowhere")),
        with("after", json!("")),
        with("after", json!("#one")),
        with("after", json!("~")),
        with("after", json!("~#one")),
        with("after", json!("\u{0}#one")),
        with("after", json!("x".repeat(1_300) + "#one")),
        with("partition", json!("9999-12-31")),
        with("partition", json!("-200000-01-01")),
        with("partition", json!("2026-04-11")),
        with("partition", json!("never")),
        json!({ "since": "-200000-01-01T00:00:00Z", "from": from }),
        json!({ "since": "+200000-01-01T00:00:00Z", "from": from }),
        json!({ "since": "9999-12-31T23:59:59Z", "from": from }),
        json!(null),
    ];
    for position in positions {
        let forged = binding.seal(&position).unwrap();
        for who in [Who::Tenant("one"), Who::Tenant("two")] {
            let answer = app.get(who, &format!("/inventory/events?limit=1&cursor={forged}")).await;
            assert!(matches!(answer.status, 200 | 400), "{position}: {}", answer.text);
            assert!(who == Who::Tenant("one") || answer.status == 400, "{position}: {}", answer.text);
            assert!(!answer.text.contains("two"), "{position}: {}", answer.text);
        }
    }
}
