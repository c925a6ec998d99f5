//! Missing resources: when they get a strike, and when they are deleted.

use crate::environment::{TestEnvironment, client, granted, target};
use chrono::TimeDelta;
use digitalocean_sim::{CutPoint, Effect, Fault, LimitKind, ListChange, MissingScope, Token};
use domain::{EventType, SweepStatus};
use inventory::FollowUp;

/// A droplet that the demo account does not have; its id sorts before all others.
const DROPLET: u64 = 1;

async fn swept() -> TestEnvironment {
    let environment = TestEnvironment::demo().await;
    environment.put_back(DROPLET);
    for worker in ["droplets", "domains", "projects"] {
        environment.sweep(worker).await;
    }
    environment
}

#[tokio::test]
async fn three_complete_sweeps_delete_and_a_fourth_restores() {
    let environment = swept().await;
    let id = DROPLET;
    let last_complete = environment.now();
    environment.demo_account().remove_droplet(id);

    for strikes in 1..=2 {
        let receipt = environment.next_sweep("droplets").await;
        assert_eq!((receipt.status, receipt.changes.struck), (SweepStatus::Complete, 1));
        let row = environment.resource("droplet", id).await;
        assert_eq!(row.strikes.map(|strikes| strikes.count), Some(strikes));
        // The value stays at the last complete sweep that saw the droplet.
        assert_eq!((row.last_seen_at, row.deleted_at), (last_complete, None));
    }
    let receipt = environment.next_sweep("droplets").await;
    assert_eq!(receipt.changes.deleted, 1);
    let row = environment.resource("droplet", id).await;
    assert_eq!((row.deleted_at, row.last_seen_at), (Some(environment.now()), last_complete));
    assert_eq!(environment.live("droplet").await, 5);
    assert_eq!(environment.next_sweep("droplets").await.changes.total(), 0);

    environment.put_back(id);
    let receipt = environment.next_sweep("droplets").await;
    assert_eq!(receipt.changes.restored, 1);
    let row = environment.resource("droplet", id).await;
    assert_eq!((row.incarnation, row.strikes, row.deleted_at), (1, None, None));
    assert_eq!(
        environment.events("droplet", id).await,
        [EventType::Discovered, EventType::Deleted, EventType::Restored]
    );
}

#[tokio::test]
async fn an_id_reused_much_later_is_another_resource() {
    let environment = swept().await;
    let zone = environment.demo_account().list("domains")[0]["name"].as_str().unwrap().to_owned();
    environment.demo_account().remove_domain(&zone);
    for _ in 0..3 {
        environment.next_sweep("domains").await;
    }
    environment.clock.advance(TimeDelta::days(8));
    environment.demo_account().add_domain(&zone);
    environment.sweep("domains").await;
    let row = environment.resource("dns_zone", &zone).await;
    assert_eq!((row.incarnation, row.first_seen_at, row.project_id), (2, environment.now(), None));
    assert_eq!(
        environment.events("dns_zone", &zone).await,
        [EventType::Discovered, EventType::Deleted, EventType::Discovered]
    );
}

#[tokio::test]
async fn the_last_resource_of_a_kind_is_deleted_as_usual() {
    let environment = swept().await;
    let zones: Vec<String> = environment
        .demo_account()
        .list("domains")
        .iter()
        .map(|zone| zone["name"].as_str().unwrap().to_owned())
        .collect();
    for zone in &zones[1..] {
        environment.demo_account().remove_domain(zone);
    }
    for _ in 0..4 {
        environment.next_sweep("domains").await;
    }
    // Six of seven at once are held; this test is about the last one, so the others are confirmed.
    confirm(&environment, "domains").await;
    environment.next_sweep("domains").await;
    assert_eq!(environment.live("dns_zone").await, 1);
    environment.demo_account().remove_domain(&zones[0]);
    for _ in 0..3 {
        assert_eq!(environment.next_sweep("domains").await.status, SweepStatus::Complete);
    }
    assert_eq!(environment.live("dns_zone").await, 0);
}

#[tokio::test]
async fn duplicate_runs_give_one_strike() {
    let environment = swept().await;
    let id = DROPLET;
    environment.demo_account().remove_droplet(id);
    environment.clock.advance(TimeDelta::minutes(15));
    for _ in 0..3 {
        environment.clock.advance(TimeDelta::seconds(20));
        environment.sweep("droplets").await;
    }
    assert_eq!(environment.resource("droplet", id).await.strikes.map(|strikes| strikes.count), Some(1));
}

#[tokio::test]
async fn a_resource_seen_again_loses_its_strikes_without_an_event() {
    let environment = swept().await;
    let id = DROPLET;
    environment.demo_account().remove_droplet(id);
    environment.next_sweep("droplets").await;
    environment.next_sweep("droplets").await;
    environment.put_back(id);
    assert_eq!(environment.next_sweep("droplets").await.changes.returned, 1);
    assert_eq!(environment.resource("droplet", id).await.strikes, None);
    assert_eq!(environment.events("droplet", id).await, [EventType::Discovered]);
}

/// Every way in which a list can fail or be wrong: no resource gets a strike or is deleted, and the
/// receipt gives the reason.
#[tokio::test]
async fn a_failed_list_gives_no_strikes() {
    let page_two = |effect| Fault::on("/v2/droplets", effect).query("page", "2");
    let cases: Vec<(&str, Fault, SweepStatus, &str)> = vec![
        ("401", Fault::on("/v2/droplets*", Effect::status(401)), SweepStatus::Failed, "token"),
        ("403", Fault::on("/v2/droplets*", Effect::status(403)), SweepStatus::NotVisible, "droplet:read"),
        (
            "429 burst",
            Fault::on("/v2/droplets*", Effect::rate_limit(LimitKind::Burst)),
            SweepStatus::Failed,
            "rate limited",
        ),
        (
            "429 hourly",
            Fault::on("/v2/droplets*", Effect::rate_limit(LimitKind::Hourly)),
            SweepStatus::Failed,
            "rate limited",
        ),
        ("503 on page 2", page_two(Effect::status(503)), SweepStatus::Failed, "503"),
        ("200 with an error", Fault::on("/v2/droplets*", Effect::error_body()), SweepStatus::Failed, "200"),
        ("truncated JSON", Fault::on("/v2/droplets*", Effect::TruncatedJson), SweepStatus::Failed, "/v2/droplets"),
        (
            "cut before the answer",
            Fault::on("/v2/droplets*", Effect::Cut { at: CutPoint::BeforeResponse }),
            SweepStatus::Failed,
            "/v2/droplets",
        ),
        (
            "cut within the answer",
            Fault::on("/v2/droplets*", Effect::Cut { at: CutPoint::MidBody }),
            SweepStatus::Failed,
            "/v2/droplets",
        ),
    ];
    for (case, fault, status, says) in cases {
        let environment = swept().await;
        environment.demo_account().add_droplets(300);
        environment.next_sweep("droplets").await;
        let id = DROPLET;
        environment.demo_account().remove_droplet(id);
        environment.sim.faults().add(fault);
        for _ in 0..4 {
            let receipt = environment.next_sweep("droplets").await;
            assert_eq!((receipt.status, receipt.changes.total()), (status, 0), "{case}: {receipt:?}");
            let error = receipt.error.unwrap();
            assert!(error.contains(says), "{case}: {error}");
            assert!(!error.contains(&environment.demo_account().token("sync")), "{case}");
        }
        let sync_state = environment
            .table()
            .sync_state(&environment.account, &domain::Kind::from_static("droplet"))
            .await
            .unwrap()
            .unwrap();
        assert!(sync_state.last_complete.is_some() && sync_state.last_complete != sync_state.last, "{case}");
        assert_eq!(environment.resource("droplet", id).await.strikes, None, "{case}");
        environment.sim.faults().clear();
        assert_eq!(environment.next_sweep("droplets").await.changes.struck, 1, "{case}");
    }
}

#[tokio::test]
async fn a_list_that_shifts_between_pages_gives_no_strikes() {
    for change in [ListChange::Insert, ListChange::Remove] {
        let environment = swept().await;
        environment.demo_account().add_droplets(450);
        environment.next_sweep("droplets").await;
        let known = environment.live("droplet").await;
        environment.sim.faults().add(Fault::on("/v2/droplets", Effect::page_shift(change)));
        environment.next_sweep("droplets").await;
        environment.sim.faults().clear();
        // Whatever shifted, no droplet that still exists got a strike.
        let receipt = environment.next_sweep("droplets").await;
        assert_eq!(receipt.changes.returned, 0, "{change:?}: {receipt:?}");
        assert!(environment.live("droplet").await >= known, "{change:?}");
    }
}

#[tokio::test]
async fn a_token_without_the_scope_gives_no_strikes_however_digitalocean_answers() {
    for missing_scope in [MissingScope::Forbidden, MissingScope::Filtered] {
        let mut environment = swept().await;
        let mut token = Token::new("dop_v1_blind_test").scopes(["project:read", "domain:read", "spaces:read"]);
        token.missing_scope = missing_scope;
        token.hidden_status = 403;
        environment.demo_account().set_token("blind", token);
        environment.use_token("blind");
        for _ in 0..4 {
            let receipt = environment.next_sweep("droplets").await;
            assert_eq!((receipt.status, receipt.changes.total()), (SweepStatus::NotVisible, 0), "{missing_scope:?}");
            assert!(receipt.error.unwrap().contains("droplet:read"));
            // The projects' lists come back without the droplets, which moves nothing.
            assert_eq!(environment.next_sweep("projects").await.changes.total(), 0);
        }
        assert_eq!(environment.live("droplet").await, 6);
    }
}

/// The worst answer of a provider: an empty list, and "not found" for everything. It cannot be
/// distinguished from an emptied account, so nothing is deleted without an operator's confirmation.
#[tokio::test]
async fn a_kind_that_vanishes_entirely_waits_for_confirmation() {
    let mut environment = swept().await;
    let mut token = Token::new("dop_v1_blind_test").scopes(["project:read", "domain:read"]).filtered();
    token.hidden_status = 404;
    environment.demo_account().set_token("blind", token);
    environment.use_token("blind");
    for _ in 0..4 {
        assert_eq!(environment.next_sweep("droplets").await.changes.deleted, 0);
    }
    let receipt = environment.next_sweep("droplets").await;
    assert_eq!((receipt.status, environment.live("droplet").await), (SweepStatus::Held, 6));
    environment.use_token("sync");
    let receipt = environment.next_sweep("droplets").await;
    assert_eq!((receipt.status, receipt.changes.returned), (SweepStatus::Complete, 6));
}

#[tokio::test]
async fn a_token_without_the_scope_is_distinguished_from_an_empty_account() {
    let environment = TestEnvironment::demo().await;
    let mut blind = Token::new("dop_v1_blind_test").scopes(["project:read"]).filtered();
    blind.hidden_status = 403;
    environment.demo_account().set_token("blind", blind);
    let environment = TestEnvironment { access: granted(client(&environment.sim, "blind"), "blind"), ..environment };
    for _ in 0..2 {
        let receipt = environment.next_sweep("domains").await;
        assert_eq!((receipt.status, receipt.items), (SweepStatus::NotVisible, 0));
        assert!(receipt.error.unwrap().contains("domain:read"));
    }
    // With the scope and without any zone, one probe is sent; after that the empty list is
    // accepted.
    let environment = TestEnvironment { access: granted(client(&environment.sim, "sync"), "sync"), ..environment };
    for zone in environment.demo_account().list("domains") {
        environment.demo_account().remove_domain(zone["name"].as_str().unwrap());
    }
    let receipt = environment.next_sweep("domains").await;
    assert_eq!((receipt.status, receipt.requests), (SweepStatus::Complete, 2));
    assert_eq!(environment.next_sweep("domains").await.requests, 1);
}

#[tokio::test]
async fn an_empty_list_of_projects_counts_as_not_visible() {
    let mut environment = swept().await;
    environment.demo_account().set_token("blind", Token::new("dop_v1_blind_test").scopes(["droplet:read"]).filtered());
    environment.use_token("blind");
    let receipt = environment.next_sweep("projects").await;
    assert_eq!((receipt.status, receipt.changes.total()), (SweepStatus::NotVisible, 0));
}

#[tokio::test]
async fn a_404_from_a_proxy_does_not_count_as_gone() {
    let environment = swept().await;
    environment.demo_account().remove_droplet(DROPLET);
    let page = Effect::Status { status: 404, body: Some("<html>not here</html>".into()), headers: Default::default() };
    environment.sim.faults().add(Fault::on("/v2/droplets/*", page));
    let receipt = environment.next_sweep("droplets").await;
    assert_eq!((receipt.status, receipt.changes.struck), (SweepStatus::Partial, 0), "{receipt:?}");
}

#[tokio::test]
async fn a_record_that_cannot_be_read_delays_no_other() {
    use aws_sdk_dynamodb::types::AttributeValue::S;
    let environment = swept().await;
    let request = environment.embedded.client.update_item().table_name(embedded_table::TABLE_NAME);
    let request = request.key("pk", S("KIND#demo#droplet".to_owned())).key("sk", S(DROPLET.to_string()));
    let request =
        request.update_expression("SET facts = :nonsense").expression_attribute_values(":nonsense", S("?".into()));
    request.send().await.unwrap();
    let ids: Vec<u64> = environment.demo_account().list("droplets").iter().filter_map(|d| d["id"].as_u64()).collect();
    for id in &ids {
        environment.demo_account().rename_droplet(*id, "renamed");
    }
    let receipt = environment.next_sweep("droplets").await;
    assert_eq!((receipt.status, receipt.changes.updated as usize), (SweepStatus::Partial, ids.len() - 1));
    assert!(receipt.error.unwrap().contains("KIND#demo#droplet / 1"));
}

#[tokio::test]
async fn an_incomplete_list_gives_strikes_only_to_resources_that_are_gone() {
    let environment = swept().await;
    let gone = environment.demo_account().list("droplets")[0]["id"].as_u64().unwrap();
    let hidden = DROPLET;
    environment.demo_account().remove_droplet(gone);
    // The list is as it was without the first droplet, but a request for the droplet itself
    // succeeds.
    environment.demo_account().remove_droplet(hidden);
    environment.sim.faults().add(Fault::on("/v2/droplets", Effect::StaleReads { seconds: None }));
    environment.put_back(hidden);
    let receipt = environment.next_sweep("droplets").await;
    assert_eq!((receipt.status, receipt.changes.struck), (SweepStatus::Complete, 1), "{receipt:?}");
    assert!(receipt.notes[0].contains(&hidden.to_string()), "{:?}", receipt.notes);
    assert_eq!(environment.resource("droplet", hidden).await.strikes, None);
    assert_eq!(environment.resource("droplet", gone).await.strikes.map(|s| s.count), Some(1));
}

async fn confirm(environment: &TestEnvironment, worker: &str) {
    assert!(confirm_if_held(environment, worker).await, "a hold exists");
}

/// Confirms the hold as an operator; returns false if there is none.
pub(crate) async fn confirm_if_held(environment: &TestEnvironment, worker: &str) -> bool {
    let kind = target(worker).1.sync_kind();
    let sync_state = environment.table().sync_state(&environment.account, &kind).await.unwrap().unwrap();
    let audit = store::AuditEntry {
        id: "request-1".to_owned(),
        at: environment.now(),
        actor: "operator".to_owned(),
        action: "sync.confirm".to_owned(),
        target: kind.to_string(),
        values: serde_json::Value::Null,
    };
    let Some(hold) = sync_state.hold else { return false };
    environment.table().confirm_hold(&environment.account, &kind, &hold.id, &audit).await.unwrap();
    true
}

#[tokio::test]
async fn a_mass_deletion_waits_for_confirmation() {
    let environment = swept().await;
    let zones = environment.demo_account().list("domains");
    for zone in &zones[..6] {
        environment.demo_account().remove_domain(zone["name"].as_str().unwrap());
    }
    environment.next_sweep("domains").await;
    environment.next_sweep("domains").await;
    for _ in 0..3 {
        let receipt = environment.next_sweep("domains").await;
        assert_eq!((receipt.status, receipt.changes.deleted), (SweepStatus::Held, 0));
        assert!(receipt.notes[0].contains("6 of 7"), "{:?}", receipt.notes);
    }
    assert_eq!(environment.live("dns_zone").await, 7);
    confirm(&environment, "domains").await;
    let receipt = environment.next_sweep("domains").await;
    assert_eq!((receipt.status, receipt.changes.deleted), (SweepStatus::Complete, 6));
    let sync_state = environment
        .table()
        .sync_state(&environment.account, &domain::Kind::from_static("dns_zone"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((sync_state.hold, sync_state.confirmation), (None, None));
}

#[tokio::test]
async fn the_hold_ends_when_the_resources_return() {
    let environment = swept().await;
    let zones = environment.demo_account().list("domains");
    for zone in &zones[..6] {
        environment.demo_account().remove_domain(zone["name"].as_str().unwrap());
    }
    for _ in 0..4 {
        environment.next_sweep("domains").await;
    }
    for zone in &zones[..6] {
        environment.demo_account().add("domains", zone.clone());
    }
    let receipt = environment.next_sweep("domains").await;
    assert_eq!((receipt.status, receipt.changes.returned), (SweepStatus::Complete, 6));
    let sync_state = environment
        .table()
        .sync_state(&environment.account, &domain::Kind::from_static("dns_zone"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(sync_state.hold, None);
}

#[tokio::test]
async fn the_follow_up_is_reported() {
    let environment = swept().await;
    let fault = |effect| Fault::on("/v2/droplets*", effect);
    let mut next = Vec::new();
    for effect in [Effect::status(401), Effect::status(403), Effect::status(503), Effect::rate_limit(LimitKind::Hourly)]
    {
        environment.sim.faults().clear();
        environment.sim.faults().add(fault(effect));
        next.push(environment.sweep_then("droplets").await.1);
    }
    assert!(
        matches!(next[..], [FollowUp::NewToken, FollowUp::Nothing, FollowUp::Retry, FollowUp::Later(_)]),
        "{next:?}"
    );
}
