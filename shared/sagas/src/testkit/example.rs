//! The examples that the tests run the steps on.

use serde_json::Value;

use crate::ports::RecordFields;

/// The approval decision of the operator in an example of the gate step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Approval {
    Approve,
    Deny,
}

/// The inputs of a step, and the state that it finds.
#[derive(Debug, Clone)]
pub struct Example {
    pub(crate) label: &'static str,
    pub(crate) inputs: Value,
    /// Records of the example's zone, in addition to those that every zone has.
    pub(crate) records: Vec<RecordFields>,
    /// The operator's decision, a minute after the gate asks; `None` lets the gate expire.
    pub(crate) approval: Option<Approval>,
    /// True if the saga ends rolled back without any injected fault.
    pub(crate) fails: bool,
}

impl Example {
    pub(crate) fn new(label: &'static str, inputs: Value) -> Self {
        Self { label, inputs, records: Vec::new(), approval: None, fails: false }
    }

    /// Adds records to the example's zone.
    pub(crate) fn with_records(self, records: Vec<RecordFields>) -> Self {
        Self { records, ..self }
    }

    pub(crate) fn answered(self, approval: Approval) -> Self {
        Self { approval: Some(approval), ..self }
    }

    pub(crate) fn fails(self) -> Self {
        Self { fails: true, ..self }
    }
}
