//! What sagas promise, through the API, with the simulator's whole account before and after.

use std::time::Duration;

use local::ApiUser;
use serde_json::{Value, json};

use crate::answer::text;
use crate::harness::scenarios;
use crate::world::World;

scenarios![
    a_snapshot_and_then_a_failure_leave_nothing,
    a_record_and_then_a_failure_leave_every_record_and_time_to_live,
    the_same_record_twice_is_created_and_then_a_noop,
    a_deletion_leaves_it_absent,
    a_plan_binds_and_a_key_starts_one_saga,
    a_long_wait_is_a_one_time_schedule,
];

const TIMEOUT: Duration = Duration::from_secs(60);
const ZONE: &str = "shop.example";
const DROPLET: u64 = 7001;

/// An account with a droplet, and a zone with two values of one name.
async fn account(world: &World, name: &str) {
    let record = |data: &str| json!({ "type": "A", "name": "www", "data": data, "ttl": 1800 });
    let seed = json!({
        "droplets": [{ "id": DROPLET, "name": "web" }],
        "domains": [{ "name": ZONE, "records": [record("192.0.2.1"), record("192.0.2.2")] }],
    });
    world.new_account(name, seed).await;
}

fn record(step: &str, name: &str, more: &Value) -> Value {
    let mut inputs = json!({ "dns_domain": ZONE, "dns_record_type": "A", "dns_record_name": name });
    inputs.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "step": step, "inputs": inputs })
}

fn upsert(name: &str, more: &Value) -> Value {
    record("upsert_dns_record", name, more)
}

fn fail() -> Value {
    json!({ "step": "fail" })
}

async fn a_snapshot_and_then_a_failure_leave_nothing(world: &World) {
    account(world, "undone").await;
    // Made late, and listed even later; deleted, and still listed for a while.
    let snapshots = json!({ "creation_delay_ms": 2500, "deletion_delay_ms": 3000 });
    let consistency = json!({ "action_ms": 2000, "snapshots": snapshots });
    world.simulator.admin("PUT", "accounts/undone/consistency", Some(consistency)).await;
    let before = world.simulator.state("undone").await;
    let snapshot = json!({ "step": "create_droplet_snapshot", "inputs": { "droplet_id": DROPLET } });
    let saga = world.run_saga("undone", json!([snapshot, fail()])).await;
    assert_eq!(saga["status"], "rolled_back", "{saga}");
    assert_eq!(world.simulator.state("undone").await, before);
    assert_eq!(world.simulator.count("POST", &format!("/v2/droplets/{DROPLET}/actions"), "undone").await, 1);
    let outcomes = world.step_outcomes(text(&saga, "id")).await;
    let expected = ["create_droplet_snapshot: succeeded", "fail: failed", "create_droplet_snapshot: compensated"];
    assert_eq!(outcomes, expected);
}

async fn a_record_and_then_a_failure_leave_every_record_and_time_to_live(world: &World) {
    account(world, "ttl").await;
    let before = world.simulator.state("ttl").await;
    let cases = [
        upsert("new", &json!({ "dns_record_data": "192.0.2.9" })),
        // DigitalOcean gives all values of a name the time to live of the last one written.
        upsert("www", &json!({ "dns_record_data": "192.0.2.9", "dns_record_ttl": 300, "dns_mode": "additive" })),
        upsert("www", &json!({ "dns_record_data": "192.0.2.9", "dns_record_ttl": 60, "dns_mode": "replace" })),
        record("delete_dns_record", "www", &json!({ "dns_record_data": "192.0.2.1" })),
    ];
    for case in cases {
        let writes = async || {
            let records = format!("/v2/domains/{ZONE}/records*");
            let mut writes = 0;
            for method in ["POST", "PUT", "DELETE"] {
                writes += world.simulator.count(method, &records, "ttl").await;
            }
            writes
        };
        let earlier = writes().await;
        let saga = world.run_saga("ttl", json!([case, fail()])).await;
        assert_eq!(saga["status"], "rolled_back", "{saga}");
        assert_eq!(world.simulator.state("ttl").await, before, "{case}");
        assert!(writes().await - earlier >= 2, "it was done and undone: {case}");
    }
}

async fn the_same_record_twice_is_created_and_then_a_noop(world: &World) {
    account(world, "same").await;
    let steps = json!([upsert("api", &json!({ "dns_record_data": "192.0.2.9" }))]);
    for outcome in ["created", "noop"] {
        let saga = world.run_saga("same", steps.clone()).await;
        assert_eq!((&saga["status"], &saga["steps"][0]["outcome"]), (&json!("succeeded"), &json!(outcome)), "{saga}");
    }
    assert_eq!(world.simulator.count("POST", &format!("/v2/domains/{ZONE}/records"), "same").await, 1);
}

async fn a_deletion_leaves_it_absent(world: &World) {
    account(world, "absent").await;
    let steps = json!([record("delete_dns_record", "www", &json!({ "dns_record_data": "192.0.2.1" }))]);
    for _ in 0..2 {
        assert_eq!(world.run_saga("absent", steps.clone()).await["status"], "succeeded");
    }
    let state = world.simulator.state("absent").await;
    let left: Vec<&Value> =
        state["domain_records"].as_array().unwrap().iter().filter(|record| record["name"] == "www").collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!((&left[0]["data"], &left[0]["ttl"]), (&json!("192.0.2.2"), &json!(1800)));
}

async fn a_plan_binds_and_a_key_starts_one_saga(world: &World) {
    account(world, "planned").await;
    let mut body = json!({
        "account": "planned", "type": "ensure-dns",
        "inputs": { "dns_domain": ZONE, "dns_record_type": "A", "dns_record_name": "api", "dns_record_data": "192.0.2.9" },
    });
    let plan =
        async |body: &Value| world.call("POST", "sagas/plan", Some(body.clone()), &ApiUser::Admin).await.expect(200);
    let planned = plan(&body).await;
    assert_eq!((&planned["reversible"], &planned["fails_at"]), (&json!(true), &Value::Null), "{planned}");
    body["plan_hash"] = planned["hash"].clone();
    let start = async |body: &Value| {
        let request = world.request("POST", "sagas", &ApiUser::Admin).await;
        world.send(request.header("idempotency-key", "planned-1").json(body)).await
    };
    // Another client wrote first.
    let other = json!({ "domain": ZONE, "type": "A", "name": "api", "data": "192.0.2.3", "ttl": 600 });
    world.simulator.add("planned", "domain_records", other).await;
    start(&body).await.expect_problem(409);
    assert_ne!(plan(&body).await["hash"], planned["hash"]);

    body["plan_hash"] = plan(&body).await["hash"].clone();
    let first = start(&body).await.expect(202);
    let again = start(&body).await.expect(200);
    assert_eq!(first["id"], again["id"]);
    let mut another = body.clone();
    another["inputs"]["dns_record_data"] = json!("192.0.2.8");
    start(&another).await.expect_problem(409);
    assert_eq!(world.wait_for_end(text(&first, "id"), TIMEOUT).await["steps"][0]["outcome"], "updated");
    let tenant = ApiUser::Tenant("jansen".to_owned());
    world.call("POST", "sagas", Some(body), &tenant).await.expect_problem(403);
    world.call("GET", &format!("sagas/{}", text(&first, "id")), None, &tenant).await.expect_problem(404);
}

/// SQS delays a message by a quarter of an hour at the most.
async fn a_long_wait_is_a_one_time_schedule(world: &World) {
    account(world, "patient").await;
    let before = world.simulator.state("patient").await;
    let wait = json!({ "step": "wait", "inputs": { "seconds": 7200 } });
    let steps = json!([upsert("api", &json!({ "dns_record_data": "192.0.2.9" })), wait]);
    let id = world.start_saga("patient", steps).await;
    let schedule = world
        .wait("a one-time schedule", TIMEOUT, async || {
            let schedules = world.one_time_schedules().await;
            schedules.into_iter().find(|schedule| text(schedule, "Name").starts_with(&id))
        })
        .await;
    assert_eq!(schedule["ActionAfterCompletion"], "DELETE", "{schedule}");
    assert!(text(&schedule["Target"], "Arn").ends_with("-execute"), "{schedule}");
    assert!(text(&schedule["Target"], "Input").contains(&id), "{schedule}");
    assert_eq!(world.get(&format!("sagas/{id}")).await["status"], "waiting");

    let reason = json!({ "reason": "it is no longer needed" });
    world.call("POST", &format!("sagas/{id}/cancel"), Some(reason), &ApiUser::Admin).await.expect(200);
    let saga = world.wait_for_end(&id, TIMEOUT).await;
    assert_eq!((&saga["status"], world.simulator.state("patient").await), (&json!("rolled_back"), before), "{saga}");
}
