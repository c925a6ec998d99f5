//! The other ports of a worker, without any faults: a zone, a notifier that does nothing, and a
//! constant clock.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use domain::{AccountId, Clock, ExpectedChange};
use futures::future::BoxFuture;
use sagas::calls::{ReadRequest, ReadResult, Record, WriteRequest, WriteResult};
use sagas::ports::{Expectations, Fault, Notifier, Provider, WriteContext};
use sagas::record::{Phase, SagaId};

use crate::fixtures::at;

#[derive(Debug, Default)]
pub(super) struct FaultFreePorts {
    records: Mutex<Vec<Record>>,
    calls: Mutex<usize>,
    announced: Mutex<usize>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FaultFreePorts {
    /// Returns the number of requests to DigitalOcean.
    pub(super) fn calls(&self) -> usize {
        *lock(&self.calls)
    }

    /// Returns the number of expected changes that were announced to the inventory.
    pub(super) fn announced(&self) -> usize {
        *lock(&self.announced)
    }
}

impl Clock for FaultFreePorts {
    fn now(&self) -> DateTime<Utc> {
        at(0)
    }
}

impl Notifier for FaultFreePorts {
    fn schedule_wake_up<'a>(&'a self, _: &'a SagaId, _: Phase, _: DateTime<Utc>, _: u64) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}

impl Expectations for FaultFreePorts {
    fn expect<'a>(&'a self, _: &'a ExpectedChange) -> BoxFuture<'a, ()> {
        Box::pin(async { *lock(&self.announced) += 1 })
    }
}

impl Provider for FaultFreePorts {
    fn read<'a>(&'a self, _: &'a AccountId, read: &'a ReadRequest) -> BoxFuture<'a, Result<ReadResult, Fault>> {
        *lock(&self.calls) += 1;
        let records = lock(&self.records).clone();
        Box::pin(async move {
            match read {
                ReadRequest::Records { .. } => Ok(ReadResult::Records(records)),
                ReadRequest::Record { id, .. } => {
                    let found = records.into_iter().find(|record| record.id == *id);
                    found.map(ReadResult::Record).ok_or_else(|| Fault::NotFound("no such record".to_owned()))
                }
                other => panic!("unexpected read: {other:?}"),
            }
        })
    }

    fn write<'a>(
        &'a self,
        _: &'a AccountId,
        write: &'a WriteRequest,
        _: &'a WriteContext,
    ) -> BoxFuture<'a, Result<WriteResult, Fault>> {
        *lock(&self.calls) += 1;
        Box::pin(async move {
            let WriteRequest::CreateRecord { record, .. } = write else { panic!("unexpected write: {write:?}") };
            let mut records = lock(&self.records);
            let record = Record { id: 1 + records.len() as u64, fields: record.clone() };
            records.push(record.clone());
            Ok(WriteResult::Record(record))
        })
    }
}
