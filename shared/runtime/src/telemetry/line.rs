//! A flat JSON object that keeps its members in the order in which they were set.

use std::{borrow::Cow, error::Error, fmt};

use serde::{Serialize, Serializer};
use serde_json::Value;
use tracing::field::{Field, Visit};

/// The maximum length of a string in a line, in bytes. `CloudWatch` limits the size of a log event,
/// and a line of more than a few kilobytes is not readable.
const MAX_TEXT_BYTES: usize = 8 * 1024;
/// The members that a field with the same name must not replace.
const RESERVED: [&str; 4] = ["timestamp", "level", "target", "_aws"];

/// The members in order, with each name once.
#[derive(Clone, Debug, Default)]
pub(super) struct Line(Vec<(Cow<'static, str>, Value)>);

impl Line {
    /// Sets a member. An existing member with the same name keeps its position and gets the new
    /// value.
    pub(super) fn set(&mut self, name: impl Into<Cow<'static, str>>, value: Value) {
        let name = name.into();
        match self.0.iter_mut().find(|(present, _)| *present == name) {
            Some((_, present)) => *present = value,
            None => self.0.push((name, value)),
        }
    }

    /// Sets a field, as `field_<name>` if the name is reserved for the line's own members.
    pub(super) fn set_field(&mut self, name: &'static str, value: Value) {
        let name = match name.strip_prefix("r#").unwrap_or(name) {
            // The fields of the Lambda runtime's span are in camelCase.
            "requestId" => "request_id",
            "xrayTraceId" => "trace_id",
            other => other,
        };
        if RESERVED.contains(&name) { self.set(format!("field_{name}"), value) } else { self.set(name, value) }
    }

    /// Sets all members of another line.
    pub(super) fn extend(&mut self, other: &Self) {
        for (name, value) in &other.0 {
            self.set(name.clone(), value.clone());
        }
    }

    /// Adds all members of another line. A member whose name already has a different value becomes
    /// `field_<name>`.
    pub(super) fn extend_prefixing_duplicates(&mut self, other: Self) {
        for (name, value) in other.0 {
            match self.0.iter().find(|(present, _)| *present == name) {
                Some((_, present)) if *present == value => {}
                Some(_) => self.set(format!("field_{name}"), value),
                None => self.0.push((name, value)),
            }
        }
    }

    /// Removes a member and returns its value.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        let index = self.0.iter().position(|(present, _)| present == name)?;
        Some(self.0.remove(index).1)
    }

    /// Serializes the object, with a line feed at the end.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        // Serializing cannot fail, because the names are strings and the values are JSON.
        let mut bytes = serde_json::to_vec(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// Converts a text to a JSON string of limited length.
pub(super) fn text(text: &str) -> Value {
    if text.len() <= MAX_TEXT_BYTES {
        return text.into();
    }
    let end = text.floor_char_boundary(MAX_TEXT_BYTES);
    format!("{}...", &text[..end]).into()
}

impl Visit for Line {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set_field(field.name(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set_field(field.name(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set_field(field.name(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set_field(field.name(), value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set_field(field.name(), text(value));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.set_field(field.name(), text(&domain::error_chain(value)));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set_field(field.name(), text(&format!("{value:?}")));
    }
}
