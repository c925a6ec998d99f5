//! The faults, in process.

use std::sync::Arc;

use serde_json::Value;

use crate::faults::Fault;
use crate::state::Shared;

/// The faults that are set.
pub struct Faults {
    shared: Arc<Shared>,
}

impl Faults {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Sets a fault and gives its id. Faults are tried in the order in which they were set.
    pub fn add(&self, fault: Fault) -> String {
        let now = self.shared.clock.now();
        let mut state = self.shared.state();
        let state = &mut *state;
        state.faults.set(fault, &state.accounts, now)
    }

    /// Removes a fault; false if there is none of that id.
    pub fn remove(&self, id: &str) -> bool {
        self.shared.state().faults.remove(id)
    }

    /// Removes all.
    pub fn clear(&self) {
        self.shared.state().faults.clear();
    }

    /// How many requests a fault has struck; none if there is none of that id.
    #[must_use]
    pub fn applied(&self, id: &str) -> Option<u64> {
        self.shared.state().faults.applied(id)
    }

    /// The faults as JSON, each with `matched` and `applied`.
    #[must_use]
    pub fn list(&self) -> Vec<Value> {
        self.shared.state().faults.show()
    }
}
