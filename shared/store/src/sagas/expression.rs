//! A change of a record while it is put together: attributes, conditions and their placeholders.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use sagas::record::SagaId;

use crate::keys::{self, Key};
use crate::rows::{number, text};

/// A change of a record. Attributes stand in it by placeholders: some have names that DynamoDB reserves.
#[derive(Debug, Default)]
pub(super) struct Expression {
    set: Vec<String>,
    remove: Vec<String>,
    conditions: Vec<String>,
    pub(super) names: HashMap<String, String>,
    pub(super) values: HashMap<String, AttributeValue>,
}

impl Expression {
    fn named(&mut self, attribute: &str) -> String {
        self.names.insert(format!("#{attribute}"), attribute.to_owned());
        format!("#{attribute}")
    }

    /// A value by this name.
    pub(super) fn value(&mut self, name: &str, value: AttributeValue) {
        self.values.insert(format!(":{name}"), value);
    }

    /// Sets an attribute.
    pub(super) fn set(&mut self, attribute: &str, value: AttributeValue) {
        let name = self.named(attribute);
        self.value(attribute, value);
        self.set.push(format!("{name} = :{attribute}"));
    }

    /// Adds 1 to a number.
    pub(super) fn count(&mut self, attribute: &str) {
        let name = self.named(attribute);
        self.value("one", number(1));
        self.set.push(format!("{name} = {name} + :one"));
    }

    /// Removes attributes.
    pub(super) fn remove(&mut self, attributes: &[&str]) {
        for attribute in attributes {
            let name = self.named(attribute);
            self.remove.push(name);
        }
    }

    /// The saga is due then: in the table and in its index.
    pub(super) fn due(&mut self, saga: &SagaId, at: DateTime<Utc>) {
        self.set("next_due", text(keys::time(at)));
        self.listed(keys::saga_due_gsi1(saga, at));
    }

    /// The saga is due no more, and waits for people since then.
    pub(super) fn stuck(&mut self, saga: &SagaId, since: DateTime<Utc>) {
        self.remove(&["next_due"]);
        self.listed(keys::saga_stuck_gsi1(saga, since));
    }

    fn listed(&mut self, entry: Key) {
        self.set(keys::GSI1_PK, text(entry.pk));
        self.set(keys::GSI1_SK, text(entry.sk));
    }

    /// The saga is due no more: neither in the table nor in its index.
    pub(super) fn never_due(&mut self) {
        self.remove(&["next_due", keys::GSI1_PK, keys::GSI1_SK]);
    }

    /// A lock is given back then.
    pub(super) fn given_back(&mut self, at: DateTime<Utc>) {
        self.set("given_back_at", text(keys::time(at)));
        self.remove(&["saga_id"]);
    }

    /// The lease goes.
    pub(super) fn give_back(&mut self) {
        self.remove(&["lease_owner", "lease_until"]);
    }

    /// One more condition. `state`, `status` and `rev` are there by their names with `#`.
    pub(super) fn only_if(&mut self, condition: &str) {
        for attribute in ["state", "status", "rev"].iter().filter(|name| condition.contains(&format!("#{name}"))) {
            self.named(attribute);
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
