//! What a step is tried on.

use serde_json::Value;

use crate::rim::RecordFields;

/// What somebody says at the example's gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
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
    pub(crate) word: Option<Word>,
    /// Whether it ends rolled back without any fault.
    pub(crate) fails: bool,
}

impl Example {
    pub(crate) fn new(label: &'static str, inputs: Value) -> Self {
        Self { label, inputs, records: Vec::new(), word: None, fails: false }
    }

    /// In a zone with these records as well.
    pub(crate) fn beside(self, records: Vec<RecordFields>) -> Self {
        Self { records, ..self }
    }

    pub(crate) fn answered(self, word: Word) -> Self {
        Self { word: Some(word), ..self }
    }

    pub(crate) fn fails(self) -> Self {
        Self { fails: true, ..self }
    }
}
