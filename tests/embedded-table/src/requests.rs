//! Requests to the table: counted, and ended at will.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextMut, BeforeTransmitInterceptorContextMut,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// When a process dies, counted in its writes from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// Just before this write reaches the table.
    Before(usize),
    /// Just after this write, before its answer arrives.
    After(usize),
}

/// What passed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Requests by operation.
    pub requests: BTreeMap<String, usize>,
    /// Write requests: a transaction is one.
    pub writes: usize,
    /// The keys of the items written.
    pub written: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct State {
    counts: Counts,
    death: Option<Death>,
    dying: bool,
    dead: bool,
}

/// Counts what passes between a client and the table. Cheap to clone; clones count together.
#[derive(Debug, Clone, Default)]
pub struct Requests(Arc<Mutex<State>>);

impl Requests {
    /// What passed since the last reset.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.state().counts.clone()
    }

    /// Begins to count anew, alive.
    pub fn reset(&self) {
        *self.state() = State::default();
    }

    /// Lets the process die at this write; afterwards nothing passes any more.
    pub fn die(&self, death: Death) {
        self.state().death = Some(death);
    }

    /// Whether it has died.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.state().dead
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[dyn_dispatch_hint]
impl Intercept for Requests {
    fn name(&self) -> &'static str {
        "Requests"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let written = written_keys(&operation, request.body().bytes().unwrap_or_default());
        let mut state = self.state();
        if state.dead {
            return Err("the process is dead".into());
        }
        if !written.is_empty() {
            let write = state.counts.writes + 1;
            if state.death == Some(Death::Before(write)) {
                state.dead = true;
                return Err("the process died before this write".into());
            }
            state.dying = state.death == Some(Death::After(write));
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
        if state.dying {
            state.dead = true;
        }
        if state.dead { Err("the process died before this answer".into()) } else { Ok(()) }
    }
}

/// The keys that a request writes; empty for a read.
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
