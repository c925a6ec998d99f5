//! The interceptor of requests to the table: it counts them and can simulate a crash.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeDeserializationInterceptorContextMut,
    BeforeTransmitInterceptorContextMut,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};

/// The write at which the simulated process crashes, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrashPoint {
    /// Just before this write reaches the table.
    Before(usize),
    /// Just after this write, before its response arrives.
    After(usize),
}

/// The requests since the last reset.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestCounts {
    /// The number of requests by DynamoDB operation.
    pub requests: BTreeMap<String, usize>,
    /// The number of write requests; a transaction counts as one.
    pub writes: usize,
    /// The keys of the items written.
    pub written: BTreeSet<String>,
    /// Read capacity units, as DynamoDB bills them; counted only by
    /// [`RequestInterceptor::metered`].
    pub read_units: f64,
    /// Write capacity units, including those of the indexes; counted only by
    /// [`RequestInterceptor::metered`].
    pub write_units: f64,
}

#[derive(Debug, Default)]
struct State {
    counts: RequestCounts,
    metered: bool,
    crash_point: Option<CrashPoint>,
    crashing: bool,
    crashed: bool,
}

/// An SDK interceptor that counts the requests of a client. It is cheap to clone, and clones share
/// their counts.
#[derive(Debug, Clone, Default)]
pub struct RequestInterceptor(Arc<Mutex<State>>);

impl RequestInterceptor {
    /// Creates an interceptor that also asks DynamoDB for the capacity consumed by each request.
    #[must_use]
    pub fn metered() -> Self {
        let requests = Self::default();
        requests.state().metered = true;
        requests
    }

    /// Returns the requests since the last reset.
    #[must_use]
    pub fn counts(&self) -> RequestCounts {
        self.state().counts.clone()
    }

    /// Resets the counts and ends a simulated crash.
    pub fn reset(&self) {
        let mut state = self.state();
        *state = State { metered: state.metered, ..State::default() };
    }

    /// Simulates a crash at this write: afterwards every request fails.
    pub fn crash_at(&self, crash_point: CrashPoint) {
        self.state().crash_point = Some(crash_point);
    }

    /// Returns whether the simulated crash has happened.
    #[must_use]
    pub fn has_crashed(&self) -> bool {
        self.state().crashed
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[dyn_dispatch_hint]
impl Intercept for RequestInterceptor {
    fn name(&self) -> &'static str {
        "RequestInterceptor"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if !self.state().metered {
            return Ok(());
        }
        let request = context.request_mut();
        let body: serde_json::Value = serde_json::from_slice(request.body().bytes().unwrap_or_default())?;
        let serde_json::Value::Object(mut body) = body else { return Ok(()) };
        body.insert("ReturnConsumedCapacity".to_owned(), "TOTAL".into());
        let body = serde_json::to_vec(&body)?;
        request.headers_mut().insert("content-length", body.len().to_string());
        *request.body_mut() = body.into();
        Ok(())
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let written = written_keys(&operation, request.body().bytes().unwrap_or_default());
        bag.interceptor_state().store_put(Operation(operation.clone()));
        let mut state = self.state();
        if state.crashed {
            return Err("the simulated process has crashed".into());
        }
        if !written.is_empty() {
            let write = state.counts.writes + 1;
            if state.crash_point == Some(CrashPoint::Before(write)) {
                state.crashed = true;
                return Err("the simulated process crashed before this write".into());
            }
            state.crashing = state.crash_point == Some(CrashPoint::After(write));
            state.counts.writes = write;
            state.counts.written.extend(written);
        }
        *state.counts.requests.entry(operation).or_default() += 1;
        Ok(())
    }

    fn modify_before_deserialization(
        &self,
        _: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut state = self.state();
        if state.crashing {
            state.crashed = true;
        }
        if state.crashed { Err("the simulated process crashed before this response".into()) } else { Ok(()) }
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut state = self.state();
        if state.metered {
            let body = context.response().body().bytes().unwrap_or_default();
            // The remaining response may be a megabyte. It is skipped without being held in memory.
            let Answer { capacity } = serde_json::from_slice(body).unwrap_or_default();
            let is_read = bag.load::<Operation>().is_some_and(|operation| READS.contains(&operation.0.as_str()));
            let units = if is_read { &mut state.counts.read_units } else { &mut state.counts.write_units };
            *units += consumed(&capacity);
        }
        Ok(())
    }
}

/// The DynamoDB operations of the store that consume read capacity.
const READS: [&str; 4] = ["GetItem", "BatchGetItem", "Query", "Scan"];

/// The operation of a request, kept until its response.
#[derive(Debug)]
struct Operation(String);

impl Storable for Operation {
    type Storer = StoreReplace<Self>;
}

/// The part of a response that is read.
#[derive(Default, serde::Deserialize)]
struct Answer {
    #[serde(rename = "ConsumedCapacity", default)]
    capacity: serde_json::Value,
}

/// Returns the capacity in a response: of one table, or of a list of tables.
fn consumed(capacity: &serde_json::Value) -> f64 {
    match capacity {
        serde_json::Value::Array(tables) => tables.iter().map(consumed).sum(),
        one => one["CapacityUnits"].as_f64().unwrap_or_default(),
    }
}

/// Returns the keys that a request writes; empty for a read.
fn written_keys(operation: &str, body: &[u8]) -> Vec<String> {
    let body: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let key_of = |request: &serde_json::Value| {
        let key = request.get("Key").or_else(|| request.get("Item"))?;
        Some(format!("{} / {}", key["pk"]["S"].as_str()?, key["sk"]["S"].as_str()?))
    };
    match operation {
        "PutItem" | "UpdateItem" | "DeleteItem" => key_of(&body).into_iter().collect(),
        "TransactWriteItems" => body["TransactItems"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|item| item.as_object()?.values().next().and_then(key_of))
            .collect(),
        _ => Vec::new(),
    }
}
