//! Exact decimal money.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The currency of an amount. DigitalOcean bills in US dollars only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
pub enum Currency {
    /// The US dollar, written as `USD`.
    #[default]
    #[serde(rename = "USD")]
    Usd,
}

/// An amount of money: an exact decimal, serialised as text
/// (`{"amount": "12.34", "currency": "USD"}`), never a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(utoipa::ToSchema),
    schema(description = "An amount of money: an exact decimal as text.")
)]
pub struct Money {
    /// Amount in whole units of the currency, with at least two decimals.
    #[cfg_attr(feature = "schema", schema(value_type = String, example = "12.34"))]
    #[serde(with = "rust_decimal::serde::str")]
    pub amount: Decimal,
    /// Currency code according to ISO 4217.
    #[cfg_attr(feature = "schema", schema(value_type = String, example = "USD"))]
    pub currency: Currency,
}

impl Money {
    /// Creates an amount in US dollars, with at least two decimals (`6` becomes `6.00`) and no
    /// digit of the given amount lost.
    #[must_use]
    pub fn usd(amount: Decimal) -> Self {
        let mut amount = amount.normalize();
        if amount.scale() < 2 {
            amount.rescale(2);
        }
        Self { amount, currency: Currency::Usd }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dollars_show_cents() {
        let json = serde_json::to_string(&Money::usd(Decimal::from(6))).unwrap();
        assert_eq!(json, r#"{"amount":"6.00","currency":"USD"}"#);
        assert_eq!(Money::usd(Decimal::new(893, 5)).amount.to_string(), "0.00893");
    }

    proptest! {
        #[test]
        fn money_round_trips_through_text(units in any::<i64>(), scale in 0u32..9) {
            let money = Money::usd(Decimal::new(units, scale));
            prop_assert_eq!(money.amount, Decimal::new(units, scale));
            let text = serde_json::to_string(&money).unwrap();
            prop_assert_eq!(serde_json::from_str::<Money>(&text).unwrap(), money);
        }
    }
}
