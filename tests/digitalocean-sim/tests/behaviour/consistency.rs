//! Delayed lists, and writes whose answer does not reveal whether they were applied.

use std::time::{Duration, Instant};

use digitalocean_sim::{AccountSeed, Clock, ConsistencySettings, CutPoint, Effect, Fault, ListLag, Seed, Simulator};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{TOKEN, call, delete, get, post, try_call};

const RECORDS: &str = "/v2/domains/shop.example/records";

async fn sim(consistency: ConsistencySettings) -> Simulator {
    let account =
        AccountSeed::new(TOKEN).consistency(consistency).object("domains", json!({ "name": "shop.example" })).object(
            "domain_records",
            json!({ "domain": "shop.example", "id": 7, "type": "TXT", "name": "old", "data": "old" }),
        );
    let clock = Clock::manual("2026-11-03T10:00:00Z".parse().unwrap());
    Simulator::builder().clock(clock).seed(Seed::empty().with_account("test", account)).start().await.unwrap()
}

fn text(name: &str) -> Value {
    json!({ "type": "TXT", "name": name, "data": name })
}

async fn texts(sim: &Simulator) -> Vec<String> {
    get(sim, &format!("{RECORDS}?type=TXT")).await.names("domain_records")
}

#[tokio::test]
async fn a_list_of_records_can_lag_behind_creations_and_deletions() {
    let lag = ListLag { creation_delay_ms: 3_000, deletion_delay_ms: 5_000 };
    let sim = sim(ConsistencySettings { domain_records: lag, ..ConsistencySettings::default() }).await;
    let made = post(&sim, RECORDS, text("new")).await.json()["domain_record"]["id"].clone();
    assert_eq!(delete(&sim, &format!("{RECORDS}/7")).await.status, 204);
    assert_eq!(texts(&sim).await, ["old"]);
    assert_eq!(get(&sim, &format!("{RECORDS}/{made}")).await.status, 200);
    assert_eq!(get(&sim, &format!("{RECORDS}/7")).await.status, 404);
    assert_eq!(
        sim.account("test").list("domain_records").last().unwrap()["name"],
        "new",
        "the handle is never delayed"
    );
    sim.clock().advance(Duration::from_secs(3));
    assert_eq!(texts(&sim).await, ["old", "new"]);
    sim.clock().advance(Duration::from_secs(2));
    assert_eq!(texts(&sim).await, ["new"]);
    // A record that no list has shown yet is not kept in lists after its deletion.
    let made = post(&sim, RECORDS, text("brief")).await.json()["domain_record"]["id"].clone();
    delete(&sim, &format!("{RECORDS}/{made}")).await;
    assert_eq!(texts(&sim).await, ["new"]);
    // Objects that a test adds are listed at once.
    sim.account("test")
        .add("domain_records", json!({ "domain": "shop.example", "type": "TXT", "name": "by hand", "data": "x" }));
    assert_eq!(texts(&sim).await, ["new", "by hand"]);
}

/// All cases in which the client of a write cannot derive the outcome: the answer that it receives,
/// and when the write is applied.
#[tokio::test]
async fn a_write_can_be_lost_applied_or_applied_later_whatever_the_answer_is() {
    let applied_later = |status| Effect::DelayedApply { after_ms: 20_000, status };
    for (effect, received, applied_at_once, applied_finally) in [
        (Effect::status(503), Some(503), false, false),
        (Effect::Cut { at: CutPoint::BeforeResponse }, None, false, false),
        (Effect::ErrorAfterApply { status: 504 }, Some(504), true, true),
        (Effect::Cut { at: CutPoint::Applied }, None, true, true),
        (applied_later(Some(504)), Some(504), false, true),
        (applied_later(None), None, false, true),
    ] {
        let sim = sim(ConsistencySettings::default()).await;
        sim.faults().add(Fault::on(RECORDS, effect.clone()).method("POST").times(1));
        let answer = try_call(&sim, TOKEN, Method::POST, RECORDS, Some(text("new"))).await;
        assert_eq!(answer.ok().map(|reply| reply.status.as_u16()), received, "{effect:?}");
        let is_listed = |names: Vec<String>| names.contains(&"new".to_owned());
        assert_eq!(is_listed(texts(&sim).await), applied_at_once, "{effect:?}");
        sim.clock().advance(Duration::from_secs(19));
        assert_eq!(is_listed(texts(&sim).await), applied_at_once, "{effect:?}");
        sim.clock().advance(Duration::from_secs(1));
        assert_eq!(is_listed(texts(&sim).await), applied_finally, "{effect:?}");
        assert_eq!(texts(&sim).await.len(), 1 + usize::from(applied_finally), "{effect:?}");
    }
}

#[tokio::test]
async fn delayed_writes_are_applied_in_order_when_they_are_due() {
    let sim = sim(ConsistencySettings { action_ms: 10_000, ..ConsistencySettings::default() }).await;
    let droplet = sim.account("test").add_droplet(digitalocean_sim::Droplet::named("web"));
    let actions = format!("/v2/droplets/{droplet}/actions");
    let delayed = |after_ms| Effect::DelayedApply { after_ms, status: Some(500) };
    sim.faults().add(Fault::on(&actions, delayed(30_000)).method("POST").times(1));
    sim.faults().add(Fault::on(&format!("{RECORDS}/7"), delayed(5_000)).method("DELETE").times(1));
    let snapshot = |name: &str| json!({ "type": "snapshot", "name": name });
    assert_eq!(post(&sim, &actions, snapshot("late")).await.status, 500);
    assert_eq!(delete(&sim, &format!("{RECORDS}/7")).await.status, 500);
    let state = call(&sim, "", Method::GET, "/_sim/state", None).await.json();
    assert_eq!(state["delayed_writes"], 2);
    // No request arrives until both are over: the action started when it was due, and ended 10
    // seconds later.
    sim.clock().advance(Duration::from_secs(60));
    let made = get(&sim, "/v2/snapshots").await.json();
    assert_eq!(made["snapshots"][0]["created_at"], "2026-11-03T10:00:30Z");
    let action = get(&sim, &actions).await.json()["actions"][0].clone();
    assert_eq!(action["completed_at"], "2026-11-03T10:00:40Z");
    assert!(texts(&sim).await.is_empty());
    assert_eq!(call(&sim, "", Method::GET, "/_sim/state", None).await.json()["delayed_writes"], 0);
    // A write that is refused when it is due changes nothing.
    sim.faults().add(Fault::on(&actions, delayed(1_000)).method("POST").times(1));
    post(&sim, &actions, snapshot("refused")).await;
    assert_eq!(post(&sim, &actions, snapshot("second")).await.status, 201);
    sim.clock().advance(Duration::from_secs(30));
    assert_eq!(get(&sim, "/v2/snapshots").await.names("snapshots"), ["late", "second"]);
}

#[tokio::test]
async fn an_answer_can_come_long_after_the_write() {
    let sim = sim(ConsistencySettings::default()).await;
    sim.faults().add(Fault::on(RECORDS, Effect::DelayedAnswer { delay_ms: 400 }).method("POST").times(1));
    let started = Instant::now();
    let (answer, early) = tokio::join!(post(&sim, RECORDS, text("new")), async {
        tokio::time::sleep(Duration::from_millis(150)).await;
        texts(&sim).await
    });
    assert_eq!(early, ["old", "new"], "the write is applied before its answer");
    assert_eq!(answer.status, 201);
    assert!(started.elapsed() >= Duration::from_millis(400));
}

#[tokio::test]
async fn consistency_settings_and_the_state_are_served_over_http() {
    let sim = sim(ConsistencySettings::default()).await;
    let admin = async |method: Method, path: &str, body: Option<Value>| {
        let reply = call(&sim, "", method, &format!("/_sim/accounts/test/{path}"), body).await;
        (reply.status.as_u16(), reply.json())
    };
    let (_, before) = admin(Method::GET, "state", None).await;
    assert_eq!(before, sim.account("test").state());
    assert_eq!(before["domain_records"][4]["name"], "old");
    assert!(before["domain_records"][4].get("id").is_none());

    let consistency =
        json!({ "action_ms": 500, "domain_records": { "creation_delay_ms": 100 }, "ttl_across_types": true });
    let (status, set) = admin(Method::PUT, "consistency", Some(consistency)).await;
    assert_eq!((status, &set["action_ms"], &set["snapshots"]["deletion_delay_ms"]), (200, &json!(500), &json!(0)));
    let shown = call(&sim, "", Method::GET, "/_sim/accounts/test", None).await.json();
    assert_eq!(shown["consistency"], set);
    let (status, error) = admin(Method::PUT, "consistency", Some(json!({ "actions_ms": 1 }))).await;
    assert!(status == 422 && error["error"].as_str().unwrap().contains("actions_ms"), "{error}");
    assert_eq!(admin(Method::GET, "state", None).await.1, before, "the comparable state has no consistency settings");

    let made = post(&sim, RECORDS, text("new")).await.json()["domain_record"]["id"].clone();
    assert_ne!(admin(Method::GET, "state", None).await.1, before, "an unlisted record is part of the state");
    delete(&sim, &format!("{RECORDS}/{made}")).await;
    assert_eq!(admin(Method::GET, "state", None).await.1, before);
}
