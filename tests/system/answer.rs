//! An answer of the API, and what holds of every problem it reports.

use std::collections::BTreeSet;

use reqwest::header::HeaderMap;
use serde_json::Value;

/// An answer of the API.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// The body as JSON; null if it is not JSON.
    pub(crate) json: Value,
}

impl Answer {
    /// Asserts the status and gives the body.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json
    }

    /// Asserts that it is a problem of this status, with all of its fields.
    #[track_caller]
    pub(crate) fn expect_problem(&self, status: u16) {
        let Self { json, headers, .. } = self;
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(header(headers, "content-type"), "application/problem+json", "{}", self.text);
        for field in ["type", "title", "detail", "instance", "request_id"] {
            assert!(json[field].as_str().is_some_and(|text| !text.is_empty()), "no {field}: {json}");
        }
        assert_eq!(json["status"], status, "{json}");
        assert_eq!(header(headers, "x-request-id"), json["request_id"].as_str().unwrap(), "{json}");
    }

    /// The pointers of its errors, in their order.
    pub(crate) fn pointers(&self) -> Vec<&str> {
        let errors = self.json["errors"].as_array().map_or(&[][..], Vec::as_slice);
        errors.iter().map(|error| error["pointer"].as_str().expect("an error has a pointer")).collect()
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Asserts that an object has these fields, separated by blanks, and no others.
#[track_caller]
pub(crate) fn expect_fields(object: &Value, fields: &str) {
    let has: BTreeSet<_> = object.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(has, fields.split_whitespace().collect(), "{object}");
}

/// Returns the text of a field, which must be one.
#[track_caller]
pub(crate) fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object[field].as_str().unwrap_or_else(|| panic!("{field} is no text: {object}"))
}

/// Returns one text field of each row, sorted.
pub(crate) fn column<'a>(rows: &'a [Value], field: &str) -> Vec<&'a str> {
    let mut column: Vec<_> = rows.iter().map(|row| text(row, field)).collect();
    column.sort_unstable();
    column
}
