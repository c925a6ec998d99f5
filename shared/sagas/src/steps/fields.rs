//! Inputs, read field by field, so that every bad one is named and not only the first.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::definition::is_reference;

/// What is wrong with one field. Texts are constant: nothing that was sent is repeated.
pub type InputFieldError = (String, &'static str);

/// Inputs being read. A field that refers to what an earlier step gives is not known before that step is done: it reads as absent,
/// without an error.
#[derive(Debug)]
pub struct InputFields<'a> {
    map: &'a Map<String, Value>,
    errors: Vec<InputFieldError>,
}

impl<'a> InputFields<'a> {
    /// These inputs.
    #[must_use]
    pub fn of(map: &'a Map<String, Value>) -> Self {
        Self { map, errors: Vec::new() }
    }

    /// What is wrong with them, as far as they were read.
    #[must_use]
    pub fn errors(&self) -> &[InputFieldError] {
        &self.errors
    }

    /// Notes what is wrong with a field; the first error of a field counts.
    pub fn refuse(&mut self, name: &str, detail: &'static str) {
        if !self.errors.iter().any(|(known, _)| known == name) {
            self.errors.push((name.to_owned(), detail));
        }
    }

    /// Refuses every field that is none of these.
    pub fn refuse_others(&mut self, names: &[&str]) {
        for name in self.map.keys().filter(|name| !names.contains(&name.as_str())) {
            self.refuse(name, "no such input");
        }
    }

    /// Refuses a field that is there.
    pub fn refuse_present(&mut self, name: &str, detail: &'static str) {
        if self.value(name).is_some() {
            self.refuse(name, detail);
        }
    }

    /// Whether a field refers to what is not known yet.
    #[must_use]
    pub fn is_late(&self, name: &str) -> bool {
        self.map.get(name).is_some_and(is_reference)
    }

    /// Refuses a reference: what this field says must be known when the saga starts.
    pub fn fixed(&mut self, name: &str) {
        if self.is_late(name) {
            self.refuse(name, "must be known at the start: it decides what is locked");
        }
    }

    fn value(&self, name: &str) -> Option<&'a Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    fn known(&self, name: &str) -> Option<&'a Value> {
        self.value(name).filter(|value| !is_reference(value))
    }

    /// A text, if it is there.
    pub fn text(&mut self, name: &str) -> Option<&'a str> {
        let value = self.known(name)?;
        if value.as_str().is_none() {
            self.refuse(name, "expected a text");
        }
        value.as_str()
    }

    /// A text that must be there.
    pub fn required_text(&mut self, name: &str) -> Option<&'a str> {
        self.require(name);
        self.text(name)
    }

    /// One of these words, if it is there.
    pub fn word(&mut self, name: &str, words: &'static [&'static str], detail: &'static str) -> Option<&'static str> {
        let text = self.text(name)?;
        let word = words.iter().find(|word| word.eq_ignore_ascii_case(text)).copied();
        if word.is_none() {
            self.refuse(name, detail);
        }
        word
    }

    /// A whole number within bounds, if it is there.
    pub fn number(&mut self, name: &str, bounds: RangeInclusive<u64>, detail: &'static str) -> Option<u64> {
        let value = self.known(name)?;
        let number = value.as_u64().filter(|number| bounds.contains(number));
        if number.is_none() {
            self.refuse(name, detail);
        }
        number
    }

    /// DigitalOcean's id of something, as a number or as a text of digits, which must be there.
    pub fn required_id(&mut self, name: &str) -> Option<u64> {
        self.require(name);
        let value = self.known(name)?;
        let id = value.as_u64().or_else(|| value.as_str()?.parse().ok()).filter(|id| *id > 0);
        if id.is_none() {
            self.refuse(name, "expected DigitalOcean's id, a number");
        }
        id
    }

    /// Refuses the lack of a field.
    pub fn require(&mut self, name: &str) {
        if self.value(name).is_none() {
            self.refuse(name, "is required");
        }
    }
}
