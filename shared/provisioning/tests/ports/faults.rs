//! The conclusions from each outcome of a call.

use std::collections::BTreeMap;

use chrono::{TimeDelta, Utc};
use digitalocean_sim::{CutPoint, Effect, Fault as SimFault, LimitKind};
use sagas::calls::WriteRequest;
use sagas::ports::Fault;
use serde_json::{Value, json};

use crate::world::{World, outcome_name, reads, writes};

fn status(status: u16, body: Value) -> Effect {
    Effect::Status { status, body: Some(body), headers: BTreeMap::new() }
}

fn refusal(code: u16, message: &str) -> Effect {
    status(code, json!({ "id": "unprocessable_entity", "message": message }))
}

/// Returns each outcome, and what it proves of a read and of a write.
fn outcomes() -> Vec<(&'static str, Effect, &'static str, &'static str)> {
    vec![
        ("401", Effect::status(401), "unauthorised", "unauthorised"),
        ("403", Effect::status(403), "unauthorised", "unauthorised"),
        ("404", Effect::status(404), "not found", "not found"),
        ("400", refusal(400, "bad"), "refused", "refused"),
        ("409", refusal(409, "taken"), "refused", "refused"),
        ("422", refusal(422, "Data needs to end with a dot"), "refused", "refused"),
        ("busy", refusal(422, "Droplet already has a pending event."), "pending event", "pending event"),
        ("a gateway's 422", status(422, json!("<html>no</html>")), "transient", "ambiguous"),
        ("a gateway's 401", status(401, json!("<html>no</html>")), "transient", "ambiguous"),
        ("a gateway's 403", status(403, json!("<html>no</html>")), "transient", "ambiguous"),
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

/// Returns an environment in which every call has this effect.
async fn failing(effect: &Effect) -> World {
    let world = World::new().await;
    world.sim.faults().add(SimFault::on("/v2/*", effect.clone()));
    world
}

#[tokio::test]
async fn every_outcome_of_a_write_is_classified_and_the_write_is_sent_once() {
    for (outcome, effect, _, expected) in outcomes() {
        let mut world = failing(&effect).await;
        for write in writes() {
            // An exhausted hourly limit blocks every later request, so each write has an
            // environment of its own.
            if expected == "limited" {
                world = failing(&effect).await;
            }
            let before = world.request_count();
            let made = world.write(&write).await;
            assert_eq!(outcome_name(&made), expected, "{outcome}: {write:?}: {made:?}");
            assert_eq!(world.request_count() - before, 1, "{outcome}: {write:?}");
        }
    }
}

#[tokio::test]
async fn every_outcome_of_a_read_is_classified() {
    for (outcome, effect, expected, _) in outcomes() {
        let world = World::new().await;
        world.sim.faults().add(SimFault::on("/v2/*", effect));
        // Transient faults are retried until the deadline, so one read is enough.
        let reads = if expected == "transient" { reads()[..1].to_vec() } else { reads() };
        for read in reads {
            let found = world.read(&read).await;
            assert_eq!(outcome_name(&found), expected, "{outcome}: {read:?}: {found:?}");
        }
    }
}

#[tokio::test]
async fn a_truncated_response_is_ambiguous_unless_no_body_was_expected() {
    let world = World::new().await;
    world.sim.faults().add(SimFault::on("/v2/*", Effect::TruncatedJson));
    for write in writes().into_iter().filter(|write| !write.deletes()) {
        assert_eq!(outcome_name(&world.write(&write).await), "ambiguous", "{write:?}");
    }
    assert_eq!(outcome_name(&world.read(&reads()[0]).await), "transient");
}

#[tokio::test]
async fn a_limit_has_an_end() {
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
async fn a_list_is_complete_or_fails() {
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
    assert_eq!(outcome_name(&world.read(&reads()[0]).await), "transient");
}

#[tokio::test]
async fn no_write_is_sent_after_its_time_limit_or_while_writes_are_disabled() {
    let mut world = World::new().await;
    for write in writes() {
        let made = world.write_until(&write, -TimeDelta::milliseconds(1)).await;
        assert_eq!(outcome_name(&made), "transient", "{write:?}: {made:?}");
    }
    world.writes = runtime::ProviderWrites::Deny;
    for write in writes() {
        let made = world.write(&write).await;
        assert!(matches!(&made, Err(Fault::Refused(why)) if why.contains("PROVIDER_WRITES")), "{write:?}: {made:?}");
    }
    assert_eq!(world.request_count(), 0);
    let path = WriteRequest::DeleteSnapshot { id: String::new() };
    world.writes = runtime::ProviderWrites::Allow;
    assert_eq!(outcome_name(&world.write(&path).await), "refused", "an empty id would give another path");
    assert_eq!(world.request_count(), 0);
}
