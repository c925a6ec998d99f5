//! Helpers that start sagas as the API does, and read them afterwards.

use chrono::{DateTime, Utc};
use domain::Clock;
use sagas::definition::{StepRequest, validate};
use sagas::ports::{Notifier, SagaStore, StartResult};
use sagas::record::{EntryKind, NewSaga, Phase, SagaId, SagaRecord, SagaStatus, Start, StepStatus};
use sagas::steps::STEPS;
use serde_json::{Map, Value, json};

use crate::world::{DeliveredWakeUps, World};

pub(crate) const ZONE: &str = "bakkerij-jansen.example";
pub(crate) const DROPLET: u64 = 402_117_301;

/// Returns a step as the API receives it.
pub(crate) fn step(name: &str, inputs: Value) -> StepRequest {
    let Value::Object(inputs) = inputs else { panic!("inputs are an object") };
    StepRequest { step: name.to_owned(), inputs }
}

pub(crate) fn snapshot() -> StepRequest {
    step("create_droplet_snapshot", json!({ "droplet_id": DROPLET }))
}

pub(crate) fn fail() -> StepRequest {
    step("fail", json!({}))
}

/// Returns a step that gives a name an address.
pub(crate) fn upsert(name: &str, data: &str, ttl: u32, mode: &str) -> StepRequest {
    step(
        "upsert_dns_record",
        json!({
            "dns_domain": ZONE, "dns_record_type": "A", "dns_record_name": name, "dns_record_data": data,
            "dns_record_ttl": ttl, "dns_mode": mode
        }),
    )
}

pub(crate) fn delete(name: &str) -> StepRequest {
    step("delete_dns_record", json!({ "dns_domain": ZONE, "dns_record_type": "A", "dns_record_name": name }))
}

impl World {
    /// Starts a saga of these steps and sends its wake-up.
    pub(crate) async fn start(&self, steps: &[StepRequest]) -> SagaId {
        self.start_as(SagaId::random(), steps, None).await
    }

    pub(crate) async fn start_as(&self, id: SagaId, steps: &[StepRequest], start_at: Option<DateTime<Utc>>) -> SagaId {
        let request = NewSaga {
            saga_type: "custom".to_owned(),
            account: self.account.clone(),
            tenant_id: None,
            definition: validate(&STEPS, &self.account, steps, &Map::new()).unwrap(),
            by: "admin-1".to_owned(),
            start_at,
            deadline: None,
        };
        let start = Start::new(id, request, &format!("start-{id}"), self.clock.now(), self.timing.time_budget_margin);
        assert_eq!(self.embedded.table.start(&start).await.unwrap(), StartResult::New);
        let at = start.record.scheduling.next_due.unwrap();
        self.driver_notifier().schedule_wake_up(&id, Phase::Forward, at, start.record.state.rev).await;
        id
    }

    pub(crate) async fn saga_record(&self, saga: &SagaId) -> SagaRecord {
        self.embedded.table.load(saga).await.unwrap().expect("the saga exists")
    }

    /// Runs a saga to its end with one process and all wake-ups.
    pub(crate) async fn finish(&self, saga: &SagaId) -> SagaRecord {
        self.run(self.process(), DeliveredWakeUps::All, async || self.saga_record(saga).await.status().is_terminal())
            .await;
        self.saga_record(saga).await
    }

    /// Returns the kinds and steps of the ledger's entries.
    pub(crate) async fn ledger(&self, saga: &SagaId) -> Vec<(EntryKind, Option<usize>)> {
        let entries = self.embedded.table.ledger(saga).await.unwrap();
        entries.iter().map(|entry| (entry.kind, entry.step)).collect()
    }

    /// Returns the records of a name in the test's zone: data and time to live.
    pub(crate) fn records(&self, name: &str) -> Vec<(String, u64)> {
        let records = self.sim.account("demo").list("domain_records");
        let of_name = records.iter().filter(|record| record["name"] == name && record["type"] == "A");
        of_name.map(|record| (record["data"].as_str().unwrap().to_owned(), record["ttl"].as_u64().unwrap())).collect()
    }

    pub(crate) fn add_record(&self, name: &str, data: &str, ttl: u32) {
        let record = json!({ "domain": ZONE, "type": "A", "name": name, "data": data, "ttl": ttl });
        self.sim.account("demo").add("domain_records", record);
    }
}

/// Returns the status of a saga and those of its steps.
pub(crate) fn statuses(record: &SagaRecord) -> (SagaStatus, Vec<StepStatus>) {
    (record.status(), record.state.steps.iter().map(|step| step.status).collect())
}
