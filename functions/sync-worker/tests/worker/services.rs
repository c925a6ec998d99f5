//! A worker of many kinds: each for itself.

use digitalocean_sim::{Effect, Fault, LimitKind, RequestFilter};
use domain::{AccountId, Kind, SyncState};
use runtime::OutgoingMessage;
use serde_json::{Value, json};

use crate::batch::run;
use crate::environment::{DLQ, QUEUE, TestEnvironment, outcome_text};

async fn services() -> TestEnvironment {
    TestEnvironment::of("services", "2026-04-12T12:00:05Z".parse().unwrap()).await
}

async fn lane(environment: &TestEnvironment, kind: &str) -> Option<SyncState> {
    environment.embedded.table.sync_state(&AccountId::new("demo").unwrap(), &Kind::new(kind).unwrap()).await.unwrap()
}

/// The kinds whose last list was read whole.
async fn complete(environment: &TestEnvironment) -> usize {
    let mut complete = 0;
    for target in environment.worker.worker.targets {
        complete += usize::from(
            lane(environment, target.sync_kind().as_str()).await.is_some_and(|lane| lane.last_complete.is_some()),
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
    assert_eq!((complete(&environment).await, environment.asked()), (1, 1));
    assert_eq!(environment.keys("KIND#demo#").await.len(), 1);
}

#[tokio::test]
async fn all_kinds_are_mirrored_by_one_message() {
    let environment = services().await;
    assert_eq!(outcome_text(&environment.handle(environment.message("demo")).await), "done");
    assert_eq!(complete(&environment).await, environment.worker.worker.targets.len());
    assert_eq!((environment.queue.sent(QUEUE), environment.queue.sent(DLQ)), (vec![], vec![]));
}

/// What has to wait comes back as a message for its kind alone, however it has to wait, and the others are mirrored.
#[tokio::test]
async fn a_kind_that_has_to_wait_holds_up_no_other() {
    let limited = Effect::RateLimit { limit: LimitKind::Burst, wait_seconds: 600 };
    // The simulator's clock is ahead of the worker's: how long a limit lasts is its own matter.
    for (effect, delay) in [(limited, 1..=u64::MAX), (Effect::status(503), 60..=60)] {
        let environment = services().await;
        environment.sim.faults().add(Fault::on("/v2/certificates", effect));
        assert_eq!(outcome_text(&environment.handle(environment.message("demo")).await), "done");
        let sent = environment.queue.sent(QUEUE);
        assert_eq!((sent.len(), kind_of(&sent[0])), (1, json!("certificate")));
        assert!(delay.contains(&sent[0].delay.as_secs()), "{:?}", sent[0].delay);
        assert_eq!(complete(&environment).await, environment.worker.worker.targets.len() - 1);
        environment.sim.faults().clear();
        environment.sim.requests().clear();
        let body = sent[0].body.as_bytes();
        let sent = runtime::batch::SqsMetadata { at: None, message_id: None };
        let message = runtime::Message::parse(body, "services", &sent).unwrap();
        assert_eq!((outcome_text(&environment.handle(message).await), environment.asked()), ("done".to_owned(), 1));
        assert_eq!(complete(&environment).await, environment.worker.worker.targets.len());
    }
}

/// A product that the account does not have, or the token may not see, wakes nobody up.
#[tokio::test]
async fn a_kind_that_is_not_there_is_told_and_done_with() {
    let environment = services().await;
    for (path, status) in [("/v2/databases", 404), ("/v2/functions/namespaces", 403)] {
        environment.sim.faults().add(Fault::on(path, Effect::status(status)));
    }
    assert_eq!(outcome_text(&environment.handle(environment.message("demo")).await), "done");
    assert_eq!((environment.queue.sent(QUEUE), environment.queue.sent(DLQ)), (vec![], vec![]));
    for kind in ["managed_db", "functions_namespace"] {
        let receipt = lane(&environment, kind).await.unwrap().last.unwrap();
        assert_eq!(receipt.status, domain::SweepStatus::NotVisible, "{kind}");
        assert!(receipt.error.is_some(), "{kind}");
    }
}

#[tokio::test]
async fn a_kind_of_another_worker_is_refused() {
    let environment = services().await;
    let message = environment.message("demo").with_fields(json!({ "kind": "droplet" })).unwrap();
    assert_eq!(outcome_text(&environment.handle(message).await), "terminal");
    assert_eq!(environment.asked(), 0);
}

/// The quick look is over with its minute: nothing of it is tried again.
#[tokio::test]
async fn a_fast_poll_that_fails_is_not_retried() {
    let environment = TestEnvironment::of("droplets-fast", "2026-04-12T12:00:05Z".parse().unwrap()).await;
    environment.sim.faults().add(Fault::on("/v2/droplets*", Effect::status(503)));
    assert_eq!(outcome_text(&environment.handle(environment.message("demo")).await), "done");
    assert_eq!((environment.queue.sent(QUEUE), environment.queue.sent(DLQ)), (vec![], vec![]));
}

/// A round over many parents that meets the rate limit waits as a message, and goes on where it stopped.
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
    assert!(lane(&environment, "droplet_backup").await.unwrap().scan_progress.is_some());
    environment.sim.faults().clear();
    environment.sim.requests().clear();
    assert_eq!(outcome_text(&environment.handle(environment.message("demo")).await), "done");
    assert_eq!(environment.sim.requests().count(&RequestFilter::path(lists)), 1);
    assert_eq!(environment.keys("KIND#demo#droplet_backup").await.len(), 4);
}
