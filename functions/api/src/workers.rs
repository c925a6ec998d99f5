//! Every worker that can be asked for a run: those that mirror the inventory, and those of billing.

use domain::Kind;
use inventory::workers::Target;

/// A worker.
#[derive(Clone, Copy)]
pub enum AnyWorker {
    /// It mirrors resources or projects.
    Inventory(&'static inventory::workers::InventoryWorker),
    /// It takes in what DigitalOcean bills.
    Billing(&'static billing::BillingWorkerSpec),
}

/// All of them, those of the inventory first.
pub fn all() -> impl Iterator<Item = AnyWorker> {
    let inventory = inventory::workers::WORKERS.iter().map(AnyWorker::Inventory);
    inventory.chain(billing::WORKERS.iter().map(AnyWorker::Billing))
}

impl AnyWorker {
    /// The worker of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        all().find(|worker| worker.name() == name)
    }

    /// Its name, as in `POST /sync/{worker}`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inventory(worker) => worker.name,
            Self::Billing(worker) => worker.name,
        }
    }

    /// What its receipts in an account are under: the kinds that it mirrors, or the one lane of a worker of billing.
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
        let (names, lanes): (Vec<_>, Vec<_>) = all().map(|worker| (worker.name(), worker.sync_kinds())).unzip();
        let lanes: Vec<Kind> = lanes.into_iter().flatten().collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        assert_eq!(lanes.iter().collect::<BTreeSet<_>>().len(), lanes.len());
    }
}
