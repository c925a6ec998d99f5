//! What holds for every account job; what a worker makes of it is tested with the worker.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on, helpers included")]

use std::time::Duration;

use chrono::TimeDelta;
use digitalocean_sim::{Seed, Simulator};
use domain::{AccountStatus, Clock, Kind};
use runtime::{Deadline, Message, ProviderWrites};
use store::SyncLeaseOutcome;
use test_support::{WorkerEnvironment, outcome_text, queue_url};
use worker::{AccountJob, OutOfTime, Services};

const WORKER: &str = "droplets";

async fn environment() -> (WorkerEnvironment, Services) {
    let sim = Simulator::start(Seed::empty()).await.unwrap();
    let around = WorkerEnvironment::start(sim, "2026-04-12T12:00:05Z".parse().unwrap(), "debug").await;
    for (slug, status) in [("demo", AccountStatus::Enabled), ("team", AccountStatus::Enabled)] {
        around.register(slug, status).await;
    }
    around.register("paused", AccountStatus::Paused).await;
    let services = around.services(WORKER, &around.embedded.table, ProviderWrites::Deny);
    (around, services)
}

/// Begins the job of a message to this account that was deferred so often.
async fn begin<'a>(services: &'a Services, account: &str, attempt: u32, left: u64) -> Option<AccountJob<'a>> {
    let message = Message { attempt, ..Message::new(WORKER, account, services.clock.now(), "run-1") };
    AccountJob::begin(services, message, Deadline::after(Duration::from_secs(left))).await.unwrap()
}

#[tokio::test]
async fn a_message_for_all_accounts_becomes_one_for_each_enabled_account() {
    let (around, services) = environment().await;
    assert!(begin(&services, "*", 3, 300).await.is_none());
    let sent = around.queue.sent(&queue_url(WORKER));
    let accounts: Vec<String> = sent
        .iter()
        .map(|message| serde_json::from_str::<serde_json::Value>(&message.body).unwrap())
        .map(|body| format!("{} {}", body["account"].as_str().unwrap(), body["attempt"]))
        .collect();
    assert_eq!(accounts, ["demo 0", "team 0"]);
    assert!(begin(&services, "paused", 0, 300).await.is_none());
}

#[tokio::test]
async fn only_a_registered_account_has_a_job() {
    let (_around, services) = environment().await;
    for account in ["unregistered", "*a", ""] {
        let message = Message::new(WORKER, account, services.clock.now(), "run-1");
        let begun = AccountJob::begin(&services, message, Deadline::after(Duration::from_secs(300))).await;
        assert_eq!(outcome_text(&begun.map(|_| ())), "terminal", "{account}");
    }
}

#[tokio::test]
async fn a_job_waits_for_a_lease_eighteen_times_and_is_then_dropped() {
    let (_around, services) = environment().await;
    for (attempt, expected) in [(0, "later 20"), (17, "later 20"), (18, "done"), (20, "done")] {
        let job = begin(&services, "demo", attempt, 300).await.unwrap();
        assert_eq!(outcome_text(&job.wait_for_lease("another run has it")), expected, "attempt {attempt}");
    }
}

#[tokio::test]
async fn a_lease_outlasts_the_function_and_is_held_by_one_job() {
    let (around, services) = environment().await;
    let (first, second) = (begin(&services, "demo", 0, 300).await.unwrap(), begin(&services, "demo", 0, 300).await);
    let kind = Kind::new("droplet").unwrap();
    let SyncLeaseOutcome::Granted(lease, _) = first.take_lease(&kind).await.unwrap() else { panic!("it is free") };
    assert!(lease.until > around.clock.now() + TimeDelta::seconds(320), "{lease:?}");
    let second = second.unwrap().take_lease(&kind).await.unwrap();
    assert!(matches!(second, SyncLeaseOutcome::Busy), "{second:?}");
}

#[tokio::test]
async fn work_ends_early_enough_to_record_its_outcome() {
    let (_around, services) = environment().await;
    let job = begin(&services, "demo", 0, 10).await.unwrap();
    assert!(job.closing_time().has_passed());
    assert_eq!(job.within_time(std::future::pending::<()>()).await, Err(OutOfTime));
    let job = begin(&services, "demo", 0, 300).await.unwrap();
    assert_eq!(job.within_time(std::future::ready(7)).await, Ok(7));
    let left = job.closing_time().remaining();
    assert!(left > Duration::from_secs(280) && left <= Duration::from_secs(290), "{left:?}");
}

#[tokio::test]
async fn a_message_that_is_sent_again_begins_with_attempt_0() {
    let (around, services) = environment().await;
    let job = begin(&services, "demo", 5, 300).await.unwrap();
    job.send_again(serde_json::json!({ "kind": "droplet" }), Duration::from_secs(60)).await.unwrap();
    let sent = &around.queue.sent(&queue_url(WORKER))[0];
    let body: serde_json::Value = serde_json::from_str(&sent.body).unwrap();
    assert_eq!((sent.delay, &body["attempt"], &body["kind"]), (Duration::from_secs(60), &0.into(), &"droplet".into()));
}
