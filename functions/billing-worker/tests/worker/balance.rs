use billing::BALANCE;
use chrono::TimeDelta;
use digitalocean_sim::{Effect, Fault};
use domain::{AccountStatus, Clock, SweepStatus};
use runtime::Message;
use rust_decimal::Decimal;

use crate::world::{SECRET, World, demo, fate, queue_of};

#[tokio::test]
async fn the_balance_is_kept_with_a_receipt() {
    let world = World::new().await;
    assert_eq!(world.run("balance").await, "done");
    let balance = world.embedded.table.latest_balance(&demo()).await.unwrap().unwrap();
    assert_eq!(balance.at, world.clock.now());
    let together = balance.account_balance.amount + balance.month_to_date_usage.amount;
    assert_eq!(balance.month_to_date_balance.amount, together);
    assert!(balance.month_to_date_usage.amount > Decimal::ZERO);
    let receipt = world.lane("balance").await.unwrap().last_complete.unwrap();
    assert_eq!((receipt.status, receipt.items, receipt.changes.discovered), (SweepStatus::Complete, 1, 1));
}

#[tokio::test]
async fn a_message_older_than_a_complete_receipt_is_dropped() {
    let world = World::new().await;
    let early = world.message("balance", "demo");
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(world.run("balance").await, "done");
    let (asked, before) = (world.asked(), world.embedded.dump().await);
    assert_eq!(fate(&world.handle(early).await), "done");
    assert_eq!((world.asked(), world.embedded.dump().await), (asked, before));
}

#[tokio::test]
async fn a_tick_becomes_one_message_for_each_enabled_account() {
    let world = World::new().await;
    world.register("idle", AccountStatus::Paused).await;
    world.register("second", AccountStatus::Enabled).await;
    for worker in billing::WORKERS {
        world.handle(Message { attempt: 3, ..world.message(worker.name, "*") }).await.unwrap();
        let sent = world.queue.sent(&queue_of(worker.name));
        let bodies: Vec<serde_json::Value> = sent.iter().map(|m| serde_json::from_str(&m.body).unwrap()).collect();
        assert_eq!(bodies.iter().map(|body| &body["account"]).collect::<Vec<_>>(), ["demo", "second"]);
        assert!(bodies.iter().all(|body| body["worker"] == worker.name && body["attempt"] == 0), "{bodies:?}");
        for (account, becomes) in [("idle", "done"), ("unregistered", "terminal")] {
            let result = world.handle(world.message(worker.name, account)).await;
            assert_eq!(fate(&result), becomes, "{}, {account}", worker.name);
        }
    }
    assert_eq!(world.asked(), 0);
}

#[tokio::test]
async fn what_digitalocean_refuses_is_filed_and_nothing_is_kept() {
    let cases = [
        ("401", Effect::status(401), SweepStatus::Failed, "terminal", "token"),
        ("403", Effect::status(403), SweepStatus::NotVisible, "done", "billing:read"),
        ("404", Effect::status(404), SweepStatus::Failed, "terminal", "404"),
        ("503", Effect::status(503), SweepStatus::Failed, "retry", "503"),
        ("half an answer", Effect::TruncatedJson, SweepStatus::Failed, "retry", "cut off"),
    ];
    for (case, effect, status, becomes, says) in cases {
        let world = World::new().await;
        world.sim.faults().add(Fault::on("/v2/customers/my/balance", effect));
        assert_eq!(world.run(BALANCE.name).await, becomes, "{case}");
        let lane = world.lane("balance").await.unwrap();
        let receipt = lane.last.unwrap();
        assert_eq!((receipt.status, lane.last_complete, lane.lease_until), (status, None, None), "{case}");
        assert!(receipt.error.unwrap().contains(says), "{case}");
        assert_eq!(world.embedded.table.latest_balance(&demo()).await.unwrap(), None, "{case}");
    }
}

#[tokio::test]
async fn a_refused_token_is_fetched_anew_and_a_missing_one_is_a_persons_matter() {
    let world = World::new().await;
    let token = world.sim.account("demo").token("sync");
    world.vault.put(SECRET, &["dop_v1_revoked", &token]);
    assert_eq!(world.run("balance").await, "done");
    world.clock.advance(TimeDelta::seconds(1));
    world.vault.remove(SECRET);
    assert_eq!(world.run("balance").await, "terminal");
    let lane = world.lane("balance").await.unwrap();
    assert!(lane.last.unwrap().error.unwrap().contains(SECRET), "it is named");
    assert!(lane.last_complete.is_some(), "what was complete stays so");
}
