//! What an example of a step is, and the account that all examples find.

use serde_json::Value;

use sagas::calls::RecordFields;

/// The droplet of the examples, by its id.
pub(super) const DROPLET: u64 = 3_164_444;
/// The DNS zone of the examples.
pub(super) const ZONE: &str = "shop.example";

/// Returns a record of that zone without the parts that only some types have.
pub(super) fn record(record_type: &str, name: &str, data: &str, ttl: u32) -> RecordFields {
    RecordFields {
        record_type: record_type.to_owned(),
        name: name.to_owned(),
        data: data.to_owned(),
        ttl: Some(ttl),
        priority: None,
        port: None,
        weight: None,
        flags: None,
        tag: None,
    }
}

/// The approval decision of the operator in an example of the gate step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Approval {
    Approve,
    Deny,
}

/// The inputs of a step, and the state that it finds.
#[derive(Debug, Clone)]
pub(super) struct Example {
    pub(super) label: &'static str,
    pub(super) inputs: Value,
    /// Records of the example's zone, in addition to those that every zone has.
    pub(super) records: Vec<RecordFields>,
    /// The operator's decision, a minute after the gate asks; `None` lets the gate expire.
    pub(super) approval: Option<Approval>,
    /// True if the saga ends rolled back without any injected fault.
    pub(super) fails: bool,
}

impl Example {
    pub(super) fn new(label: &'static str, inputs: Value) -> Self {
        Self { label, inputs, records: Vec::new(), approval: None, fails: false }
    }

    /// Adds records to the example's zone.
    pub(super) fn with_records(self, records: Vec<RecordFields>) -> Self {
        Self { records, ..self }
    }

    pub(super) fn answered(self, approval: Approval) -> Self {
        Self { approval: Some(approval), ..self }
    }

    pub(super) fn fails(self) -> Self {
        Self { fails: true, ..self }
    }
}
