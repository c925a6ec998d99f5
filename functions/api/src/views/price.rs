//! The representation of money.

use domain::{Currency, Money};
use serde::Serialize;
use utoipa::ToSchema;

/// An amount of money: an exact decimal as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Money)]
pub struct Price {
    /// Amount in whole units of the currency, with at least two decimals.
    #[schema(example = "12.34")]
    pub amount: String,
    /// Currency code according to ISO 4217.
    #[schema(example = "USD")]
    pub currency: &'static str,
}

impl From<Money> for Price {
    fn from(money: Money) -> Self {
        let currency = match money.currency {
            Currency::Usd => "USD",
        };
        Self { amount: money.amount.to_string(), currency }
    }
}
