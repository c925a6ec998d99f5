//! An invoice as it is kept, and what is shown of it.

use serde_json::{Map, Value, json};

use super::lines::Lines;
use super::{Generate, Generated, Period, csv, summary};
use crate::answer::Content;
use crate::model::account::Profile;

/// What is kept of an invoice besides what lists show of it.
const KEPT: [&str; 5] = ["preview", "items", "generate", "csv", "summary"];

/// An invoice as it is kept: what lists show of it, and what is kept besides.
#[derive(Clone, Copy)]
pub(crate) struct Invoice<'a>(pub(crate) &'a Value);

impl<'a> Invoice<'a> {
    pub(crate) fn field(self, name: &str) -> &'a Value {
        &self.0[name]
    }

    pub(crate) fn is_preview(self) -> bool {
        self.0["preview"] == true
    }

    pub(crate) fn period(self) -> Period {
        let text = self.0["invoice_period"].as_str().unwrap_or_default();
        Period::read(text).unwrap_or_else(|_| Period::of(chrono::DateTime::UNIX_EPOCH))
    }

    /// The form in the list (OpenAPI `schemas/invoice_preview`).
    pub(crate) fn listed(self) -> Value {
        let fields = self.0.as_object().into_iter().flatten().filter(|(name, _)| !KEPT.contains(&name.as_str()));
        Value::Object(fields.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>())
    }

    pub(crate) fn lines(self) -> Lines<'a> {
        match serde_json::from_value(self.0["generate"].clone()) {
            Ok(Generate { lines, seed }) => Lines::Generated(Generated { lines, seed, period: self.period() }),
            Err(_) => Lines::Given(self.0["items"].as_array().map_or(&[], Vec::as_slice)),
        }
    }

    pub(crate) fn csv(self) -> Content {
        match self.0["csv"].as_str() {
            Some(text) => Content::Whole(text.as_bytes().to_vec()),
            None => csv::of(&self),
        }
    }

    pub(crate) fn summary(self, profile: &Profile) -> Value {
        match &self.0["summary"] {
            Value::Null => summary::of(&self, profile),
            given => given.clone(),
        }
    }

    /// The name of its file (OpenAPI `headers/content-disposition`); what its first number is, is not documented.
    pub(crate) fn file_name(self, profile: &Profile, extension: &str) -> String {
        let (month, id) = (self.period().worded("%Y %b"), self.0["invoice_id"].as_str().unwrap_or_default());
        format!("DigitalOcean Invoice {month} ({}-{id}).{extension}", profile.owner_id)
    }

    /// Its entry in the billing history (OpenAPI `responses/billing_history`).
    pub(crate) fn entry(self, date: &str) -> Value {
        json!({
            "id": self.0["invoice_uuid"], "date": date, "type": "Invoice", "amount": self.0["amount"],
            "description": format!("Invoice for {}", self.period().worded("%B %Y")),
            "invoice_id": self.0["invoice_id"], "invoice_uuid": self.0["invoice_uuid"],
        })
    }
}
