//! DigitalOcean as the API reads it, doorbells that are counted, and a worker to drive what was started.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use api::provisioning::{Provisioning, Reach};
use chrono::{DateTime, Utc};
use domain::{AccountId, Clock, ExpectedChange, ManualClock};
use futures::future::BoxFuture;
use sagas::record::SagaId;
use sagas::rim::{
    Bell, Droplet, Expectations, Fault, Found, Lane, Made, Provider, Read, Record, RecordFields, Stamp, Write,
};
use sagas::steps::STEPS;
use sagas::{Rim, Timing, Turn, drive};
use store::Table;

/// A DigitalOcean with zones and droplets, as tests set it up.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cloud(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    zones: BTreeMap<String, Vec<Record>>,
    fault: Option<Fault>,
    refusal: Option<String>,
    calls: usize,
    next_id: u64,
    rung: Vec<(SagaId, Lane, DateTime<Utc>)>,
}

impl Cloud {
    /// What the API is given.
    pub(crate) fn provisioning(&self) -> Provisioning {
        Provisioning {
            reach: Arc::new(self.clone()),
            bell: Arc::new(self.clone()),
            expectations: Arc::new(self.clone()),
            timing: Timing::default(),
        }
    }

    /// Puts a record into a zone, which is there from then on.
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

    /// What a zone's records stand for.
    pub(crate) fn data(&self, zone: &str) -> Vec<String> {
        self.0.lock().unwrap().zones[zone].iter().map(|record| record.fields.data.clone()).collect()
    }

    /// Has every call fail, or none.
    pub(crate) fn fail(&self, fault: Option<Fault>) {
        self.0.lock().unwrap().fault = fault;
    }

    /// Has every write refused for good, or none.
    pub(crate) fn refuse(&self, why: Option<&str>) {
        self.0.lock().unwrap().refusal = why.map(str::to_owned);
    }

    pub(crate) fn calls(&self) -> usize {
        self.0.lock().unwrap().calls
    }

    pub(crate) fn rung(&self) -> Vec<(SagaId, Lane, DateTime<Utc>)> {
        self.0.lock().unwrap().rung.clone()
    }

    /// Drives a saga as far as it goes now, forward and back.
    pub(crate) async fn drive(&self, table: &Table, clock: &ManualClock, saga: &str) {
        let (saga, timing): (SagaId, _) = (saga.parse().unwrap(), Timing::default());
        let rim = Rim {
            journal: table,
            provider: self,
            bell: self,
            expectations: self,
            clock,
            steps: STEPS,
            timing: &timing,
        };
        for lane in [Lane::Execute, Lane::Compensate] {
            let owner = uuid::Uuid::new_v4().to_string();
            let until = clock.now() + chrono::TimeDelta::seconds(55);
            drive(&rim, &saga, &Turn { owner: &owner, lane, until }).await.unwrap();
        }
    }
}

impl Reach for Cloud {
    fn provider(&self) -> Box<dyn Provider> {
        Box::new(self.clone())
    }
}

impl Provider for Cloud {
    fn read<'a>(&'a self, _: &'a AccountId, read: &'a Read) -> BoxFuture<'a, Result<Found, Fault>> {
        let mut state = self.0.lock().unwrap();
        state.calls += 1;
        let absent = || Err(Fault::Absent("not found".to_owned()));
        let answer = match (&state.fault, read) {
            (Some(fault), _) => Err(fault.clone()),
            (None, Read::Records { zone }) => {
                state.zones.get(zone).cloned().map_or_else(absent, |r| Ok(Found::Records(r)))
            }
            (None, Read::Record { zone, id }) => {
                let found = state.zones.get(zone).and_then(|records| records.iter().find(|record| record.id == *id));
                found.cloned().map_or_else(absent, |record| Ok(Found::Record(record)))
            }
            (None, Read::Droplet { id }) => {
                Ok(Found::Droplet(Droplet { id: *id, name: "web-1".to_owned(), disk_gigabytes: 50 }))
            }
            (None, Read::DropletActions { .. }) => Ok(Found::Actions(Vec::new())),
            (None, Read::DropletSnapshots) => Ok(Found::Snapshots(Vec::new())),
            (None, Read::Action { .. }) => absent(),
        };
        Box::pin(std::future::ready(answer))
    }

    fn write<'a>(&'a self, _: &'a AccountId, write: &'a Write, _: &'a Stamp) -> BoxFuture<'a, Result<Made, Fault>> {
        let mut state = self.0.lock().unwrap();
        state.calls += 1;
        let answer = match (&state.refusal, write) {
            (Some(why), _) => Err(Fault::Refused(why.clone())),
            (None, Write::CreateRecord { zone, record, .. }) => {
                state.next_id += 1;
                let made = Record { id: 900 + state.next_id, fields: record.clone() };
                state.zones.entry(zone.clone()).or_default().push(made.clone());
                Ok(Made::Record(made))
            }
            (None, Write::UpdateRecord { zone, id, record }) => {
                let made = Record { id: *id, fields: record.clone() };
                let records = state.zones.entry(zone.clone()).or_default();
                records.iter_mut().filter(|known| known.id == *id).for_each(|known| known.clone_from(&made));
                Ok(Made::Record(made))
            }
            (None, Write::DeleteRecord { zone, id, .. }) => {
                state.zones.entry(zone.clone()).or_default().retain(|record| record.id != *id);
                Ok(Made::Nothing)
            }
            (None, Write::SnapshotDroplet { .. } | Write::DeleteSnapshot { .. }) => Err(Fault::PendingEvent),
        };
        Box::pin(std::future::ready(answer))
    }
}

impl Bell for Cloud {
    fn ring<'a>(&'a self, saga: &'a SagaId, lane: Lane, at: DateTime<Utc>, _: u64) -> BoxFuture<'a, ()> {
        self.0.lock().unwrap().rung.push((*saga, lane, at));
        Box::pin(std::future::ready(()))
    }
}

impl Expectations for Cloud {
    fn expect<'a>(&'a self, _: &'a ExpectedChange) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }
}
