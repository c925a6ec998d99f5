//! Faults of a simulator in the same process.

use std::sync::Arc;

use serde_json::Value;

use crate::faults::Fault;
use crate::shared::Shared;

/// The faults that are set in the simulator.
pub struct Faults {
    shared: Arc<Shared>,
}

impl Faults {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Sets a fault and returns its id. A request is matched against the faults in the order in
    /// which they were set.
    pub fn add(&self, fault: Fault) -> String {
        let now = self.shared.clock.now();
        let mut state = self.shared.state();
        let state = &mut *state;
        state.faults.set(fault, &state.accounts, now)
    }

    /// Removes a fault. Returns false if no fault has the id.
    pub fn remove(&self, id: &str) -> bool {
        self.shared.state().faults.remove(id)
    }

    /// Removes all faults of the simulator.
    pub fn clear(&self) {
        self.shared.state().faults.clear();
    }

    /// Returns the number of requests that a fault was applied to; none if no fault has the id.
    #[must_use]
    pub fn applied(&self, id: &str) -> Option<u64> {
        self.shared.state().faults.applied(id)
    }

    /// Returns the faults as JSON, each with `matched` and `applied`.
    #[must_use]
    pub fn list(&self) -> Vec<Value> {
        self.shared.state().faults.show()
    }
}
