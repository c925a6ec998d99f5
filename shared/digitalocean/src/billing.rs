//! What the account owes, was billed and has paid. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Billing>
//!
//! Amounts are US dollars, exact, and negative where DigitalOcean gives something. All of it needs scope `billing:read`, and all
//! resources are on an invoice whatever else the token may see.

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

/// Stands for the UUID of an invoice where the running month's is meant, which DigitalOcean writes anew every day.
pub const PREVIEW: &str = "preview";

/// Calls on billing.
#[derive(Clone, Copy, Debug)]
pub struct Billing<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on billing.
    #[must_use]
    pub fn billing(&self) -> Billing<'_> {
        Billing { client: self }
    }
}

impl Billing<'_> {
    /// `GET /v2/customers/my/balance`, scope `billing:read`.
    ///
    /// # Errors
    /// Any [`Error`] of a call.
    pub async fn balance(&self) -> Result<Balance, Error> {
        self.client.get_unwrapped(&BALANCE, &[], &[]).await
    }
}

/// What the account owes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// What is owed with the usage of the running month: the two amounts below together.
    #[serde(deserialize_with = "required_decimal")]
    pub month_to_date_balance: Decimal,
    /// What is owed of what was billed; negative where credit is left.
    #[serde(deserialize_with = "required_decimal")]
    pub account_balance: Decimal,
    /// The usage of the running month.
    #[serde(deserialize_with = "required_decimal")]
    pub month_to_date_usage: Decimal,
    /// When DigitalOcean worked it out.
    pub generated_at: DateTime<Utc>,
}

/// The key of an item without an id: a digest of all that it says.
fn digest(item: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    item.hash(&mut hasher);
    hasher.finish()
}
