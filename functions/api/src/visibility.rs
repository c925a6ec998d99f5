//! What of a saga a caller is told.
//!
//! An admin is told everything. A tenant is told of its own sagas, and what it is told is built from named fields: how far the saga is, and
//! of steps on what is the tenant's (its droplet, its zone) what they were to do and what came of it. Such a saga may also work on what is
//! not the tenant's: a zone of the company's, or one that went to somebody else since. Of those steps a tenant learns no more than their
//! names and how far they are. Texts that people, workers or DigitalOcean wrote may speak of anything: none is passed on.

use std::collections::{BTreeMap, BTreeSet};

use domain::{ResourceKey, TenantId};
use sagas::definition::{CUSTOM, SagaTemplate};
use sagas::record::{LockTarget, SagaMetadata, StepSpec};
use sagas::steps::{InputFields, STEPS};
use store::{Reader, Table};

use crate::caller::Caller;
use crate::problem::ApiProblem;

/// What a tenant is told instead of why something failed.
pub const REDACTED_ERROR: &str = "It failed. The platform's operators know why: name them this saga.";

/// What of a saga a caller is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visibility {
    /// All of it.
    Full,
    /// A tenant's view: these steps are on what is the tenant's.
    Steps(BTreeSet<usize>),
}

impl Visibility {
    /// Whether the caller is told what a step was to do and what came of it.
    #[must_use]
    pub fn covers(&self, step: usize) -> bool {
        match self {
            Self::Full => true,
            Self::Steps(steps) => steps.contains(&step),
        }
    }

    /// Whether the caller is told everything.
    #[must_use]
    pub fn is_full(&self) -> bool {
        *self == Self::Full
    }

    /// What sort of saga: for tenants not what its starter called it.
    #[must_use]
    pub fn saga_type<'a>(&self, saga_type: &'a str) -> &'a str {
        if self.is_full() || SagaTemplate::named(saga_type).is_some() { saga_type } else { CUSTOM }
    }

    /// A text, or for tenants the constant one.
    #[must_use]
    pub fn error(&self, error: Option<&String>) -> Option<String> {
        error.map(|error| if self.is_full() { error.clone() } else { REDACTED_ERROR.to_owned() })
    }
}

/// Finds out what a caller is told of sagas; what is whose is looked up once.
pub struct Redactor<'a> {
    caller: &'a Caller,
    reader: &'a Reader,
    seen: BTreeMap<ResourceKey, bool>,
}

impl std::fmt::Debug for Redactor<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redactor").field("caller", self.caller).finish_non_exhaustive()
    }
}

impl<'a> Redactor<'a> {
    /// For a caller, whose reader this is.
    #[must_use]
    pub fn new(caller: &'a Caller, reader: &'a Reader) -> Self {
        Self { caller, reader, seen: BTreeMap::new() }
    }

    /// What the caller is told of a saga that it may read.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn visibility_of(&mut self, metadata: &SagaMetadata) -> Result<Visibility, ApiProblem> {
        if matches!(self.caller, Caller::Admin(_)) {
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

    async fn may_see(&mut self, key: ResourceKey) -> Result<bool, ApiProblem> {
        if let Some(seen) = self.seen.get(&key) {
            return Ok(*seen);
        }
        let seen = self.reader.resource(&key).await?.is_some();
        self.seen.insert(key, seen);
        Ok(seen)
    }
}

/// What a step is on; nothing where this build does not know the step.
fn targets(metadata: &SagaMetadata, spec: &StepSpec) -> Vec<ResourceKey> {
    let Some(step) = STEPS.of(spec) else { return Vec::new() };
    let (locks, _) = step.check(&metadata.account, &mut InputFields::of(&spec.inputs));
    locks.iter().filter_map(LockTarget::resource).collect()
}

/// Whose a saga on these targets is: the tenant that some of them belong to now, if all others are nobody's.
///
/// # Errors
/// When the table cannot be read.
pub async fn owning_tenant(table: &Table, locks: &[LockTarget]) -> Result<Option<TenantId>, ApiProblem> {
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
