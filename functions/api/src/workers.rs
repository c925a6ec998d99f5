//! The workers that `POST /sync/{worker}` can start: those that mirror the inventory and those of
//! billing.

use domain::Kind;
use inventory::workers::Target;

/// A worker of the inventory or of billing.
#[derive(Clone, Copy)]
pub enum AnyWorker {
    /// A worker that mirrors resources or projects.
    Inventory(&'static inventory::workers::InventoryWorker),
    /// A worker that imports DigitalOcean's billing data.
    Billing(&'static billing::BillingWorkerSpec),
}

/// Returns all workers, those of the inventory first.
pub fn all() -> impl Iterator<Item = AnyWorker> {
    let inventory = inventory::workers::WORKERS.iter().map(AnyWorker::Inventory);
    inventory.chain(billing::WORKERS.iter().map(AnyWorker::Billing))
}

impl AnyWorker {
    /// Returns the worker of this name; `None` if there is none.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        all().find(|worker| worker.name() == name)
    }

    /// The worker's name, as in `POST /sync/{worker}`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inventory(worker) => worker.name,
            Self::Billing(worker) => worker.name,
        }
    }

    /// The keys of the worker's sync states in an account: the kinds that it mirrors, or the single
    /// sync kind of a billing worker.
    #[must_use]
    pub fn sync_kinds(self) -> Vec<Kind> {
        match self {
            Self::Inventory(worker) => worker.targets.iter().map(Target::sync_kind).collect(),
            Self::Billing(worker) => vec![worker.sync_kind.clone()],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn worker_names_and_sync_kinds_are_unique() {
        let (names, kinds): (Vec<_>, Vec<_>) = all().map(|worker| (worker.name(), worker.sync_kinds())).unzip();
        let kinds: Vec<Kind> = kinds.into_iter().flatten().collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        assert_eq!(kinds.iter().collect::<BTreeSet<_>>().len(), kinds.len());
    }
}
