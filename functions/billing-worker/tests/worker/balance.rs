use billing::BALANCE;
use chrono::TimeDelta;
use digitalocean_sim::{Effect, Fault};
use domain::{AccountStatus, Clock, SweepStatus};
use runtime::Message;
use rust_decimal::Decimal;
use test_support::{outcome_text, queue_url};

use crate::environment::{SECRET, TestEnvironment, demo};

#[tokio::test]
async fn the_balance_is_kept_with_a_receipt() {
    let env = TestEnvironment::new().await;
    assert_eq!(env.run("balance").await, "done");
    let balance = env.embedded.table.latest_balance(&demo()).await.unwrap().unwrap();
    assert_eq!(balance.at, env.clock.now());
    let together = balance.account_balance.amount + balance.month_to_date_usage.amount;
    assert_eq!(balance.month_to_date_balance.amount, together);
    assert!(balance.month_to_date_usage.amount > Decimal::ZERO);
    let receipt = env.sync_state("balance").await.unwrap().last_complete.unwrap();
    assert_eq!((receipt.status, receipt.items, receipt.changes.discovered), (SweepStatus::Complete, 1, 1));
}

#[tokio::test]
async fn a_message_older_than_a_complete_receipt_is_dropped() {
    let env = TestEnvironment::new().await;
    let early = env.message("balance", "demo");
    env.clock.advance(TimeDelta::seconds(1));
    assert_eq!(env.run("balance").await, "done");
    let (requests, before) = (env.request_count(), env.embedded.dump().await);
    assert_eq!(outcome_text(&env.handle(early).await), "done");
    assert_eq!((env.request_count(), env.embedded.dump().await), (requests, before));
}

#[tokio::test]
async fn a_tick_becomes_one_message_for_each_enabled_account() {
    let env = TestEnvironment::new().await;
    env.register("idle", AccountStatus::Paused).await;
    env.register("second", AccountStatus::Enabled).await;
    for worker in billing::WORKERS {
        env.handle(Message { attempt: 3, ..env.message(worker.name, "*") }).await.unwrap();
        let sent = env.queue.sent(&queue_url(worker.name));
        let bodies: Vec<serde_json::Value> = sent.iter().map(|m| serde_json::from_str(&m.body).unwrap()).collect();
        assert_eq!(bodies.iter().map(|body| &body["account"]).collect::<Vec<_>>(), ["demo", "second"]);
        assert!(bodies.iter().all(|body| body["worker"] == worker.name && body["attempt"] == 0), "{bodies:?}");
        for (account, expected) in [("idle", "done"), ("unregistered", "terminal")] {
            let result = env.handle(env.message(worker.name, account)).await;
            assert_eq!(outcome_text(&result), expected, "{}, {account}", worker.name);
        }
    }
    assert_eq!(env.request_count(), 0);
}

#[tokio::test]
async fn a_refusal_is_recorded_in_the_receipt_and_stores_nothing() {
    let cases = [
        ("401", Effect::status(401), SweepStatus::Failed, "terminal", "token"),
        ("403", Effect::status(403), SweepStatus::NotVisible, "done", "billing:read"),
        ("404", Effect::status(404), SweepStatus::Failed, "terminal", "404"),
        ("503", Effect::status(503), SweepStatus::Failed, "retry", "503"),
        ("truncated response", Effect::TruncatedJson, SweepStatus::Failed, "retry", "cut off"),
    ];
    for (case, effect, status, expected, says) in cases {
        let env = TestEnvironment::new().await;
        env.sim.faults().add(Fault::on("/v2/customers/my/balance", effect));
        assert_eq!(env.run(BALANCE.name).await, expected, "{case}");
        let state = env.sync_state("balance").await.unwrap();
        let receipt = state.last.unwrap();
        assert_eq!((receipt.status, state.last_complete, state.lease_until), (status, None, None), "{case}");
        assert!(receipt.error.unwrap().contains(says), "{case}");
        assert_eq!(env.embedded.table.latest_balance(&demo()).await.unwrap(), None, "{case}");
    }
}

#[tokio::test]
async fn a_refused_token_is_fetched_again_and_a_missing_one_needs_the_operator() {
    let env = TestEnvironment::new().await;
    let token = env.sim.account("demo").token("sync");
    env.secrets.put(SECRET, &["dop_v1_revoked", &token]);
    assert_eq!(env.run("balance").await, "done");
    env.clock.advance(TimeDelta::seconds(1));
    env.secrets.remove(SECRET);
    assert_eq!(env.run("balance").await, "terminal");
    let state = env.sync_state("balance").await.unwrap();
    assert!(state.last.unwrap().error.unwrap().contains(SECRET), "the error names the secret");
    assert!(state.last_complete.is_some(), "the previous complete receipt is kept");
}
