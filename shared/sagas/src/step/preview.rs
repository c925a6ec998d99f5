//! Previews: what a step would do, for readers of a plan.

use domain::Money;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;

use crate::calls::WriteRequest;

/// The effect of a step, as one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlannedEffect {
    /// The step creates an object.
    Create,
    /// The step changes an object.
    Update,
    /// The step deletes an object.
    Delete,
    /// The present state is already as requested.
    None,
    /// The step waits for a time or an approval.
    Wait,
    /// The step would fail.
    Fail,
    /// The effect depends on an output of an earlier step.
    Unknown,
}

/// The extent to which compensation could restore the present state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Undo {
    /// Nothing would have to be undone.
    Nothing,
    /// All changes can be undone.
    Exact,
    /// All changes can be undone, but recreated objects get new ids.
    NewIds,
}

/// One object that would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedChange {
    /// The object, such as `A www.example.com`.
    pub what: String,
    /// The object as it is; null if it does not exist.
    pub before: Value,
    /// The object as it would be; null if it would be deleted.
    pub after: Value,
}

/// A record whose time to live changes with that of another: DigitalOcean keeps one for all records
/// of a name and type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SiblingTtl {
    /// The id of the record.
    pub id: String,
    /// The value of the record.
    pub data: String,
    /// The present time to live, in seconds.
    pub before: u32,
    /// The new time to live, in seconds.
    pub after: u32,
}

/// The changes that a step would make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// The effect as one word.
    pub effect: PlannedEffect,
    /// The effect as a phrase.
    pub summary: String,
    /// The objects that would change.
    pub changes: Vec<PlannedChange>,
    /// The records of which only the time to live would change.
    pub sibling_ttls: Vec<SiblingTtl>,
    /// The extent to which compensation could restore the present state.
    pub undo: Undo,
    /// The highest additional cost, per month; none if nothing costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_monthly_up_to: Option<Money>,
    /// The observed state that the preview is based on: if it changes, so may the plan.
    pub basis: Value,
    /// The writes that would be sent.
    #[serde(skip)]
    pub writes: Vec<WriteRequest>,
}

impl Preview {
    /// Returns a preview without changes; the summary says why.
    #[must_use]
    pub fn without_change(effect: PlannedEffect, summary: impl Into<String>) -> Self {
        Self {
            effect,
            summary: summary.into(),
            changes: Vec::new(),
            sibling_ttls: Vec::new(),
            undo: Undo::Nothing,
            price_monthly_up_to: None,
            basis: Value::Null,
            writes: Vec::new(),
        }
    }

    /// Returns the same preview with its basis.
    #[must_use]
    pub fn with_basis(self, basis: Value) -> Self {
        Self { basis, ..self }
    }
}

/// List prices, which DigitalOcean's API does not have.
#[derive(Debug, Clone, Copy)]
pub struct Prices {
    /// The price of a snapshot of so many gigabytes, per month.
    pub snapshot: fn(Decimal) -> Money,
}
