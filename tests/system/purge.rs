//! Everything that wakes a saga up is taken away, and everything that works on one is killed: what
//! is in the table suffices.

use std::time::{Duration, Instant};

use chrono::Utc;
use local::ApiUser;
use serde_json::{Value, json};

use crate::answer::text;
use crate::harness::scenarios;
use crate::world::World;

scenarios![sagas_end_clean_when_wake_ups_are_lost_and_functions_are_killed];

const SAGAS: usize = 20;
/// Until all of them begin, so that none has before the unrest.
const START_DELAY: Duration = Duration::from_secs(15);
/// Time during which wake-ups are purged and functions killed: longer than a lease outlives the
/// function that was killed, so that sagas lose more than one ...
const DISTURBANCE: Duration = Duration::from_secs(75);
/// ... how often ...
const KILL_INTERVAL: Duration = Duration::from_millis(800);
/// ... and how long it may take from then on.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(140);
const WORKERS: [&str; 3] = ["execute", "compensate", "reconcile"];

/// Four in five change a record and wait a little, one takes a snapshot, and every tenth waits for
/// two hours. All fail.
fn steps(saga: usize) -> Value {
    let inputs = json!({
        "dns_domain": format!("zone{}.example", saga % 4), "dns_record_type": "A", "dns_record_name": format!("name{saga}"),
        "dns_record_data": "192.0.2.9", "dns_record_ttl": 300,
    });
    let record = json!({ "step": "upsert_dns_record", "inputs": inputs });
    let seconds = if is_long(saga) { 7_200 } else { 2 };
    let wait = json!({ "step": "wait", "inputs": { "seconds": seconds } });
    let snapshot = json!({ "step": "create_droplet_snapshot", "inputs": { "droplet_id": 8_000 + saga } });
    let fail = json!({ "step": "fail" });
    if saga % 5 == 4 { json!([record, snapshot, wait, fail]) } else { json!([record, wait, fail]) }
}

fn is_long(saga: usize) -> bool {
    saga % 10 == 3
}

async fn sagas_end_clean_when_wake_ups_are_lost_and_functions_are_killed(world: &World) {
    // Half of the records are there before, and say something else.
    let zone = |zone: usize| {
        let names = (0..SAGAS).filter(|saga| saga % 4 == zone && saga % 2 == 0);
        let record = |saga| json!({ "type": "A", "name": format!("name{saga}"), "data": "192.0.2.1", "ttl": 1800 });
        json!({ "name": format!("zone{zone}.example"), "records": names.map(record).collect::<Vec<_>>() })
    };
    let droplets: Vec<_> = (0..SAGAS).map(|saga| json!({ "id": 8_000 + saga, "name": format!("d{saga}") })).collect();
    // Its limits are not what this is about.
    let seed = json!({
        "droplets": droplets, "domains": (0..4).map(zone).collect::<Vec<_>>(), "limits": { "hourly": 1_000_000 },
        "consistency": { "action_ms": 1500 },
    });
    world.new_account("purged", seed).await;
    let before = world.simulator.state("purged").await;
    let mut sagas = Vec::new();
    let (started, start_at) = (Instant::now(), Utc::now() + START_DELAY);
    for saga in 0..SAGAS {
        let body = json!({ "account": "purged", "steps": steps(saga), "start_at": start_at });
        let saga = world.call("POST", "sagas", Some(body), &ApiUser::Admin).await.expect(202);
        sagas.push(text(&saga, "id").to_owned());
    }
    tokio::time::sleep((START_DELAY - Duration::from_secs(1)).saturating_sub(started.elapsed())).await;
    assert_eq!(world.list("sagas?status=pending").await.len(), SAGAS, "none has begun");

    let (mut killed, mut unscheduled) = (0, 0);
    let began = Instant::now();
    while began.elapsed() < DISTURBANCE {
        tick(world).await;
        tokio::time::sleep(KILL_INTERVAL).await;
        killed += world.stack.kill_functions();
        for worker in WORKERS {
            world.purge(worker).await;
        }
        for schedule in world.one_time_schedules().await {
            let named = json!({ "Name": schedule["Name"], "GroupName": schedule["GroupName"] });
            world.aws("scheduler", "delete_schedule", named).await;
            unscheduled += 1;
        }
    }
    assert!(killed > 10 && unscheduled > 0, "{killed} functions were killed, {unscheduled} schedules deleted");
    for saga in (0..SAGAS).filter(|saga| is_long(*saga)) {
        let reason = json!({ "reason": "it takes too long" });
        world.call("POST", &format!("sagas/{}/cancel", sagas[saga]), Some(reason), &ApiUser::Admin).await.expect(200);
    }

    let began = Instant::now();
    for id in &sagas {
        world
            .wait(&format!("the end of the saga {id}"), RECOVERY_TIMEOUT.saturating_sub(began.elapsed()), async || {
                tick(world).await;
                tokio::time::sleep(Duration::from_secs(1)).await;
                let saga = world.get(&format!("sagas/{id}")).await;
                assert_ne!(saga["status"], "stuck", "{saga}");
                assert_ne!(saga["status"], "succeeded", "{saga}");
                (saga["status"] == "rolled_back").then_some(())
            })
            .await;
    }
    assert_eq!(world.simulator.state("purged").await, before, "nothing is left over");
    let (mut leases, mut unknown) = (0, 0);
    for id in &sagas {
        let ledger = world.list(&format!("sagas/{id}/ledger")).await;
        leases += ledger.iter().filter_map(|entry| entry["actor"]["fence"].as_u64()).max().unwrap_or(0);
        unknown += ledger.iter().filter(|entry| entry["kind"] == "outcome_unknown").count();
    }
    // Undisturbed, a saga takes one to begin, one after its wait, and one to be undone.
    assert!(leases > 3 * SAGAS as u64, "no saga was worked on again: {leases} leases");
    println!(
        "{SAGAS} sagas ended clean {:.0} s after {killed} functions were killed and {unscheduled} schedules deleted: {leases} leases, {unknown} \
         writes whose answer was lost",
        began.elapsed().as_secs_f64()
    );
}

/// The message that EventBridge Scheduler sends every minute.
async fn tick(world: &World) {
    let body = json!({ "v": 1, "worker": "reconcile", "account": "*" }).to_string();
    world.aws("sqs", "send_message", json!({ "QueueUrl": world.queue("reconcile"), "MessageBody": body })).await;
}
