//! The attribution of a saga's changes: the inventory reports them as the saga's, not as drift.

use std::time::Duration;

use chrono::TimeDelta;
use domain::{Cause, CauseType, Clock, EventType, Kind, ProviderId, ResourceKey, Scope};
use runtime::{Deadline, Message};
use sagas::record::SagaStatus;
use sync_worker::SyncWorker;
use worker::MessageHandler;

use crate::saga::{fail, snapshot, upsert};
use crate::world::World;

impl World {
    /// Sweeps a kind with the inventory's worker of this name, 20 minutes later.
    async fn sweep(&self, name: &str, kind: &str) {
        self.wait_until(self.clock.now() + TimeDelta::minutes(20));
        let services = self.services(name, &self.embedded.table, self.writes);
        let worker = SyncWorker { worker: inventory::InventoryWorker::named(name).unwrap(), services };
        let message = Message::new(name, "demo", self.clock.now(), format!("sweep-{}", self.clock.now().timestamp()));
        let message = message.with_fields(serde_json::json!({ "kind": kind })).unwrap();
        worker.handle(message, Deadline::after(Duration::from_secs(300))).await.unwrap();
    }

    /// Returns the type and cause of the last event of a resource.
    async fn last_event(&self, kind: &'static str, id: &str) -> (EventType, Cause) {
        let provider_id = ProviderId::new(id).unwrap();
        let key = ResourceKey { account: self.account.clone(), kind: Kind::from_static(kind), provider_id };
        let reader = self.embedded.table.reader(Scope::Platform);
        let page = reader.events(&key, None, 1).await.unwrap().expect("the inventory has the resource");
        let event = page.items.into_iter().next().expect("the resource has an event");
        (event.event_type, event.cause)
    }
}

#[tokio::test]
async fn a_snapshot_that_a_saga_took_is_attributed_to_the_saga() {
    let world = World::new().await;
    world.sweep("snapshots", "snapshot").await;
    let saga = world.start(&[snapshot()]).await;
    let record = world.finish(&saga).await;
    assert_eq!(record.status(), SagaStatus::Succeeded);
    let id = record.state.steps[0].outputs["snapshot_id"].as_str().unwrap().to_owned();
    world.sweep("snapshots", "snapshot").await;
    let by_saga = Cause { kind: CauseType::Saga, id: Some(saga.to_string()) };
    assert_eq!(world.last_event("snapshot", &id).await, (EventType::Discovered, by_saga));
}

#[tokio::test]
async fn a_record_that_a_saga_changed_is_not_reported_as_drift() {
    let world = World::new().await;
    world.add_record("shop", "192.0.2.1", 1_800);
    world.add_record("other", "192.0.2.1", 1_800);
    let id_of = |name: &str| {
        let records = world.sim.account("demo").list("domain_records");
        records.iter().find(|record| record["name"] == name).unwrap()["id"].to_string()
    };
    let (shop, other) = (id_of("shop"), id_of("other"));
    world.sweep("services", "dns_record").await;
    let saga = world.start(&[upsert("shop", "192.0.2.9", 300, "replace")]).await;
    assert_eq!(world.finish(&saga).await.status(), SagaStatus::Succeeded);
    world.sim.account("demo").change("domain_records", &other, serde_json::json!({ "data": "192.0.2.66" }));
    world.sweep("services", "dns_record").await;
    let by_saga = Cause { kind: CauseType::Saga, id: Some(saga.to_string()) };
    assert_eq!(world.last_event("dns_record", &shop).await, (EventType::Updated, by_saga.clone()));
    let (_, foreign) = world.last_event("dns_record", &other).await;
    assert_ne!(foreign, by_saga, "another client's change is not attributed to the saga");

    let undone = world.start(&[upsert("shop", "192.0.2.10", 60, "replace"), fail()]).await;
    assert_eq!(world.finish(&undone).await.status(), SagaStatus::RolledBack);
    world.sweep("services", "dns_record").await;
    assert_eq!(world.last_event("dns_record", &shop).await, (EventType::Updated, by_saga), "nothing has changed");
}
