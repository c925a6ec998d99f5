//! What each outcome of a call allows to conclude.

use std::collections::BTreeMap;

use chrono::{TimeDelta, Utc};
use digitalocean_sim::{CutPoint, Effect, Fault as SimFault, LimitKind};
use sagas::ports::{Fault, WriteRequest};
use serde_json::{Value, json};

use crate::world::{World, reads, word, writes};

fn status(status: u16, body: Value) -> Effect {
    Effect::Status { status, body: Some(body), headers: BTreeMap::new() }
}

fn refusal(code: u16, message: &str) -> Effect {
    status(code, json!({ "id": "unprocessable_entity", "message": message }))
}

/// The outcome, and what follows of a read and of a write.
fn outcomes() -> Vec<(&'static str, Effect, &'static str, &'static str)> {
    vec![
        ("401", Effect::status(401), "unauthorised", "unauthorised"),
        ("403", Effect::status(403), "unauthorised", "unauthorised"),
        ("404", Effect::status(404), "absent", "absent"),
        ("400", refusal(400, "bad"), "refused", "refused"),
        ("409", refusal(409, "taken"), "refused", "refused"),
        ("422", refusal(422, "Data needs to end with a dot"), "refused", "refused"),
        ("busy", refusal(422, "Droplet already has a pending event."), "pending event", "pending event"),
        ("a gateway's 422", status(422, json!("<html>no</html>")), "transient", "ambiguous"),
        ("a gateway's 404", status(404, json!("<html>no</html>")), "transient", "ambiguous"),
        ("408", refusal(408, "too slow"), "transient", "ambiguous"),
        ("a minute's limit", Effect::rate_limit(LimitKind::Burst), "limited", "limited"),
        ("an hour's limit", Effect::rate_limit(LimitKind::Hourly), "limited", "limited"),
        ("500", Effect::status(500), "transient", "ambiguous"),
        ("502", status(502, json!("<html>bad gateway</html>")), "transient", "ambiguous"),
        ("done, and 504", Effect::ErrorAfterApply { status: 504 }, "transient", "ambiguous"),
        ("cut", Effect::Cut { at: CutPoint::BeforeResponse }, "transient", "ambiguous"),
        ("done, and cut", Effect::Cut { at: CutPoint::Applied }, "transient", "ambiguous"),
        ("an error under 200", Effect::error_body(), "transient", "ambiguous"),
        ("slow", Effect::Delay { delay_ms: 5_000 }, "transient", "ambiguous"),
    ]
}

/// Where every call ends so.
async fn failing(effect: &Effect) -> World {
    let world = World::new().await;
    world.sim.faults().add(SimFault::on("/v2/*", effect.clone()));
    world
}

#[tokio::test]
async fn every_outcome_of_a_write_is_told_and_the_write_is_sent_once() {
    for (outcome, effect, _, told) in outcomes() {
        let mut world = failing(&effect).await;
        for write in writes() {
            // A word on the hour's limit holds back whatever comes next: each write has a world of its own.
            if told == "limited" {
                world = failing(&effect).await;
            }
            let before = world.asked();
            let made = world.write(&write).await;
            assert_eq!(word(&made), told, "{outcome}: {write:?}: {made:?}");
            assert_eq!(world.asked() - before, 1, "{outcome}: {write:?}");
        }
    }
}

#[tokio::test]
async fn every_outcome_of_a_read_is_told() {
    for (outcome, effect, told, _) in outcomes() {
        let world = World::new().await;
        world.sim.faults().add(SimFault::on("/v2/*", effect));
        // One that lasts is enough of those that are tried again.
        let reads = if told == "transient" { reads()[..1].to_vec() } else { reads() };
        for read in reads {
            let found = world.read(&read).await;
            assert_eq!(word(&found), told, "{outcome}: {read:?}: {found:?}");
        }
    }
}

#[tokio::test]
async fn half_an_answer_leaves_a_write_open_unless_nothing_was_to_be_read() {
    let world = World::new().await;
    world.sim.faults().add(SimFault::on("/v2/*", Effect::TruncatedJson));
    for write in writes().into_iter().filter(|write| !write.deletes()) {
        assert_eq!(word(&world.write(&write).await), "ambiguous", "{write:?}");
    }
    assert_eq!(word(&world.read(&reads()[0]).await), "transient");
}

#[tokio::test]
async fn a_limit_says_until_when() {
    let world = World::new().await;
    let effect = Effect::RateLimit { limit: LimitKind::Hourly, wait_seconds: 600 };
    world.sim.faults().add(SimFault::on("/v2/*", effect));
    for limited in [world.read(&reads()[2]).await.map(drop), world.write(&writes()[0]).await.map(drop)] {
        let Err(Fault::Limited { until }) = limited else { panic!("{limited:?}") };
        let wait = until - Utc::now();
        assert!(wait > TimeDelta::seconds(590) && wait < TimeDelta::seconds(602), "{wait}");
    }
}

#[tokio::test]
async fn a_list_is_whole_or_nothing() {
    let world = World::new().await;
    let demo = world.sim.account("demo");
    for number in 0..250 {
        demo.add(
            "domain_records",
            json!({
                "domain": crate::world::ZONE, "type": "A", "name": format!("host-{number}"), "data": "192.0.2.1"
            }),
        );
    }
    world.sim.faults().add(SimFault::on("/v2/domains/*", Effect::status(503)).query("page", "2"));
    assert_eq!(word(&world.read(&reads()[0]).await), "transient");
}

#[tokio::test]
async fn nothing_is_sent_without_a_connection_too_late_or_where_writes_are_off() {
    let mut world = World::new().await;
    for write in writes() {
        let made = world.write_until(&write, -TimeDelta::milliseconds(1)).await;
        assert_eq!(word(&made), "transient", "{write:?}: {made:?}");
    }
    world.writes = runtime::ProviderWrites::Deny;
    for write in writes() {
        let made = world.write(&write).await;
        assert!(matches!(&made, Err(Fault::Refused(why)) if why.contains("PROVIDER_WRITES")), "{write:?}: {made:?}");
    }
    assert_eq!(world.asked(), 0);
    let path = WriteRequest::DeleteSnapshot { id: String::new() };
    world.writes = runtime::ProviderWrites::Allow;
    assert_eq!(word(&world.write(&path).await), "refused", "it would be another path");
    assert_eq!(world.asked(), 0);
}
