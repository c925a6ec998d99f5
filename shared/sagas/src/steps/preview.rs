//! What a step would do, for people.

use domain::Money;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;

use crate::ports::WriteRequest;

/// What a step would do, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlannedEffect {
    /// It makes something.
    Create,
    /// It changes something.
    Update,
    /// It deletes something.
    Delete,
    /// All is as it should be.
    None,
    /// It waits.
    Wait,
    /// It would fail.
    Fail,
    /// It depends on what an earlier step gives.
    Unknown,
}

/// What undoing could restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Undo {
    /// Nothing is to be undone.
    Nothing,
    /// All of it.
    Exact,
    /// All of it but for the ids of what is made again.
    NewIds,
}

/// One thing that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedChange {
    /// What.
    pub what: String,
    /// What it is.
    pub before: Value,
    /// What it will be.
    pub after: Value,
}

/// A record whose time to live changes with that of another: DigitalOcean keeps one for all records of a name and type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SiblingTtl {
    /// The record's id.
    pub id: String,
    /// What it stands for.
    pub data: String,
    /// Its time to live, in seconds.
    pub before: u32,
    /// What that will be.
    pub after: u32,
}

/// What a step would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// In a word.
    pub effect: PlannedEffect,
    /// In a sentence.
    pub summary: String,
    /// What changes.
    pub changes: Vec<PlannedChange>,
    /// Whose time to live changes as well.
    pub sibling_ttls: Vec<SiblingTtl>,
    /// What undoing could restore.
    pub undo: Undo,
    /// What it costs more a month, at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_monthly_up_to: Option<Money>,
    /// What was seen that this rests on: if it changes, so may the plan.
    pub basis: Value,
    /// What would be sent.
    #[serde(skip)]
    pub writes: Vec<WriteRequest>,
}

impl Preview {
    /// One that changes nothing, for this reason.
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

    /// The same, resting on this.
    #[must_use]
    pub fn resting_on(self, basis: Value) -> Self {
        Self { basis, ..self }
    }
}

/// List prices, which the API does not give.
#[derive(Debug, Clone, Copy)]
pub struct Prices {
    /// A snapshot of so many gigabytes, for a month.
    pub snapshot: fn(Decimal) -> Money,
}
