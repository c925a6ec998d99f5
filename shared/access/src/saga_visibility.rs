//! The parts of a saga that a caller may see.
//!
//! An admin sees everything. A tenant sees its own sagas, built from named fields: the saga's
//! progress, and the inputs and results of the steps whose targets (a droplet, a zone) belong to
//! the tenant. A tenant's saga may also have steps on other targets: a zone of the company's, or a
//! zone that belongs to another tenant by now. Of those steps a tenant sees only the name and the
//! status. Free text written by operators, workers or DigitalOcean may mention anything, so a
//! tenant sees none of it.

use std::collections::{BTreeMap, BTreeSet};

use domain::{ResourceKey, TenantId};
use sagas::definition::{CUSTOM, SagaTemplate};
use sagas::record::{LockTarget, SagaMetadata, StepSpec};
use sagas::step::InputFields;
use sagas::steps::STEPS;
use store::{Reader, Table};

/// The text that tenants see in place of every error of a saga or a step.
pub const REDACTED_ERROR: &str =
    "The operation failed. Platform operators can see the reason: send them the id of the saga.";

/// The parts of one saga that a caller may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visibility {
    /// Every field, as admins see it.
    Full,
    /// The view of a tenant: full details only of the steps with these indexes, whose targets all
    /// belong to the tenant.
    Steps(BTreeSet<usize>),
}

impl Visibility {
    /// Returns whether the caller may see the inputs and results of the step with this index.
    #[must_use]
    pub fn covers(&self, step: usize) -> bool {
        match self {
            Self::Full => true,
            Self::Steps(steps) => steps.contains(&step),
        }
    }

    /// Returns whether the caller may see every field.
    #[must_use]
    pub fn is_full(&self) -> bool {
        *self == Self::Full
    }

    /// The saga's type as the caller may see it. A tenant sees `custom` in place of a label that
    /// the operator chose.
    #[must_use]
    pub fn saga_type<'a>(&self, saga_type: &'a str) -> &'a str {
        if self.is_full() || SagaTemplate::named(saga_type).is_some() { saga_type } else { CUSTOM }
    }

    /// The error as the caller may see it: a tenant sees [`REDACTED_ERROR`] in place of the text.
    #[must_use]
    pub fn error(&self, error: Option<&String>) -> Option<String> {
        error.map(|error| if self.is_full() { error.clone() } else { REDACTED_ERROR.to_owned() })
    }
}

/// Determines the visibility of sagas for one caller. The result for each target is cached, as many
/// sagas share targets.
pub struct Redactor<'a> {
    reader: &'a Reader,
    seen: BTreeMap<ResourceKey, bool>,
}

impl std::fmt::Debug for Redactor<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redactor").field("scope", self.reader.scope()).finish_non_exhaustive()
    }
}

impl<'a> Redactor<'a> {
    /// Creates a redactor for the scope of this reader.
    #[must_use]
    pub fn new(reader: &'a Reader) -> Self {
        Self { reader, seen: BTreeMap::new() }
    }

    /// Returns the parts of a saga that the caller may see; the caller must be allowed to read the
    /// saga itself.
    ///
    /// # Errors
    /// Fails if the table cannot be read.
    pub async fn visibility_of(&mut self, metadata: &SagaMetadata) -> Result<Visibility, store::Error> {
        if self.reader.scope().tenant().is_none() {
            return Ok(Visibility::Full);
        }
        let mut own = BTreeSet::new();
        for (index, spec) in metadata.definition.steps.iter().enumerate() {
            let targets = targets(metadata, spec);
            let mut is_own = !targets.is_empty();
            for target in targets {
                is_own &= self.may_see(target).await?;
            }
            if is_own {
                own.insert(index);
            }
        }
        Ok(Visibility::Steps(own))
    }

    async fn may_see(&mut self, key: ResourceKey) -> Result<bool, store::Error> {
        if let Some(seen) = self.seen.get(&key) {
            return Ok(*seen);
        }
        let seen = self.reader.resource(&key).await?.is_some();
        self.seen.insert(key, seen);
        Ok(seen)
    }
}

/// The targets of a step; empty if this build does not know the step.
fn targets(metadata: &SagaMetadata, spec: &StepSpec) -> Vec<ResourceKey> {
    let Some(step) = STEPS.of(spec) else { return Vec::new() };
    let (locks, _) = step.check(&metadata.account, &mut InputFields::of(&spec.inputs));
    locks.iter().filter_map(LockTarget::resource).collect()
}

/// Returns the single tenant that currently owns targets among these locks. Targets without an
/// owner are ignored; the result is `None` if no target has an owner or if the owners differ.
///
/// # Errors
/// Fails if the table cannot be read.
pub async fn owning_tenant(table: &Table, locks: &[LockTarget]) -> Result<Option<TenantId>, store::Error> {
    let targets: BTreeSet<ResourceKey> = locks.iter().filter_map(LockTarget::resource).collect();
    let mut tenants = BTreeSet::new();
    for target in targets {
        let Some(resource) = table.resource(&target).await?.filter(domain::Resource::is_live) else { continue };
        let project = match &resource.project_id {
            Some(id) => table.project(&target.account, id).await?,
            None => None,
        };
        let by_project = || project.and_then(|project| project.tenant_id);
        tenants.extend(resource.claimed_tenant().cloned().or_else(by_project));
    }
    Ok(tenants.pop_first().filter(|_| tenants.is_empty()))
}
