//! Inputs, read field by field, so that every invalid one is reported and not only the first.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::record::is_reference;

/// The name of an invalid field and the reason. Reasons are constant: no value that was sent is
/// repeated.
pub type InputFieldError = (String, &'static str);

/// A reader of inputs that collects errors. A field that refers to an output of an earlier step has
/// no value before that step is done: it reads as absent, without an error.
#[derive(Debug)]
pub struct InputFields<'a> {
    map: &'a Map<String, Value>,
    errors: Vec<InputFieldError>,
}

impl<'a> InputFields<'a> {
    /// Returns a reader of these inputs.
    #[must_use]
    pub fn of(map: &'a Map<String, Value>) -> Self {
        Self { map, errors: Vec::new() }
    }

    /// Returns the errors of the fields read so far.
    #[must_use]
    pub fn errors(&self) -> &[InputFieldError] {
        &self.errors
    }

    /// Adds an error for a field; only the first error of a field is kept.
    pub fn refuse(&mut self, name: &str, detail: &'static str) {
        if !self.errors.iter().any(|(known, _)| known == name) {
            self.errors.push((name.to_owned(), detail));
        }
    }

    /// Refuses every field with a name that is not listed.
    pub fn refuse_others(&mut self, names: &[&str]) {
        for name in self.map.keys().filter(|name| !names.contains(&name.as_str())) {
            self.refuse(name, "no such input");
        }
    }

    /// Refuses a field that is present.
    pub fn refuse_present(&mut self, name: &str, detail: &'static str) {
        if self.value(name).is_some() {
            self.refuse(name, detail);
        }
    }

    /// Returns whether a field is a reference to an output.
    #[must_use]
    pub fn refers_to_output(&self, name: &str) -> bool {
        self.map.get(name).is_some_and(is_reference)
    }

    /// Refuses a reference: the value of this field must be known when the saga starts.
    pub fn fixed(&mut self, name: &str) {
        if self.refers_to_output(name) {
            self.refuse(name, "must be known at the start, as it decides what is locked");
        }
    }

    fn value(&self, name: &str) -> Option<&'a Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    fn known(&self, name: &str) -> Option<&'a Value> {
        self.value(name).filter(|value| !is_reference(value))
    }

    /// Returns a text, if the field is present.
    pub fn text(&mut self, name: &str) -> Option<&'a str> {
        let value = self.known(name)?;
        if value.as_str().is_none() {
            self.refuse(name, "expected a text");
        }
        value.as_str()
    }

    /// Returns one of these words, if the field is present; case is ignored.
    pub fn word(&mut self, name: &str, words: &'static [&'static str], detail: &'static str) -> Option<&'static str> {
        let text = self.text(name)?;
        let word = words.iter().find(|word| word.eq_ignore_ascii_case(text)).copied();
        if word.is_none() {
            self.refuse(name, detail);
        }
        word
    }

    /// Returns a whole number within bounds, if the field is present.
    pub fn number(&mut self, name: &str, bounds: RangeInclusive<u64>, detail: &'static str) -> Option<u64> {
        let value = self.known(name)?;
        let number = value.as_u64().filter(|number| bounds.contains(number));
        if number.is_none() {
            self.refuse(name, detail);
        }
        number
    }

    /// Returns an id of DigitalOcean, given as a number or as a text of digits; an absent field is
    /// an error.
    pub fn required_id(&mut self, name: &str) -> Option<u64> {
        self.require(name);
        let value = self.known(name)?;
        let id = value.as_u64().or_else(|| value.as_str()?.parse().ok()).filter(|id| *id > 0);
        if id.is_none() {
            self.refuse(name, "expected DigitalOcean's id, a number");
        }
        id
    }

    /// Refuses the absence of a field.
    pub fn require(&mut self, name: &str) {
        if self.value(name).is_none() {
            self.refuse(name, "is required");
        }
    }
}
