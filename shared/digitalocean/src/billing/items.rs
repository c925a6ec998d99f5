//! The lines of an invoice, with the ids of the resources that they charge for.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::lenient_serde::{blank_text_as_none, null_as_default, required_decimal};
use crate::pages::list_item;

/// A line of an invoice. A field that DigitalOcean omits, leaves blank or sends as `null` is
/// `None`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct InvoiceItem {
    /// Product that was sold, such as `Droplets`, `Taxes` or `Credits`. DigitalOcean may add
    /// others.
    pub product: String,
    /// Id of the charged resource where it is a number, as for a droplet.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub resource_id: Option<String>,
    /// Id of the charged resource where it is a UUID.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub resource_uuid: Option<String>,
    /// Name of the group that the usage belongs to: a Kubernetes or database cluster, for a charge
    /// for its nodes.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub group_description: Option<String>,
    /// DigitalOcean's description of the charge, such as `example.com (s-1vcpu-1gb)`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub description: String,
    /// Amount of the charge in US dollars.
    #[serde(deserialize_with = "required_decimal")]
    pub amount: Decimal,
    /// Length of the usage, in `duration_unit`; zero for taxes and credits.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub duration: Option<Decimal>,
    /// Unit of the duration: `Hours`.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub duration_unit: Option<String>,
    /// Start of the usage.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub start_time: Option<DateTime<Utc>>,
    /// End of the usage, exclusive; for taxes and credits the last second of the month.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub end_time: Option<DateTime<Utc>>,
    /// Name of the resource's project at the time of the usage, not the project's id.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub project_name: Option<String>,
    /// Category of the charge: `iaas` or `paas`. DigitalOcean sends this field although its OpenAPI
    /// document does not have it (<https://github.com/digitalocean/godo/blob/main/invoices.go>).
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub category: Option<String>,
}

list_item!(InvoiceItem without id);
