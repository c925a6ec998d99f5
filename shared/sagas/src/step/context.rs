//! The context in which a step decides.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::AccountId;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::InputFields;
use crate::record::{SagaId, StepState};
use crate::timing::Timing;

/// The context in which a step decides.
#[derive(Debug, Clone, Copy)]
pub struct StepContext<'a> {
    /// The id of the saga.
    pub saga: &'a SagaId,
    /// The account in which the saga works.
    pub account: &'a AccountId,
    /// The index of the step in the saga.
    pub index: usize,
    /// The number of steps of the same kind before it.
    pub ordinal: usize,
    /// The step's inputs, with references resolved.
    pub inputs: &'a Map<String, Value>,
    /// The state that the step found before it changed anything; `None` until the first intent is
    /// stored.
    pub pre_image: Option<&'a Value>,
    /// The step's own state.
    pub state: &'a StepState,
    /// The states of the steps before it.
    pub earlier: &'a [StepState],
    /// The records that later steps deleted and recreated in their compensation: old id to new id.
    pub recreated: &'a BTreeMap<u64, u64>,
    /// The durations and limits of the engine.
    pub timing: &'a Timing,
    /// The time of the decision.
    pub now: DateTime<Utc>,
}

impl StepContext<'_> {
    /// Returns the typed inputs, as `read` takes them from the fields.
    ///
    /// # Errors
    /// When an input is invalid, or refers to an output that is not known yet; the text names each
    /// invalid input.
    pub fn typed_inputs<I>(&self, read: impl FnOnce(&mut InputFields<'_>) -> Option<I>) -> Result<I, String> {
        let mut fields = InputFields::of(self.inputs);
        read(&mut fields).ok_or_else(|| {
            let errors: Vec<String> =
                fields.errors().iter().map(|(name, detail)| format!("{name}: {detail}")).collect();
            format!("the inputs cannot be used ({})", errors.join("; "))
        })
    }

    /// Returns the typed pre-image; `None` until the first intent is stored.
    ///
    /// # Errors
    /// When the stored pre-image has another form.
    pub fn typed_pre_image<S: DeserializeOwned>(&self) -> Result<Option<S>, String> {
        let stored = self.pre_image.filter(|pre_image| !pre_image.is_null());
        stored.map(S::deserialize).transpose().map_err(|e| format!("the pre-image cannot be read: {e}"))
    }
}
