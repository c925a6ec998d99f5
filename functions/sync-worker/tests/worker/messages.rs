use chrono::TimeDelta;
use digitalocean_sim::{RequestFilter, Token};
use domain::{AccountId, AccountStatus, Clock, Kind, SweepStatus};
use runtime::{Failure, Message, ProviderWrites};
use serde_json::Value;
use store::SyncLeaseOutcome;
use test_support::outcome_text;
use worker::MessageHandler;

use crate::environment::{QUEUE, SECRET, TestEnvironment};

#[tokio::test]
async fn a_tick_becomes_one_message_for_each_enabled_account() {
    let environment = TestEnvironment::new().await;
    environment.register("second", AccountStatus::Enabled).await;
    environment.register("idle", AccountStatus::Paused).await;
    environment.handle(Message { attempt: 3, ..environment.message("*") }).await.unwrap();
    let sent = environment.sent();
    let bodies: Vec<Value> = sent.iter().map(|message| serde_json::from_str(&message.body).unwrap()).collect();
    assert_eq!(bodies.iter().map(|body| &body["account"]).collect::<Vec<_>>(), ["demo", "second"]);
    for body in &bodies {
        assert_eq!((&body["worker"], &body["run_id"]), (&"droplets".into(), &"run-1".into()));
        assert_eq!((&body["scheduled_at"], &body["attempt"]), (&"2026-04-12T12:00:05Z".into(), &0.into()));
    }
    assert_eq!((environment.request_count(), environment.secrets.fetches()), (0, 0));
}

#[tokio::test]
async fn a_tick_that_cannot_be_fanned_out_is_retried() {
    let environment = TestEnvironment::new().await;
    environment.queue.refuse(QUEUE);
    assert_eq!(outcome_text(&environment.handle(environment.message("*")).await), "retry");
}

#[tokio::test]
async fn an_account_message_mirrors_the_account() {
    let environment = TestEnvironment::new().await;
    environment.handle(environment.message("demo")).await.unwrap();
    let receipt = environment.sync_state().await.unwrap().last_complete.unwrap();
    assert_eq!((receipt.status, receipt.items, receipt.changes.discovered), (SweepStatus::Complete, 5, 5));
    assert_eq!(receipt.run_id.as_str(), "run-1");
    assert_eq!(environment.keys("KIND#demo#droplet").await.len(), 5);
    assert_eq!(environment.sim.requests().count(&RequestFilter::default().token("sync")), environment.request_count());
}

#[tokio::test]
async fn a_paused_or_unknown_account_causes_no_request() {
    let environment = TestEnvironment::new().await;
    environment.register("idle", AccountStatus::Paused).await;
    for (account, expected) in [("unregistered", "terminal"), ("idle", "done")] {
        let before = environment.embedded.dump().await;
        assert_eq!(outcome_text(&environment.handle(environment.message(account)).await), expected, "{account}");
        assert_eq!(environment.embedded.dump().await, before, "{account}");
    }
    assert_eq!((environment.request_count(), environment.secrets.fetches()), (0, 0));
}

#[tokio::test]
async fn a_message_older_than_a_complete_sweep_is_dropped() {
    let environment = TestEnvironment::new().await;
    let early = environment.message("demo");
    environment.clock.advance(TimeDelta::seconds(1));
    environment.handle(environment.message("demo")).await.unwrap();
    let (requests, before) = (environment.request_count(), environment.embedded.dump().await);
    environment.handle(early).await.unwrap();
    assert_eq!((environment.request_count(), environment.embedded.dump().await), (requests, before));
    environment.clock.advance(TimeDelta::seconds(1));
    environment.handle(environment.message("demo")).await.unwrap();
    assert!(environment.request_count() > requests, "a newer message is processed");
}

#[tokio::test]
async fn a_message_that_meets_another_sweep_is_deferred_by_twenty_seconds() {
    let environment = TestEnvironment::new().await;
    let (demo, droplets) = (AccountId::new("demo").unwrap(), Kind::from_static("droplet"));
    let ttl = TimeDelta::minutes(5);
    let other = environment
        .embedded
        .table
        .acquire_sync_lease(&demo, &droplets, "another", environment.clock.now(), ttl)
        .await
        .unwrap();
    assert!(matches!(other, SyncLeaseOutcome::Granted(..)));
    assert_eq!(outcome_text(&environment.handle(environment.message("demo")).await), "later 20");
    assert_eq!(environment.request_count(), 0);
    environment.clock.advance(TimeDelta::minutes(6));
    assert_eq!(outcome_text(&environment.handle(environment.message("demo")).await), "done");
}

#[tokio::test]
async fn the_internal_project_is_created_with_the_provisioning_token_and_only_if_writes_are_allowed() {
    for (writes, posts) in [(ProviderWrites::Allow, 1), (ProviderWrites::Deny, 0)] {
        let mut environment = TestEnvironment::of("projects", "2026-04-12T12:00:05Z".parse().unwrap()).await;
        environment.sim.account("demo").set_token("provisioning", Token::new("dop_v1_demo_provisioning"));
        environment.secrets.put(&SECRET.replace("sync", "provisioning"), &["dop_v1_demo_provisioning"]);
        std::sync::Arc::get_mut(&mut environment.worker).unwrap().services.config.provider_writes = writes;
        environment.handle(environment.message("demo")).await.unwrap();
        let written = RequestFilter::path("/v2/projects").method("POST");
        assert_eq!(environment.sim.requests().count(&written), posts, "{writes:?}");
        assert_eq!(environment.sim.requests().count(&written.token("provisioning")), posts, "{writes:?}");
        assert_eq!(environment.sim.account("demo").project_named("skyai-internal").is_some(), posts > 0, "{writes:?}");
    }
}

#[tokio::test]
async fn a_table_that_does_not_answer_causes_a_retry() {
    let environment = TestEnvironment::new().await;
    environment.embedded.requests.crash_at(embedded_table::CrashPoint::Before(2));
    let result = environment
        .worker
        .handle(environment.message("demo"), runtime::Deadline::after(std::time::Duration::from_secs(60)));
    assert!(matches!(result.await, Err(Failure::Retry { .. })));
}
