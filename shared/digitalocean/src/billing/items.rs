//! The lines of an invoice, with the ids of what they are for.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Billing, SCOPE, digest};
use crate::lenient_serde::{blank_text_as_none, null_as_default, required_decimal};
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};

static LIST: Operation = Operation::get("/v2/customers/my/invoices/{}", SCOPE);

impl Billing<'_> {
    /// `GET /v2/customers/my/invoices/{uuid}`, scope `billing:read`: every line of an invoice, or of the
    /// [`PREVIEW`](super::PREVIEW). An invoice may have many: [`Pages::collect_all_as`] keeps of each only what is wanted.
    ///
    /// Lines have no id and several may say the very same, so nothing tells a line that moved to the next page from another one. An
    /// invoice does not change. The preview does, once a day: a list of several pages is read again when its total changes meanwhile,
    /// and [`Pages::confirmed`] notices a change that leaves the total as it was.
    pub fn invoice_items(&self, uuid: &str) -> Pages<InvoiceItem> {
        Pages::new(self.client, &LIST, &[uuid], "invoice_items")
    }
}

/// A line of an invoice. What DigitalOcean leaves out, leaves blank or sends as `null` is `None`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct InvoiceItem {
    /// What was sold, such as `Droplets`, `Taxes` or `Credits`. The set is open.
    pub product: String,
    /// The id of what was used, where that is a number: a droplet's.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub resource_id: Option<String>,
    /// The id of what was used, where that is a UUID.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub resource_uuid: Option<String>,
    /// The name of what usage was grouped under: the cluster of Kubernetes nodes or of a database.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub group_description: Option<String>,
    /// What it is for, in DigitalOcean's words, such as `example.com (s-1vcpu-1gb)`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub description: String,
    /// What it costs.
    #[serde(deserialize_with = "required_decimal")]
    pub amount: Decimal,
    /// For how long it was used; zero for taxes and credits.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub duration: Option<Decimal>,
    /// What the duration counts: `Hours`.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub duration_unit: Option<String>,
    /// When the usage began.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub start_time: Option<DateTime<Utc>>,
    /// When it ended: the moment after it, or for taxes and credits the last second of the month.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub end_time: Option<DateTime<Utc>>,
    /// The project's name at the time, not its id.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub project_name: Option<String>,
    /// `iaas` or `paas`. DigitalOcean sends it although its OpenAPI document does not have it
    /// (<https://github.com/digitalocean/godo/blob/main/invoices.go>).
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub category: Option<String>,
}

impl ListItem for InvoiceItem {
    const HAS_ID: bool = false;

    type Key = u64;

    fn key(&self) -> u64 {
        digest(self)
    }
}
