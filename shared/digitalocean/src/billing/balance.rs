//! The amount that the account owes.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::lenient_serde::required_decimal;

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
