//! The definition of a saga, which is part of its record.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{LockTarget, StepSpec, StepState, digest, resolve};

/// The steps of a saga with their inputs. A definition never changes once the saga is started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// The steps, in the order of execution.
    pub steps: Vec<StepSpec>,
    /// The lock targets of all steps, sorted. All are locked before the first step and stay so
    /// until the end.
    pub locks: Vec<LockTarget>,
    /// The time that the steps may take together, in seconds.
    pub time_budget_seconds: i64,
}

impl Definition {
    /// Returns the digest of the definition's content, in hexadecimal.
    #[must_use]
    pub fn hash(&self) -> String {
        digest(self)
    }

    /// Returns the time that the steps may take together.
    #[must_use]
    pub fn time_budget(&self) -> TimeDelta {
        TimeDelta::try_seconds(self.time_budget_seconds).unwrap_or_default()
    }

    /// Returns the inputs of a step, with references replaced by the outputs of earlier steps. A
    /// reference to an output that does not exist stays as it is.
    #[must_use]
    pub fn inputs(&self, index: usize, states: &[StepState]) -> Map<String, Value> {
        let Some(spec) = self.steps.get(index) else { return Map::new() };
        spec.inputs.iter().map(|(name, value)| (name.clone(), resolve(value, states))).collect()
    }

    /// Returns how many steps of the same kind come before a step.
    #[must_use]
    pub fn ordinal(&self, index: usize) -> usize {
        let name = self.steps.get(index).map(|spec| spec.step.as_str());
        self.steps.iter().take(index).filter(|spec| Some(spec.step.as_str()) == name).count()
    }
}
