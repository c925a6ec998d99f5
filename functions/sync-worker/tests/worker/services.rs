//! Tests of a worker with several kinds, each of which is mirrored independently.

use digitalocean_sim::{Effect, Fault, LimitKind, RequestFilter};
use domain::{AccountId, Kind, SyncState};
use runtime::OutgoingMessage;
use serde_json::{Value, json};
use test_support::{DLQ, outcome_text};

use crate::batch::run;
use crate::environment::TestEnvironment;

async fn services() -> TestEnvironment {
    TestEnvironment::of("services", "2026-04-12T12:00:05Z".parse().unwrap()).await
}

async fn sync_state(environment: &TestEnvironment, kind: &str) -> Option<SyncState> {
    environment.embedded.table.sync_state(&AccountId::new("demo").unwrap(), &Kind::new(kind).unwrap()).await.unwrap()
}

/// Returns the number of kinds with a complete sweep.
async fn complete(environment: &TestEnvironment) -> usize {
    let mut complete = 0;
    for target in environment.worker.worker.targets {
        complete += usize::from(
            sync_state(environment, target.sync_kind().as_str())
                .await
                .is_some_and(|state| state.last_complete.is_some()),
        );
    }
    complete
}

fn kind_of(message: &OutgoingMessage) -> Value {
    serde_json::from_str::<Value>(&message.body).unwrap()["kind"].clone()
}

#[tokio::test]
async fn one_kind() {
    let environment = services().await;
    assert_eq!(run(&environment, "one-kind").await, [""; 0]);
    assert_eq!((complete(&environment).await, environment.request_count()), (1, 1));
    assert_eq!(environment.keys("KIND#demo#").await.len(), 1);
}

#[tokio::test]
async fn all_kinds_are_mirrored_by_one_message() {
    let environment = services().await;
    assert_eq!(outcome_text(&environment.handle(environment.message("demo")).await), "done");
    assert_eq!(complete(&environment).await, environment.worker.worker.targets.len());
    assert_eq!((environment.sent(), environment.queue.sent(DLQ)), (vec![], vec![]));
}

/// A kind that has to wait is re-queued as a message for that kind only, whatever the reason, and
/// the others are mirrored.
#[tokio::test]
async fn a_kind_that_has_to_wait_does_not_delay_the_others() {
    let limited = Effect::RateLimit { limit: LimitKind::Burst, wait_seconds: 600 };
    // The simulator's clock is ahead of the worker's, so the length of the wait is not checked.
    for (effect, delay) in [(limited, 1..=u64::MAX), (Effect::status(503), 60..=60)] {
        let environment = services().await;
        environment.sim.faults().add(Fault::on("/v2/certificates", effect));
        assert_eq!(outcome_text(&environment.handle(environment.message("demo")).await), "done");
        let sent = environment.sent();
        assert_eq!((sent.len(), kind_of(&sent[0])), (1, json!("certificate")));
        assert!(delay.contains(&sent[0].delay.as_secs()), "{:?}", sent[0].delay);
        assert_eq!(complete(&environment).await, environment.worker.worker.targets.len() - 1);
        environment.sim.faults().clear();
        environment.sim.requests().clear();
        let body = sent[0].body.as_bytes();
        let sent = runtime::batch::SqsMetadata { at: None, message_id: None };
        let message = runtime::Message::parse(body, "services", &sent).unwrap();
        assert_eq!(
            (outcome_text(&environment.handle(message).await), environment.request_count()),
            ("done".to_owned(), 1)
        );
        assert_eq!(complete(&environment).await, environment.worker.worker.targets.len());
    }
}

/// A product that the account does not have, or that the token may not read, causes no retry and no
/// dead letter.
#[tokio::test]
async fn an_unavailable_kind_is_recorded_as_not_visible() {
    let environment = services().await;
    for (path, status) in [("/v2/databases", 404), ("/v2/functions/namespaces", 403)] {
        environment.sim.faults().add(Fault::on(path, Effect::status(status)));
    }
    assert_eq!(outcome_text(&environment.handle(environment.message("demo")).await), "done");
    assert_eq!((environment.sent(), environment.queue.sent(DLQ)), (vec![], vec![]));
    for kind in ["managed_db", "functions_namespace"] {
        let receipt = sync_state(&environment, kind).await.unwrap().last.unwrap();
        assert_eq!(receipt.status, domain::SweepStatus::NotVisible, "{kind}");
        assert!(receipt.error.is_some(), "{kind}");
    }
}

#[tokio::test]
async fn a_kind_of_another_worker_is_refused() {
    let environment = services().await;
    let message = environment.message("demo").with_fields(json!({ "kind": "droplet" })).unwrap();
    assert_eq!(outcome_text(&environment.handle(message).await), "terminal");
    assert_eq!(environment.request_count(), 0);
}

/// A failed fast poll is dropped, because the next one follows within a minute.
#[tokio::test]
async fn a_fast_poll_that_fails_is_not_retried() {
    let environment = TestEnvironment::of("droplets-fast", "2026-04-12T12:00:05Z".parse().unwrap()).await;
    environment.sim.faults().add(Fault::on("/v2/droplets*", Effect::status(503)));
    assert_eq!(outcome_text(&environment.handle(environment.message("demo")).await), "done");
    assert_eq!((environment.sent(), environment.queue.sent(DLQ)), (vec![], vec![]));
}

/// A scan of many parents that reaches the rate limit is deferred, and the next message continues
/// where it stopped.
#[tokio::test]
async fn a_scan_continues_where_it_stopped() {
    let environment = TestEnvironment::of("backups", "2026-04-12T12:00:05Z".parse().unwrap()).await;
    let lists = "/v2/droplets/*/backups";
    environment
        .sim
        .faults()
        .add(Fault::on(lists, Effect::RateLimit { limit: LimitKind::Burst, wait_seconds: 600 }).after(1));
    let refused = outcome_text(&environment.handle(environment.message("demo")).await);
    assert!(refused.starts_with("later "), "{refused}");
    assert!(sync_state(&environment, "droplet_backup").await.unwrap().scan_progress.is_some());
    environment.sim.faults().clear();
    environment.sim.requests().clear();
    assert_eq!(outcome_text(&environment.handle(environment.message("demo")).await), "done");
    assert_eq!(environment.sim.requests().count(&RequestFilter::path(lists)), 1);
    assert_eq!(environment.keys("KIND#demo#droplet_backup").await.len(), 4);
}
