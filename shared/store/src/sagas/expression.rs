//! A change of a record while it is put together: attributes, conditions and their placeholders.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use sagas::record::SagaId;

use crate::item::{number, text};
use crate::keys::{self, Key};

/// A change of a record. Attributes stand in it by placeholders: some have names that DynamoDB reserves.
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

    /// A value by this name.
    pub(super) fn value(&mut self, name: &str, value: AttributeValue) {
        self.values.insert(format!(":{name}"), value);
    }

    /// Sets an attribute.
    pub(super) fn set(&mut self, attribute: &str, value: AttributeValue) {
        let name = self.placeholder(attribute);
        self.value(attribute, value);
        self.set.push(format!("{name} = :{attribute}"));
    }

    /// Adds 1 to a number.
    pub(super) fn count(&mut self, attribute: &str) {
        let name = self.placeholder(attribute);
        self.value("one", number(1));
        self.set.push(format!("{name} = {name} + :one"));
    }

    /// Removes attributes.
    pub(super) fn remove(&mut self, attributes: &[&str]) {
        for attribute in attributes {
            let name = self.placeholder(attribute);
            self.remove.push(name);
        }
    }

    /// The saga is due then: in the table and in its index.
    pub(super) fn due(&mut self, saga: &SagaId, at: DateTime<Utc>) {
        self.set("next_due", text(keys::time(at)));
        self.set_gsi1(keys::saga_due_gsi1(saga, at));
    }

    /// The saga is due no more, and waits for people since then.
    pub(super) fn stuck(&mut self, saga: &SagaId, since: DateTime<Utc>) {
        self.remove(&["next_due"]);
        self.set_gsi1(keys::saga_stuck_gsi1(saga, since));
    }

    fn set_gsi1(&mut self, entry: Key) {
        self.set(keys::GSI1_PK, text(entry.pk));
        self.set(keys::GSI1_SK, text(entry.sk));
    }

    /// The saga is due no more: neither in the table nor in its index.
    pub(super) fn clear_due(&mut self) {
        self.remove(&["next_due", keys::GSI1_PK, keys::GSI1_SK]);
    }

    /// A lock is given back then.
    pub(super) fn release_lock(&mut self, at: DateTime<Utc>) {
        self.set("released_at", text(keys::time(at)));
        self.remove(&["saga_id"]);
    }

    /// The lease goes.
    pub(super) fn release_lease(&mut self) {
        self.remove(&["lease_owner", "lease_until"]);
    }

    /// One more condition. `state`, `status` and `rev` are there by their names with `#`.
    pub(super) fn only_if(&mut self, condition: &str) {
        for attribute in ["state", "status", "rev"].iter().filter(|name| condition.contains(&format!("#{name}"))) {
            self.placeholder(attribute);
        }
        self.conditions.push(format!("({condition})"));
    }

    /// What is changed.
    pub(super) fn update(&self) -> String {
        match self.remove.as_slice() {
            [] => format!("SET {}", self.set.join(", ")),
            remove => format!("SET {} REMOVE {}", self.set.join(", "), remove.join(", ")),
        }
    }

    /// On which condition.
    pub(super) fn condition(&self) -> String {
        self.conditions.join(" AND ")
    }
}
