//! A builder of update expressions: assignments, removals, conditions and their placeholders.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};

use crate::Error;
use crate::item::{key_item, number};
use crate::keys::Key;
use crate::table::Table;

/// An update of an item while it is being built. It names all attributes by placeholders, because
/// some names are reserved in DynamoDB.
#[derive(Debug, Default)]
pub(crate) struct ItemUpdate {
    set: Vec<String>,
    remove: Vec<String>,
    conditions: Vec<String>,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl ItemUpdate {
    fn placeholder(&mut self, attribute: &str) -> String {
        self.names.insert(format!("#{attribute}"), attribute.to_owned());
        format!("#{attribute}")
    }

    /// Adds a value under the placeholder `:name`, for a condition.
    pub(crate) fn value(&mut self, name: &str, value: AttributeValue) {
        self.values.insert(format!(":{name}"), value);
    }

    /// Adds the assignment of an attribute. A condition may use its new value as `:attribute`.
    pub(crate) fn set(&mut self, attribute: &str, value: AttributeValue) {
        let name = self.placeholder(attribute);
        self.value(attribute, value);
        self.set.push(format!("{name} = :{attribute}"));
    }

    /// Adds an increment of a number attribute by 1, from 0 if it does not exist.
    pub(crate) fn count(&mut self, attribute: &str) {
        let name = self.placeholder(attribute);
        self.value("zero", number(0));
        self.value("one", number(1));
        self.set.push(format!("{name} = if_not_exists({name}, :zero) + :one"));
    }

    /// Adds the removal of attributes.
    pub(crate) fn remove(&mut self, attributes: &[&str]) {
        for attribute in attributes {
            let name = self.placeholder(attribute);
            self.remove.push(name);
        }
    }

    /// Adds a condition, in which `#attribute` stands for the name of any attribute.
    pub(crate) fn only_if(&mut self, condition: &str) {
        for part in condition.split('#').skip(1) {
            let end = part.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(part.len());
            self.placeholder(&part[..end]);
        }
        self.conditions.push(format!("({condition})"));
    }

    /// Returns the update expression: assignments, then removals.
    fn expression(&self) -> String {
        match self.remove.as_slice() {
            [] => format!("SET {}", self.set.join(", ")),
            remove => format!("SET {} REMOVE {}", self.set.join(", "), remove.join(", ")),
        }
    }

    /// Builds the part of a transaction that updates the item at `key`.
    pub(crate) fn part(self, table: &Table, key: &Key) -> Result<TransactWriteItem, Error> {
        let update = Update::builder()
            .table_name(&table.name)
            .set_key(Some(key_item(key)))
            .update_expression(self.expression())
            .condition_expression(self.conditions.join(" AND "))
            .set_expression_attribute_names(Some(self.names))
            .set_expression_attribute_values(Some(self.values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// Builds the request that updates the item at `key` by itself.
    pub(crate) fn request(self, table: &Table, key: &Key) -> UpdateItemFluentBuilder {
        let request = table.client.update_item().table_name(&table.name).set_key(Some(key_item(key)));
        request
            .update_expression(self.expression())
            .condition_expression(self.conditions.join(" AND "))
            .set_expression_attribute_names(Some(self.names))
            .set_expression_attribute_values(Some(self.values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }
}
