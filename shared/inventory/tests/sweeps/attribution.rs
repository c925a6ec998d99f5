//! Whose a resource is, from what the projects list, what it belongs with and what an operator said.

use chrono::TimeDelta;
use digitalocean_sim::{Effect, Fault, Token};
use domain::{Attribution, EventType, ProjectId, Resource, SweepStatus, TenantId};
use inventory::upsert::{Claim, claimed};
use serde_json::json;

use crate::world::{World, client, granted};

const WORKERS: [&str; 4] = ["droplets", "domains", "services/dns_record", "services/certificate"];

async fn swept() -> World {
    let world = World::demo().await;
    for worker in WORKERS {
        world.sweep(worker).await;
    }
    assert_eq!(world.sweep("projects").await.status, SweepStatus::Complete);
    world
}

async fn certificate(world: &World) -> Resource {
    let id = world.demo_account().list("certificates")[0]["id"].as_str().unwrap().to_owned();
    world.resource("certificate", id).await
}

fn project(world: &World, name: &str) -> ProjectId {
    ProjectId::new(world.demo_account().project_named(name).unwrap()).unwrap()
}

async fn claim(world: &World, row: &Resource, claim: Claim) {
    let write = claimed(row, &claim, world.now()).unwrap();
    let audit = store::AuditEntry {
        id: "request-1".to_owned(),
        at: world.now(),
        actor: "somebody".to_owned(),
        action: "resource.claim".to_owned(),
        target: row.key.provider_id.to_string(),
        values: serde_json::Value::Null,
    };
    world.table().claim_resource(&write, row.claimed_tenant(), &audit).await.unwrap();
}

#[tokio::test]
async fn buckets_and_unknown_kinds_are_kept_by_their_urns_alone() {
    let world = swept().await;
    assert_eq!((world.live("spaces_bucket").await, world.live("genaiagent").await), (6, 1));
    let bucket = world.resource("spaces_bucket", "alpine-media").await;
    assert_eq!(bucket.facts.region.as_deref(), Some("nyc3"));
    assert_eq!(
        (bucket.attribution, bucket.project_id),
        (Some(Attribution::Member), Some(project(&world, "Alpine Outfitters")))
    );
    assert_eq!(world.next_sweep("projects").await.changes.total(), 0);

    // Gone from every project's list, three times: gone.
    world.demo_account().unassign("do:space:alpine-media");
    for strikes in 1..=2 {
        assert_eq!(world.next_sweep("projects").await.changes.struck, strikes.min(1));
    }
    assert_eq!(world.next_sweep("projects").await.changes.deleted, 1);
    assert_eq!(world.live("spaces_bucket").await, 5);
}

/// A project whose list cannot be read may hold anything: nothing without a list of its own is struck, nothing falls to the internal project.
#[tokio::test]
async fn an_unread_membership_takes_nothing_away() {
    let world = World::demo().await;
    for worker in WORKERS {
        world.sweep(worker).await;
    }
    let unread = project(&world, "Alpine Outfitters");
    let fault = Fault::on(&format!("/v2/projects/{unread}/resources"), Effect::status(503));
    let fault = world.sim.faults().add(fault);
    assert_eq!(world.sweep("projects").await.status, SweepStatus::Partial);
    assert_eq!(certificate(&world).await.project_id, None);
    world.sim.faults().remove(&fault);
    world.next_sweep("projects").await;
    assert_eq!(world.live("spaces_bucket").await, 6);
    world.sim.faults().add(Fault::on(&format!("/v2/projects/{unread}/resources"), Effect::status(503)));
    for _ in 0..4 {
        let receipt = world.next_sweep("projects").await;
        assert_eq!((receipt.status, receipt.changes.struck), (SweepStatus::Partial, 0));
    }
    assert_eq!(world.live("spaces_bucket").await, 6);
}

#[tokio::test]
async fn orphans_are_the_companys_own_where_their_kind_is_seen_whole_and_zones_never() {
    let world = World::demo().await;
    world.demo_account().unassign("do:domain:noorderlicht-status.example");
    for worker in WORKERS {
        world.sweep(worker).await;
    }
    // Another token reads the projects: what the first one saw whole, this one may not.
    let mut blind = Token::new("dop_v1_blind_test").scopes(["project:read", "droplet:read"]).filtered();
    blind.hidden_status = 403;
    world.demo_account().set_token("blind", blind);
    let mut world = World { access: granted(client(&world.sim, "blind"), "blind"), ..world };
    world.sweep("projects").await;
    assert_eq!(certificate(&world).await.project_id, None);
    world.use_token("sync");
    world.next_sweep("projects").await;
    let row = certificate(&world).await;
    assert_eq!(
        (row.attribution, row.project_id),
        (Some(Attribution::Internal), Some(project(&world, "skyai-internal")))
    );
    let zone = world.resource("dns_zone", "noorderlicht-status.example").await;
    assert_eq!((zone.attribution, zone.project_id), (None, None));
    assert_eq!(world.events("certificate", &row.key.provider_id).await, [EventType::Discovered]);
}

#[tokio::test]
async fn a_move_is_dated_told_once_and_taken_along_by_what_belongs_with_it() {
    let world = swept().await;
    let zone = "bakkerij-jansen.example";
    let (from, to) = (project(&world, "Bakkerij Jansen"), project(&world, "Platform"));
    world.clock.advance(TimeDelta::days(12));
    world.demo_account().assign(to.as_str(), &format!("do:domain:{zone}"));
    let receipt = world.sweep("projects").await;
    // The zone and its records, with one event between them.
    let record = world.resource("dns_record", "61100001").await;
    assert!(receipt.changes.attributed > 3, "{receipt:?}");
    assert_eq!(world.events("dns_zone", zone).await, [EventType::Discovered, EventType::Updated]);
    assert_eq!(world.events("dns_record", "61100001").await, [EventType::Discovered]);
    let row = world.resource("dns_zone", zone).await;
    for row in [row, record] {
        assert_eq!(row.project_id, Some(to.clone()));
        let owners: Vec<&ProjectId> = row.project_history.iter().map(|interval| &interval.value).collect();
        assert_eq!(owners, [&from, &to], "{}", row.key.kind);
        assert_eq!(row.project_history[0].until, Some(row.project_history[1].from));
    }
    for worker in ["domains", "services/dns_record", "projects"] {
        assert_eq!(world.next_sweep(worker).await.changes.total(), 0, "{worker}");
    }
}

#[tokio::test]
async fn a_renamed_project_keeps_the_names_it_had() {
    let world = swept().await;
    let id = project(&world, "Bakkerij Jansen");
    world.demo_account().rename_project(id.as_str(), "Jansen & Zonen");
    world.next_sweep("projects").await;
    let row = world.table().project(&world.account, &id).await.unwrap().unwrap();
    let names: Vec<&str> = row.name_history.iter().map(|interval| interval.value.as_str()).collect();
    assert_eq!(names, ["Bakkerij Jansen", "Jansen & Zonen"]);
    assert_eq!(row.name_history[1].from, world.now());
}

#[tokio::test]
async fn an_operators_claim_outlives_sweeps_until_it_is_taken_back() {
    let world = swept().await;
    let (alpine, internal) = (project(&world, "Alpine Outfitters"), project(&world, "skyai-internal"));
    let acme = TenantId::new("acme").unwrap();
    let before = certificate(&world).await;
    let word = Claim { project: Some(Some(alpine.clone())), tenant: Some(Some(acme.clone())) };
    claim(&world, &before, word).await;
    // A change of its facts and of everything around it changes nothing about that.
    let id = before.key.provider_id.to_string();
    world.demo_account().change("certificates", &id, json!({ "name": "renamed" }));
    world.demo_account().assign(project(&world, "Platform").as_str(), "do:domain:bakkerij-jansen.example");
    for worker in ["services/certificate", "projects", "projects"] {
        world.next_sweep(worker).await;
    }
    let row = certificate(&world).await;
    assert_eq!(row.facts.name, "renamed");
    assert_eq!(
        (row.attribution, &row.project_id, row.claimed_tenant()),
        (Some(Attribution::Claimed), &Some(alpine), Some(&acme))
    );

    claim(&world, &row, Claim { project: Some(None), tenant: Some(None) }).await;
    world.next_sweep("projects").await;
    let row = certificate(&world).await;
    assert_eq!(
        (row.attribution, row.project_id.as_ref(), row.claimed_tenant()),
        (Some(Attribution::Internal), Some(&internal), None)
    );
    assert_eq!(row.claimed_tenant_at(world.now() - TimeDelta::minutes(16)), Some(&acme));
}
