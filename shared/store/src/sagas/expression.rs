//! A builder of update expressions for items of sagas: attributes, conditions and their
//! placeholders.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use sagas::record::SagaId;

use crate::item::{number, text};
use crate::keys::{self, Key};

/// An update of an item while it is being built. It names all attributes by placeholders, because
/// some names are reserved in DynamoDB.
#[derive(Debug, Default)]
pub(super) struct ItemUpdate {
    set: Vec<String>,
    remove: Vec<String>,
    conditions: Vec<String>,
    pub(super) names: HashMap<String, String>,
    pub(super) values: HashMap<String, AttributeValue>,
}

impl ItemUpdate {
    fn placeholder(&mut self, attribute: &str) -> String {
        self.names.insert(format!("#{attribute}"), attribute.to_owned());
        format!("#{attribute}")
    }

    /// Adds a value under the placeholder `:name`.
    pub(super) fn value(&mut self, name: &str, value: AttributeValue) {
        self.values.insert(format!(":{name}"), value);
    }

    /// Adds the assignment of an attribute.
    pub(super) fn set(&mut self, attribute: &str, value: AttributeValue) {
        let name = self.placeholder(attribute);
        self.value(attribute, value);
        self.set.push(format!("{name} = :{attribute}"));
    }

    /// Adds an increment of a number attribute by 1.
    pub(super) fn count(&mut self, attribute: &str) {
        let name = self.placeholder(attribute);
        self.value("one", number(1));
        self.set.push(format!("{name} = {name} + :one"));
    }

    /// Adds the removal of attributes.
    pub(super) fn remove(&mut self, attributes: &[&str]) {
        for attribute in attributes {
            let name = self.placeholder(attribute);
            self.remove.push(name);
        }
    }

    /// Sets the saga's due time, in the record and in the index.
    pub(super) fn due(&mut self, saga: &SagaId, at: DateTime<Utc>) {
        self.set("next_due", text(keys::time(at)));
        self.set_gsi1(keys::saga_due_gsi1(saga, at));
    }

    /// Removes the due time and lists the saga as stuck since `since`: it waits for an operator.
    pub(super) fn stuck(&mut self, saga: &SagaId, since: DateTime<Utc>) {
        self.remove(&["next_due"]);
        self.set_gsi1(keys::saga_stuck_gsi1(saga, since));
    }

    fn set_gsi1(&mut self, entry: Key) {
        self.set(keys::GSI1_PK, text(entry.pk));
        self.set(keys::GSI1_SK, text(entry.sk));
    }

    /// Removes the saga's due time from the record and from the index.
    pub(super) fn clear_due(&mut self) {
        self.remove(&["next_due", keys::GSI1_PK, keys::GSI1_SK]);
    }

    /// Marks a lock as released at this time. The last holder stays in the item.
    pub(super) fn release_lock(&mut self, at: DateTime<Utc>) {
        self.set("released_at", text(keys::time(at)));
        self.remove(&["saga_id"]);
    }

    /// Removes the owner and the expiry of the lease.
    pub(super) fn release_lease(&mut self) {
        self.remove(&["lease_owner", "lease_until"]);
    }

    /// Adds a condition. `#state`, `#status` and `#rev` may be used in it as placeholders.
    pub(super) fn only_if(&mut self, condition: &str) {
        for attribute in ["state", "status", "rev"].iter().filter(|name| condition.contains(&format!("#{name}"))) {
            self.placeholder(attribute);
        }
        self.conditions.push(format!("({condition})"));
    }

    /// Returns the update expression: assignments, then removals.
    pub(super) fn update(&self) -> String {
        match self.remove.as_slice() {
            [] => format!("SET {}", self.set.join(", ")),
            remove => format!("SET {} REMOVE {}", self.set.join(", "), remove.join(", ")),
        }
    }

    /// Returns the conjunction of all conditions.
    pub(super) fn condition(&self) -> String {
        self.conditions.join(" AND ")
    }
}
