use domain::AccountStatus;
use test_support::{DLQ, read_event, reason, run_events};

use crate::environment::TestEnvironment;

/// Runs a batch of `events/`, and returns the ids of the messages to be delivered again.
pub(crate) async fn run(environment: &TestEnvironment, case: &str) -> Vec<String> {
    let (worker, queue) = (environment.worker.as_ref(), environment.queue.clone());
    let again = run_events(worker, &worker.services.config, queue, "sync-worker", case).await;
    environment.assert_no_token(&again.concat()).await;
    again
}

#[tokio::test]
async fn tick() {
    let environment = TestEnvironment::new().await;
    assert_eq!(run(&environment, "tick").await, [""; 0]);
    let sent = environment.sent();
    let body: serde_json::Value = serde_json::from_str(&sent[0].body).unwrap();
    let expected = serde_json::json!({
        "v": 1, "worker": "droplets", "account": "demo", "attempt": 0,
        "scheduled_at": "2026-04-12T12:00:00Z", "run_id": "059f36b4-87a3-44ab-83d2-661975830a7d",
    });
    assert_eq!((sent.len(), body), (1, expected), "time and run id are those of SQS, which a redelivery keeps");
}

#[tokio::test]
async fn happy() {
    let environment = TestEnvironment::new().await;
    assert_eq!(run(&environment, "happy").await, [""; 0]);
    assert_eq!((environment.sent(), environment.queue.sent(DLQ)), (vec![], vec![]));
    assert_eq!(environment.keys("KIND#demo#droplet").await.len(), 5);
    assert_eq!(environment.keys("RESOURCE#demo#droplet").await.len(), 5);
    assert_eq!(environment.keys("SWEEP#demo#droplet").await.len(), 1);
}

#[tokio::test]
async fn duplicate() {
    let (once, twice) = (TestEnvironment::new().await, TestEnvironment::new().await);
    run(&once, "happy").await;
    assert_eq!(run(&twice, "duplicate").await, [""; 0]);
    assert_eq!(twice.request_count(), once.request_count(), "the second delivery makes no request to DigitalOcean");
    assert_eq!(twice.keys("").await, once.keys("").await);
    assert_eq!((twice.sent(), twice.queue.sent(DLQ)), (vec![], vec![]));
}

#[tokio::test]
async fn malformed() {
    let environment = TestEnvironment::new().await;
    let before = environment.embedded.dump().await;
    assert_eq!(run(&environment, "malformed").await, [""; 0], "a retry cannot succeed");
    let letters = environment.queue.sent(DLQ);
    let says = ["EOF while parsing", "at worker", "at account", "at v: version 2", "at attempt"];
    let records = read_event("sync-worker", "malformed").records;
    assert_eq!((letters.len(), records.len()), (says.len(), says.len()));
    for ((letter, record), says) in letters.iter().zip(records).zip(says) {
        assert!(reason(letter).contains(says), "{}", reason(letter));
        assert_eq!(Some(&letter.body), record.body.as_ref(), "the body is unchanged");
    }
    assert_eq!((environment.request_count(), environment.embedded.dump().await), (0, before));
}

#[tokio::test]
async fn partial_batch() {
    let environment = TestEnvironment::new().await;
    environment.register("no-secret", AccountStatus::Enabled).await;
    environment.secrets.throttle("arcadia/test/do/no-secret");
    environment.register("paused", AccountStatus::Paused).await;
    assert_eq!(
        run(&environment, "partial-batch").await,
        ["059f36b4-87a3-44ab-83d2-661975830a7d"],
        "only the account whose secret cannot be read is retried"
    );
    let letters = environment.queue.sent(DLQ);
    assert_eq!(letters.len(), 2);
    assert!(reason(&letters[0]).contains("unregistered is not registered"), "{}", reason(&letters[0]));
    assert!(reason(&letters[1]).contains("bad message"), "{}", reason(&letters[1]));
    assert_eq!(environment.sent(), vec![]);
    assert_eq!(environment.keys("KIND#").await.len(), 5, "the other account of the batch is mirrored");
    for (account, swept) in [("demo", 1), ("no-secret", 1), ("paused", 0), ("unregistered", 0)] {
        assert_eq!(environment.keys(&format!("SWEEP#{account}#droplet")).await.len(), swept, "{account}");
    }
}
