//! The owner of a resource, from the projects' lists, its parent and an operator's claim.

use chrono::TimeDelta;
use digitalocean_sim::{Effect, Fault, Token};
use domain::{Attribution, EventType, ProjectId, Resource, SweepStatus, TenantId};
use inventory::upsert::{Claim, claimed};
use serde_json::json;

use crate::environment::{TestEnvironment, client, granted};

const WORKERS: [&str; 4] = ["droplets", "domains", "services/dns_record", "services/certificate"];

async fn swept() -> TestEnvironment {
    let environment = TestEnvironment::demo().await;
    for worker in WORKERS {
        environment.sweep(worker).await;
    }
    assert_eq!(environment.sweep("projects").await.status, SweepStatus::Complete);
    environment
}

async fn certificate(environment: &TestEnvironment) -> Resource {
    let id = environment.demo_account().list("certificates")[0]["id"].as_str().unwrap().to_owned();
    environment.resource("certificate", id).await
}

fn project(environment: &TestEnvironment, name: &str) -> ProjectId {
    ProjectId::new(environment.demo_account().project_named(name).unwrap()).unwrap()
}

async fn claim(environment: &TestEnvironment, row: &Resource, claim: Claim) {
    let write = claimed(row, &claim, environment.now()).unwrap();
    let audit = store::AuditEntry {
        id: "request-1".to_owned(),
        at: environment.now(),
        actor: "operator".to_owned(),
        action: "resource.claim".to_owned(),
        target: row.key.provider_id.to_string(),
        values: serde_json::Value::Null,
    };
    environment.table().claim_resource(&write, row.claimed_tenant(), &audit).await.unwrap();
}

#[tokio::test]
async fn buckets_and_unknown_kinds_are_mirrored_from_their_urns() {
    let environment = swept().await;
    let project_id = project(&environment, "Alpine Outfitters");
    environment.demo_account().assign(project_id.as_str(), "do:microdroplet:7");
    assert_eq!(environment.next_sweep("projects").await.changes.discovered, 1);
    assert_eq!((environment.live("spaces_bucket").await, environment.live("microdroplet").await), (6, 1));
    let bucket = environment.resource("spaces_bucket", "alpine-media").await;
    assert_eq!(bucket.facts.region.as_deref(), Some("nyc3"));
    assert_eq!(
        (bucket.attribution, bucket.project_id),
        (Some(Attribution::Member), Some(project(&environment, "Alpine Outfitters")))
    );
    assert_eq!(environment.next_sweep("projects").await.changes.total(), 0);

    // A bucket that is missing from every project's list three times is deleted.
    environment.demo_account().unassign("do:space:alpine-media");
    for strikes in 1..=2 {
        assert_eq!(environment.next_sweep("projects").await.changes.struck, strikes.min(1));
    }
    assert_eq!(environment.next_sweep("projects").await.changes.deleted, 1);
    assert_eq!(environment.live("spaces_bucket").await, 5);
}

/// A project whose list cannot be read may contain anything. Resources without a list of their own
/// get no strike, and nothing is attributed to the internal project.
#[tokio::test]
async fn a_project_list_that_cannot_be_read_moves_and_deletes_nothing() {
    let environment = TestEnvironment::demo().await;
    for worker in WORKERS {
        environment.sweep(worker).await;
    }
    let unread = project(&environment, "Alpine Outfitters");
    let fault = Fault::on(&format!("/v2/projects/{unread}/resources"), Effect::status(503));
    let fault = environment.sim.faults().add(fault);
    assert_eq!(environment.sweep("projects").await.status, SweepStatus::Partial);
    assert_eq!(certificate(&environment).await.project_id, None);
    environment.sim.faults().remove(&fault);
    environment.next_sweep("projects").await;
    assert_eq!(environment.live("spaces_bucket").await, 6);
    environment.sim.faults().add(Fault::on(&format!("/v2/projects/{unread}/resources"), Effect::status(503)));
    for _ in 0..4 {
        let receipt = environment.next_sweep("projects").await;
        assert_eq!((receipt.status, receipt.changes.struck), (SweepStatus::Partial, 0));
    }
    assert_eq!(environment.live("spaces_bucket").await, 6);
}

#[tokio::test]
async fn orphans_of_fully_listed_kinds_go_to_the_internal_project_and_zones_do_not() {
    let environment = TestEnvironment::demo().await;
    environment.demo_account().unassign("do:domain:noorderlicht-status.example");
    for worker in WORKERS {
        environment.sweep(worker).await;
    }
    // Another token reads the projects. It may not see everything that the first one listed
    // completely.
    let mut blind = Token::new("dop_v1_blind_test").scopes(["project:read", "droplet:read"]).filtered();
    blind.hidden_status = 403;
    environment.demo_account().set_token("blind", blind);
    let mut environment =
        TestEnvironment { access: granted(client(&environment.sim, "blind"), "blind"), ..environment };
    environment.sweep("projects").await;
    assert_eq!(certificate(&environment).await.project_id, None);
    environment.use_token("sync");
    environment.next_sweep("projects").await;
    let row = certificate(&environment).await;
    assert_eq!(
        (row.attribution, row.project_id),
        (Some(Attribution::Internal), Some(project(&environment, "skyai-internal")))
    );
    let zone = environment.resource("dns_zone", "noorderlicht-status.example").await;
    assert_eq!((zone.attribution, zone.project_id), (None, None));
    assert_eq!(environment.events("certificate", &row.key.provider_id).await, [EventType::Discovered]);
}

#[tokio::test]
async fn a_move_is_dated_recorded_once_and_followed_by_children() {
    let environment = swept().await;
    let zone = "bakkerij-jansen.example";
    let (from, to) = (project(&environment, "Bakkerij Jansen"), project(&environment, "Platform"));
    environment.clock.advance(TimeDelta::days(12));
    environment.demo_account().assign(to.as_str(), &format!("do:domain:{zone}"));
    let receipt = environment.sweep("projects").await;
    // The zone and its records move, with one event for all of them.
    let record = environment.resource("dns_record", "61100001").await;
    assert!(receipt.changes.attributed > 3, "{receipt:?}");
    assert_eq!(environment.events("dns_zone", zone).await, [EventType::Discovered, EventType::Updated]);
    assert_eq!(environment.events("dns_record", "61100001").await, [EventType::Discovered]);
    let row = environment.resource("dns_zone", zone).await;
    for row in [row, record] {
        assert_eq!(row.project_id, Some(to.clone()));
        let owners: Vec<&ProjectId> = row.project_history.iter().map(|interval| &interval.value).collect();
        assert_eq!(owners, [&from, &to], "{}", row.key.kind);
        assert_eq!(row.project_history[0].until, Some(row.project_history[1].from));
    }
    for worker in ["domains", "services/dns_record", "projects"] {
        assert_eq!(environment.next_sweep(worker).await.changes.total(), 0, "{worker}");
    }
}

#[tokio::test]
async fn a_renamed_project_keeps_the_names_it_had() {
    let environment = swept().await;
    let id = project(&environment, "Bakkerij Jansen");
    environment.demo_account().rename_project(id.as_str(), "Jansen & Zonen");
    environment.next_sweep("projects").await;
    let row = environment.table().project(&environment.account, &id).await.unwrap().unwrap();
    let names: Vec<&str> = row.name_history.iter().map(|interval| interval.value.as_str()).collect();
    assert_eq!(names, ["Bakkerij Jansen", "Jansen & Zonen"]);
    assert_eq!(row.name_history[1].from, environment.now());
}

#[tokio::test]
async fn a_claim_is_kept_by_sweeps_until_it_is_withdrawn() {
    let environment = swept().await;
    let (alpine, internal) = (project(&environment, "Alpine Outfitters"), project(&environment, "skyai-internal"));
    let acme = TenantId::new("acme").unwrap();
    let before = certificate(&environment).await;
    let owner = Claim { project: Some(Some(alpine.clone())), tenant: Some(Some(acme.clone())) };
    claim(&environment, &before, owner).await;
    // Neither a change of its facts nor changes around it affect a claimed resource.
    let id = before.key.provider_id.to_string();
    environment.demo_account().change("certificates", &id, json!({ "name": "renamed" }));
    environment.demo_account().assign(project(&environment, "Platform").as_str(), "do:domain:bakkerij-jansen.example");
    for worker in ["services/certificate", "projects", "projects"] {
        environment.next_sweep(worker).await;
    }
    let row = certificate(&environment).await;
    assert_eq!(row.facts.name, "renamed");
    assert_eq!(
        (row.attribution, &row.project_id, row.claimed_tenant()),
        (Some(Attribution::Claimed), &Some(alpine), Some(&acme))
    );

    claim(&environment, &row, Claim { project: Some(None), tenant: Some(None) }).await;
    environment.next_sweep("projects").await;
    let row = certificate(&environment).await;
    assert_eq!(
        (row.attribution, row.project_id.as_ref(), row.claimed_tenant()),
        (Some(Attribution::Internal), Some(&internal), None)
    );
    assert_eq!(row.claimed_tenant_at(environment.now() - TimeDelta::minutes(16)), Some(&acme));
}
