//! An invoice as the simulator stores it, and the documents that DO shows of it.

use serde_json::{Map, Value, json};

use super::lines::Lines;
use super::{Generate, Generated, Period, csv, summary};
use crate::content::Content;
use crate::model::profile::Profile;

/// Stored fields of an invoice that the list does not show.
const UNLISTED: [&str; 5] = ["preview", "items", "generate", "csv", "summary"];

/// An invoice as it is stored: the fields that lists show, and those of [`UNLISTED`].
#[derive(Clone, Copy)]
pub(crate) struct Invoice<'a>(pub(crate) &'a Value);

impl<'a> Invoice<'a> {
    pub(crate) fn is_preview(self) -> bool {
        self.0["preview"] == true
    }

    pub(crate) fn period(self) -> Period {
        let text = self.0["invoice_period"].as_str().unwrap_or_default();
        Period::read(text).unwrap_or_else(|_| Period::of(chrono::DateTime::UNIX_EPOCH))
    }

    /// The invoice as the list shows it (OpenAPI `schemas/invoice_preview`).
    pub(crate) fn listed(self) -> Value {
        let fields = self.0.as_object().into_iter().flatten().filter(|(name, _)| !UNLISTED.contains(&name.as_str()));
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
            Some(text) => Content::Buffered(text.as_bytes().to_vec()),
            None => csv::of(self.period(), &self.lines()),
        }
    }

    pub(crate) fn summary(self, profile: &Profile) -> Value {
        match &self.0["summary"] {
            Value::Null => summary::of(self.0, &self.lines(), profile),
            given => given.clone(),
        }
    }

    /// The name of the invoice's file (OpenAPI `headers/content-disposition`). DO does not document
    /// the meaning of the first number; the simulator uses the profile's `owner_id`.
    pub(crate) fn file_name(self, profile: &Profile, extension: &str) -> String {
        let (month, id) = (self.period().formatted("%Y %b"), self.0["invoice_id"].as_str().unwrap_or_default());
        format!("DigitalOcean Invoice {month} ({}-{id}).{extension}", profile.owner_id)
    }

    /// The invoice's entry in the billing history (OpenAPI `responses/billing_history`).
    pub(crate) fn entry(self, date: &str) -> Value {
        json!({
            "id": self.0["invoice_uuid"], "date": date, "type": "Invoice", "amount": self.0["amount"],
            "description": format!("Invoice for {}", self.period().formatted("%B %Y")),
            "invoice_id": self.0["invoice_id"], "invoice_uuid": self.0["invoice_uuid"],
        })
    }
}
