//! A fake of DigitalOcean that records wake-ups, and a worker that drives started sagas.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use api::provisioning::{ProviderFactory, Provisioning};
use chrono::{DateTime, Utc};
use domain::{AccountId, Clock, ExpectedChange, ManualClock};
use futures::future::BoxFuture;
use sagas::calls::{ObservedDroplet, ReadRequest, ReadResult, Record, RecordFields, WriteRequest, WriteResult};
use sagas::ports::{Expectations, Fault, Notifier, Provider, WriteContext};
use sagas::record::{Phase, SagaId};
use sagas::steps::STEPS;
use sagas::{Ports, Timing, WorkerSession, drive};
use store::Table;

/// A fake of DigitalOcean with the zones and droplets that a test sets up.
#[derive(Debug, Clone, Default)]
pub(crate) struct FakeDigitalOcean(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    zones: BTreeMap<String, Vec<Record>>,
    fault: Option<Fault>,
    refusal: Option<String>,
    calls: usize,
    next_id: u64,
    wake_ups: Vec<(SagaId, Phase, DateTime<Utc>)>,
}

impl FakeDigitalOcean {
    /// The dependencies of saga routes, backed by this fake.
    pub(crate) fn provisioning(&self) -> Provisioning {
        Provisioning {
            provider_factory: Arc::new(self.clone()),
            notifier: Arc::new(self.clone()),
            expectations: Arc::new(self.clone()),
            timing: Timing::default(),
        }
    }

    /// Adds a record to a zone, creating the zone if necessary.
    pub(crate) fn record(&self, zone: &str, of: &str, name: &str, data: &str, ttl: u32) {
        let mut state = self.0.lock().unwrap();
        state.next_id += 1;
        let id = 500 + state.next_id;
        let fields = RecordFields {
            record_type: of.to_owned(),
            name: name.to_owned(),
            data: data.to_owned(),
            ttl: Some(ttl),
            priority: None,
            port: None,
            weight: None,
            flags: None,
            tag: None,
        };
        state.zones.entry(zone.to_owned()).or_default().push(Record { id, fields });
    }

    /// The data of all records in a zone.
    pub(crate) fn data(&self, zone: &str) -> Vec<String> {
        self.0.lock().unwrap().zones[zone].iter().map(|record| record.fields.data.clone()).collect()
    }

    /// Makes every call fail with this fault; `None` lets calls succeed again.
    pub(crate) fn fail(&self, fault: Option<Fault>) {
        self.0.lock().unwrap().fault = fault;
    }

    /// Makes DigitalOcean refuse every write permanently; `None` accepts writes again.
    pub(crate) fn refuse(&self, why: Option<&str>) {
        self.0.lock().unwrap().refusal = why.map(str::to_owned);
    }

    pub(crate) fn calls(&self) -> usize {
        self.0.lock().unwrap().calls
    }

    pub(crate) fn wake_ups(&self) -> Vec<(SagaId, Phase, DateTime<Utc>)> {
        self.0.lock().unwrap().wake_ups.clone()
    }

    /// Drives a saga as far as it goes at the current time, forward and in compensation.
    pub(crate) async fn drive(&self, table: &Table, clock: &ManualClock, saga: &str) {
        let (saga, timing): (SagaId, _) = (saga.parse().unwrap(), Timing::default());
        let ports = Ports {
            saga_store: table,
            provider: self,
            notifier: self,
            expectations: self,
            clock,
            steps: STEPS,
            timing: &timing,
        };
        for phase in [Phase::Forward, Phase::Compensate] {
            let owner = uuid::Uuid::new_v4().to_string();
            let until = clock.now() + chrono::TimeDelta::seconds(55);
            drive(&ports, &saga, &WorkerSession { owner: &owner, phase, until }).await.unwrap();
        }
    }
}

impl ProviderFactory for FakeDigitalOcean {
    fn provider(&self) -> Box<dyn Provider> {
        Box::new(self.clone())
    }
}

impl Provider for FakeDigitalOcean {
    fn read<'a>(&'a self, _: &'a AccountId, read: &'a ReadRequest) -> BoxFuture<'a, Result<ReadResult, Fault>> {
        let mut state = self.0.lock().unwrap();
        state.calls += 1;
        let absent = || Err(Fault::NotFound("not found".to_owned()));
        let answer = match (&state.fault, read) {
            (Some(fault), _) => Err(fault.clone()),
            (None, ReadRequest::Records { zone }) => {
                state.zones.get(zone).cloned().map_or_else(absent, |r| Ok(ReadResult::Records(r)))
            }
            (None, ReadRequest::Record { zone, id }) => {
                let found = state.zones.get(zone).and_then(|records| records.iter().find(|record| record.id == *id));
                found.cloned().map_or_else(absent, |record| Ok(ReadResult::Record(record)))
            }
            (None, ReadRequest::Droplet { id }) => {
                Ok(ReadResult::Droplet(ObservedDroplet { id: *id, name: "web-1".to_owned(), disk_gigabytes: 50 }))
            }
            (None, ReadRequest::DropletActions { .. }) => Ok(ReadResult::Actions(Vec::new())),
            (None, ReadRequest::DropletSnapshots) => Ok(ReadResult::Snapshots(Vec::new())),
            (None, ReadRequest::Action { .. }) => absent(),
        };
        Box::pin(std::future::ready(answer))
    }

    fn write<'a>(
        &'a self,
        _: &'a AccountId,
        write: &'a WriteRequest,
        _: &'a WriteContext,
    ) -> BoxFuture<'a, Result<WriteResult, Fault>> {
        let mut state = self.0.lock().unwrap();
        state.calls += 1;
        let answer = match (&state.refusal, write) {
            (Some(why), _) => Err(Fault::Refused(why.clone())),
            (None, WriteRequest::CreateRecord { zone, record, .. }) => {
                state.next_id += 1;
                let made = Record { id: 900 + state.next_id, fields: record.clone() };
                state.zones.entry(zone.clone()).or_default().push(made.clone());
                Ok(WriteResult::Record(made))
            }
            (None, WriteRequest::UpdateRecord { zone, id, record }) => {
                let made = Record { id: *id, fields: record.clone() };
                let records = state.zones.entry(zone.clone()).or_default();
                records.iter_mut().filter(|known| known.id == *id).for_each(|known| known.clone_from(&made));
                Ok(WriteResult::Record(made))
            }
            (None, WriteRequest::DeleteRecord { zone, id, .. }) => {
                state.zones.entry(zone.clone()).or_default().retain(|record| record.id != *id);
                Ok(WriteResult::Nothing)
            }
            (None, WriteRequest::SnapshotDroplet { .. } | WriteRequest::DeleteSnapshot { .. }) => {
                Err(Fault::PendingEvent)
            }
        };
        Box::pin(std::future::ready(answer))
    }
}

impl Notifier for FakeDigitalOcean {
    fn schedule_wake_up<'a>(&'a self, saga: &'a SagaId, phase: Phase, at: DateTime<Utc>, _: u64) -> BoxFuture<'a, ()> {
        self.0.lock().unwrap().wake_ups.push((*saga, phase, at));
        Box::pin(std::future::ready(()))
    }
}

impl Expectations for FakeDigitalOcean {
    fn expect<'a>(&'a self, _: &'a ExpectedChange) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }
}
