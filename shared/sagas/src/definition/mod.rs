//! Definitions: what a saga is to do, as a list of steps with inputs.
//!
//! A value among the inputs may refer to what an earlier step gives: `{ "$ref": "#/steps/0/outputs/snapshot_name" }`. Nothing else is
//! looked into, so a definition is data all through, and a saga that is under way needs no more of a build than its steps.

mod reference;
mod templates;
mod validate;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::record::{LockTarget, StepSpec, StepState, digest};
use crate::steps::Steps;

pub use reference::{is_reference, resolve};
pub use templates::{CUSTOM, SAGA_TEMPLATES, SagaTemplate};
pub use validate::{InputError, StepRequest, validate};

/// What a saga is to do. It never changes once the saga is started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// The steps, in order.
    pub steps: Vec<StepSpec>,
    /// What they change, sorted: all of it is locked before the first step and until the end.
    pub locks: Vec<LockTarget>,
    /// How long the steps may take together, in seconds.
    pub time_budget_seconds: i64,
}

impl Definition {
    /// Names the definition by what it says.
    #[must_use]
    pub fn hash(&self) -> String {
        digest(self)
    }

    /// How long the steps may take together.
    #[must_use]
    pub fn time_budget(&self) -> TimeDelta {
        TimeDelta::try_seconds(self.time_budget_seconds).unwrap_or_default()
    }

    /// Whether a build with these steps can go on with it.
    #[must_use]
    pub fn is_known(&self, steps: &Steps) -> bool {
        self.steps.iter().all(|spec| steps.of(spec).is_some())
    }

    /// The inputs of a step, with what earlier steps gave in place of the references; a reference to what is not there stays.
    #[must_use]
    pub fn inputs(&self, index: usize, states: &[StepState]) -> Map<String, Value> {
        let Some(spec) = self.steps.get(index) else { return Map::new() };
        spec.inputs.iter().map(|(name, value)| (name.clone(), resolve(value, states))).collect()
    }

    /// How many steps of the same sort come before a step.
    #[must_use]
    pub fn ordinal(&self, index: usize) -> usize {
        let name = self.steps.get(index).map(|spec| spec.step.as_str());
        self.steps.iter().take(index).filter(|spec| Some(spec.step.as_str()) == name).count()
    }
}
