//! The demo account, mirrored.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::answer::{column, expect_fields, text};
use crate::harness::scenarios;
use crate::world::World;

scenarios![
    everything_is_there_once_and_in_its_project,
    what_a_token_may_not_see_is_reported_and_disturbs_nothing,
    the_internal_project_is_made_once,
    answers_have_the_shapes_of_the_design,
    pages_lead_to_each_resource_once,
];

const RESOURCE: &str = "account kind provider_id name region status project_id project_name tenant_id tags price_monthly created_at \
                        first_seen_at last_seen_at stale_strike_count deleted_at attrs attribution unattributed tenant_claimed";
const EVENT: &str = "id at type account kind provider_id name changes cause";

/// How many of some kinds the demo account has, counted by hand in the simulator's seed: a record
/// for each of the 8 that it names, the 3 of name servers that come with each of 7 zones, and the
/// addresses of 5. Of any other kind it has as many as the sweep says that DigitalOcean listed.
const DEMO: [(&str, usize); 8] = [
    ("dns_record", 34),
    ("dns_zone", 7),
    ("droplet", 5),
    ("droplet_backup", 4),
    // Listed as reserved and as floating, and in a project by a URN of either spelling: one
    // address.
    ("floating_ip", 1),
    // Of droplets and of volumes; one is in a project as an image.
    ("snapshot", 12),
    ("spaces_bucket", 6),
    ("volume", 1),
];

/// The sync states of an account: one for each target of each worker.
fn sync_states() -> usize {
    inventory::WORKERS.iter().map(|worker| worker.targets.len()).sum::<usize>() + billing::WORKERS.len()
}

async fn everything_is_there_once_and_in_its_project(world: &World) {
    let resources = world.list("inventory/resources?account=demo").await;
    let states = world.list("sync?account=demo").await;
    let listed: Vec<String> = inventory::resource_kinds().iter().map(ToString::to_string).collect();
    let kinds: BTreeSet<&str> = resources.iter().map(|resource| text(resource, "kind")).collect();
    assert!(listed.iter().all(|kind| kinds.contains(kind.as_str())), "{kinds:?}");
    assert!(DEMO.iter().all(|(kind, _)| kinds.contains(kind)), "{kinds:?}");
    for kind in kinds {
        let found: Vec<&str> = resources.iter().filter(|r| r["kind"] == kind).map(|r| text(r, "provider_id")).collect();
        let distinct: BTreeSet<&&str> = found.iter().collect();
        let counted = DEMO.iter().find(|(counted, _)| *counted == kind).map(|(_, count)| *count as u64);
        let items = states.iter().find(|state| state["kind"] == kind).and_then(|state| state["items"].as_u64());
        let count = counted.or(items).map(|count| usize::try_from(count).unwrap());
        assert_eq!((Some(found.len()), distinct.len()), (count, found.len()), "{kind}: {found:?}");
    }
    for resource in &resources {
        assert!(resource["project_name"].is_string(), "in no project: {resource}");
        assert_eq!(resource["stale_strike_count"], 0, "{resource}");
    }
    let bakery: BTreeSet<&str> = resources
        .iter()
        .filter(|resource| resource["project_name"] == "Bakkerij Jansen")
        .filter(|resource| resource["kind"] == "droplet" || resource["kind"] == "dns_zone")
        .map(|resource| text(resource, "name"))
        .collect();
    let expected = ["bakkerij-jansen.example", "bestellen-jansen.example", "web-01.bakkerij-jansen.example"];
    assert_eq!(bakery, expected.into());
    let workers: BTreeSet<&str> = states.iter().map(|state| text(state, "worker")).collect();
    assert_eq!(workers.len(), inventory::WORKERS.len() + billing::WORKERS.len(), "{workers:?}");
    for state in &states {
        // Its own tick, which has invoices matched again, is nightly.
        let status = if state["worker"] == "invoice-ingest" { "never" } else { "complete" };
        assert!(state["status"] == status && state["error"].is_null(), "{state}");
    }
}

async fn what_a_token_may_not_see_is_reported_and_disturbs_nothing(world: &World) {
    let account = json!({ "ssh_keys": [{ "name": "ops" }], "tags": [{ "name": "prod" }] });
    world.new_account("narrow", account).await;
    services(world, "narrow").await;
    world.restrict_token("narrow", json!(["project:read", "tag:read"]), "forbidden", 403).await;
    let states = services(world, "narrow").await;
    for state in &states {
        let kind = text(state, "kind");
        let mirrored = inventory::workers::mirrored_kinds().find(|mirrored| mirrored.name == kind).unwrap();
        let expected = if kind == "tag" { "complete" } else { "not_visible" };
        assert_eq!(state["status"], expected, "{state}");
        let mut scopes = mirrored.scope.split_whitespace();
        assert!(kind == "tag" || scopes.any(|scope| text(state, "error").contains(scope)), "{state}");
    }
    let resources = world.list("inventory/resources?account=narrow").await;
    let kinds: BTreeSet<&str> = resources.iter().map(|resource| text(resource, "kind")).collect();
    assert!(kinds.contains("ssh_key") && kinds.contains("tag"), "{kinds:?}");
    assert!(resources.iter().all(|resource| resource["stale_strike_count"] == 0), "{resources:?}");
}

/// Runs the services in an account; what `GET /sync` says of each once all are through.
async fn services(world: &World, account: &str) -> Vec<Value> {
    let run = world.trigger(account, "services").await;
    let timeout = Duration::from_secs(60);
    let states = world.wait("the receipts of all services", timeout, async || {
        let states = world.list(&format!("sync?account={account}&worker=services")).await;
        states.iter().all(|state| state["run_id"] == run.as_str()).then_some(states)
    });
    states.await
}

async fn the_internal_project_is_made_once(world: &World) {
    for _ in 0..2 {
        assert_eq!(world.run("demo", "projects").await["status"], "complete");
    }
    let projects = world.list("inventory/projects?account=demo").await;
    assert_eq!(column(&projects, "name"), ["Alpine Outfitters", "Bakkerij Jansen", "Platform", "skyai-internal"]);
    assert_eq!(world.simulator.count("POST", "/v2/projects", "demo").await, 1);
}

async fn answers_have_the_shapes_of_the_design(world: &World) {
    let page = world.get("inventory/resources?account=demo&kind=droplet").await;
    expect_fields(&page, "data next_cursor as_of complete");
    assert_eq!(page["complete"], true);
    let listed = &page["data"][0];
    expect_fields(listed, RESOURCE);
    let path = format!("inventory/resources/demo/droplet/{}", text(listed, "provider_id"));
    let one = world.get(&path).await;
    assert_eq!(&one, listed, "a resource reads the same alone as in the list");
    for time in ["created_at", "first_seen_at", "last_seen_at"] {
        assert!(text(&one, time).ends_with('Z'), "{time} is not in UTC: {one}");
    }
    expect_fields(&one["price_monthly"], "amount currency");

    let events = world.get(&format!("{path}/events")).await;
    expect_fields(&events, "data next_cursor as_of complete");
    let rows = events["data"].as_array().unwrap();
    assert_eq!(rows.iter().filter(|event| event["type"] == "discovered").count(), 1, "{events}");
    for event in rows {
        expect_fields(event, EVENT);
        expect_fields(&event["cause"], "type id");
        event["changes"].as_array().unwrap().iter().for_each(|change| expect_fields(change, "field before after"));
    }
}

async fn pages_lead_to_each_resource_once(world: &World) {
    for (list, all) in [
        ("inventory/resources?account=demo&kind=snapshot", 12),
        ("inventory/resources?kind=dns_zone", 7),
        ("sync?account=demo", sync_states()),
    ] {
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = world.get(&format!("{list}&limit=2{cursor}")).await;
            let rows = page["data"].as_array().unwrap();
            assert!(rows.len() <= 2, "{list}: {page}");
            seen.extend(rows.iter().map(identity));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen.len(), all, "{list}: {seen:?}");
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), all, "{list}: {seen:?}");
    }
}

fn identity(row: &Value) -> String {
    format!("{} {} {} {}", row["account"], row["worker"], row["kind"], row["provider_id"])
}
