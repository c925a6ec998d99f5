//! Ready-made definitions: names for what is asked for most.

use domain::AccountId;
use serde_json::{Map, Value};

use super::{Definition, InputError, StepRequest, validate};
use crate::steps::Steps;

/// A ready-made definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SagaTemplate {
    /// Its name: the type of the sagas that it makes.
    pub name: &'static str,
    /// What they do, for people.
    pub description: &'static str,
    /// Its steps; all take the saga's inputs.
    steps: &'static [&'static str],
}

/// The type of a saga that nobody gave a name.
pub const CUSTOM: &str = "custom";

/// Every ready-made definition.
pub const SAGA_TEMPLATES: &[SagaTemplate] = &[
    SagaTemplate {
        name: "snapshot-droplet",
        description: "takes a snapshot of a droplet",
        steps: &["create_droplet_snapshot"],
    },
    SagaTemplate {
        name: "ensure-dns",
        description: "sees to it that a name stands for a value",
        steps: &["upsert_dns_record"],
    },
    SagaTemplate {
        name: "remove-dns",
        description: "sees to it that a name stands for nothing",
        steps: &["delete_dns_record"],
    },
];

impl SagaTemplate {
    /// The definition of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        SAGA_TEMPLATES.iter().find(|template| template.name == name)
    }

    /// Its steps, as they are asked for.
    #[must_use]
    pub fn steps(&self) -> Vec<StepRequest> {
        self.steps.iter().map(|step| StepRequest { step: (*step).to_owned(), inputs: Map::new() }).collect()
    }

    /// The definition with these inputs.
    ///
    /// # Errors
    /// Every field that is wrong, in order: all are the saga's own inputs (`#/inputs/droplet_id`), as nobody asked for a step.
    pub fn validate(
        &self,
        steps: &Steps,
        account: &AccountId,
        inputs: &Map<String, Value>,
    ) -> Result<Definition, Vec<InputError>> {
        validate(steps, account, &self.steps(), inputs).map_err(|errors| {
            let of_the_saga = |InputError { pointer, detail }| {
                let name = pointer.rsplit('/').next().unwrap_or_default();
                InputError { pointer: format!("#/inputs/{name}"), detail }
            };
            let mut errors: Vec<InputError> = errors.into_iter().map(of_the_saga).collect();
            errors.sort();
            errors.dedup();
            errors
        })
    }
}
