//! Money.

use domain::{Currency, Money};
use serde::Serialize;
use utoipa::ToSchema;

/// An amount of money: exact decimal, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Money)]
pub struct Price {
    /// The amount in whole units of the currency, with at least two decimals.
    #[schema(example = "12.34")]
    pub amount: String,
    /// The currency, ISO 4217.
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
