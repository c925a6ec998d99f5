//! What a step is tried on.

use serde_json::Value;

use crate::ports::RecordFields;

/// What somebody says at the example's gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Approval {
    Approve,
    Deny,
}

/// Inputs for a step, and the world that it finds.
#[derive(Debug, Clone)]
pub struct Example {
    pub(crate) label: &'static str,
    pub(crate) inputs: Value,
    /// Records of the example's zone, besides those of every zone.
    pub(crate) records: Vec<RecordFields>,
    /// What somebody says, a minute after being asked.
    pub(crate) approval: Option<Approval>,
    /// Whether it ends rolled back without any fault.
    pub(crate) fails: bool,
}

impl Example {
    pub(crate) fn new(label: &'static str, inputs: Value) -> Self {
        Self { label, inputs, records: Vec::new(), approval: None, fails: false }
    }

    /// In a zone with these records as well.
    pub(crate) fn beside(self, records: Vec<RecordFields>) -> Self {
        Self { records, ..self }
    }

    pub(crate) fn answered(self, approval: Approval) -> Self {
        Self { approval: Some(approval), ..self }
    }

    pub(crate) fn fails(self) -> Self {
        Self { fails: true, ..self }
    }
}
