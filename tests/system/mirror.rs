//! The demo account, mirrored.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::answer::{column, expect_fields, text};
use crate::harness::scenarios;
use crate::world::World;

scenarios![
    everything_is_there_and_in_its_project,
    the_internal_project_is_made_once,
    answers_have_the_shapes_of_the_design,
    pages_lead_to_each_resource_once,
];

const RESOURCE: &str = "account kind provider_id name region status project_id project_name tenant_id tags price_monthly created_at \
                        first_seen_at last_seen_at stale_strike_count deleted_at attrs";
const EVENT: &str = "id at type account kind provider_id name changes cause";

async fn everything_is_there_and_in_its_project(world: &World) {
    let droplets = world.resources("demo", "droplet").await;
    let zones = world.resources("demo", "dns_zone").await;
    assert_eq!((droplets.len(), zones.len()), (5, 7));
    for resource in droplets.iter().chain(&zones) {
        assert!(resource["project_name"].is_string(), "in no project: {resource}");
        assert_eq!(resource["stale_strike_count"], 0, "{resource}");
    }
    let of = |project: &str| {
        let both = droplets.iter().chain(&zones);
        both.filter(|resource| resource["project_name"] == project).map(|resource| text(resource, "name")).collect()
    };
    let bakery: BTreeSet<&str> = of("Bakkerij Jansen");
    let expected = ["bakkerij-jansen.example", "bestellen-jansen.example", "web-01.bakkerij-jansen.example"];
    assert_eq!(bakery, expected.into());
    let states = world.list("sync?account=demo").await;
    assert_eq!(column(&states, "worker"), ["domains", "droplets", "projects"]);
    assert!(states.iter().all(|state| state["status"] == "complete" && state["error"].is_null()), "{states:?}");
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
    for (list, all) in
        [("inventory/resources?account=demo", 12), ("inventory/resources?kind=dns_zone", 7), ("sync?", 3)]
    {
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
    format!("{} {} {}", row["account"], row["kind"], row["provider_id"])
}
