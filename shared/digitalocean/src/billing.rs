//! The account's balance, billing history and invoices.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Billing>
//!
//! Amounts are exact, in US dollars, and negative for credits. Every call needs scope
//! `billing:read`. An invoice lists all resources of the account, including those that the token
//! may not read otherwise.

mod history;
mod invoices;
mod items;
mod summary;

use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use history::{BillingHistoryEntry, BillingHistoryType};
pub use invoices::{Invoice, InvoicePreview};
pub use items::InvoiceItem;
pub use summary::{InvoiceCharges, InvoiceProduct, InvoiceSummary};

use crate::lenient_serde::required_decimal;
use crate::operation::Operation;
use crate::{Client, Error};

static BALANCE: Operation = Operation::get("/v2/customers/my/balance", SCOPE);

const SCOPE: &str = "billing:read";

/// Stands in place of an invoice's UUID for the preview of the running month, which DigitalOcean
/// rewrites every day.
pub const PREVIEW: &str = "preview";

/// The API calls for billing, from [`Client::billing`].
#[derive(Clone, Copy, Debug)]
pub struct Billing<'a> {
    client: &'a Client,
}

impl Client {
    /// Returns the API calls for billing.
    #[must_use]
    pub fn billing(&self) -> Billing<'_> {
        Billing { client: self }
    }
}

impl Billing<'_> {
    /// Reads the account's balance: `GET /v2/customers/my/balance`, scope `billing:read`.
    ///
    /// # Errors
    /// Any [`Error`] of a call.
    pub async fn balance(&self) -> Result<Balance, Error> {
        self.client.get_unwrapped(&BALANCE, &[], &[]).await
    }
}

/// The amount that the account owes, in US dollars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// Amount owed including the usage of the running month: the sum of the two amounts below.
    #[serde(deserialize_with = "required_decimal")]
    pub month_to_date_balance: Decimal,
    /// Amount owed from past invoices; negative when credit is left.
    #[serde(deserialize_with = "required_decimal")]
    pub account_balance: Decimal,
    /// Usage of the running month.
    #[serde(deserialize_with = "required_decimal")]
    pub month_to_date_usage: Decimal,
    /// Time at which DigitalOcean computed the balance.
    pub generated_at: DateTime<Utc>,
}

/// Computes the key of an item without an id: a digest of all its fields.
fn digest(item: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    item.hash(&mut hasher);
    hasher.finish()
}
