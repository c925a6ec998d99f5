//! Saga templates: predefined definitions for the most frequent requests, each with a name.

use domain::AccountId;
use serde_json::{Map, Value};

use super::validate::{InputError, StepRequest, validate};
use crate::record::Definition;
use crate::step::Steps;

/// A saga template: a predefined list of steps under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SagaTemplate {
    /// The template's name, which becomes the type of the sagas made from it.
    pub name: &'static str,
    /// The effect of such a saga, for readers of the API.
    pub description: &'static str,
    /// The names of the steps in order; every step takes the saga's inputs.
    steps: &'static [&'static str],
}

/// The type of a saga that was started from steps and without a name.
pub const CUSTOM: &str = "custom";

/// All saga templates, in the order in which they are listed.
pub const SAGA_TEMPLATES: &[SagaTemplate] = &[
    SagaTemplate {
        name: "snapshot-droplet",
        description: "takes a snapshot of a droplet",
        steps: &["create_droplet_snapshot"],
    },
    SagaTemplate {
        name: "ensure-dns",
        description: "creates or updates a DNS record so that a name has the given value",
        steps: &["upsert_dns_record"],
    },
    SagaTemplate {
        name: "remove-dns",
        description: "deletes the DNS records of a name and type",
        steps: &["delete_dns_record"],
    },
];

impl SagaTemplate {
    /// Returns the template of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        SAGA_TEMPLATES.iter().find(|template| template.name == name)
    }

    /// Returns the steps as requests without inputs of their own.
    #[must_use]
    pub fn steps(&self) -> Vec<StepRequest> {
        self.steps.iter().map(|step| StepRequest { step: (*step).to_owned(), inputs: Map::new() }).collect()
    }

    /// Returns the definition with these inputs.
    ///
    /// # Errors
    /// Every invalid field, in order. All pointers name the saga's own inputs
    /// (`#/inputs/droplet_id`), as the request names no step.
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
