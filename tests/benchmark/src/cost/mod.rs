//! What a month costs, everything included. Pure: from what was measured, what the template deploys, prices and assumptions.

pub(crate) mod assumptions;
mod load;
mod prices;
mod rounds;
mod template;

use serde::Serialize;

pub(crate) use load::{Load, naive};
pub(crate) use prices::{AS_OF, PRICES};
pub(crate) use template::{TEXT as TEMPLATE, Template};

use prices::Price;

/// One line of the bill.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Item {
    pub(crate) name: &'static str,
    /// How much of it, in the price's unit.
    pub(crate) quantity: f64,
    pub(crate) unit: &'static str,
    /// US dollars.
    pub(crate) amount: f64,
    /// What is left to pay of it where nothing else uses the account's free tier.
    pub(crate) with_free_tier: f64,
}

impl Item {
    fn new(price: &Price, quantity: f64) -> Self {
        Self {
            name: price.name,
            quantity,
            unit: price.unit,
            amount: quantity * price.usd,
            with_free_tier: (quantity - price.free).max(0.0) * price.usd,
        }
    }
}

/// The bill of a month.
#[must_use]
pub(crate) fn bill(load: &Load, template: &Template) -> Vec<Item> {
    let quantities = load.quantities(template);
    PRICES.iter().zip(quantities).map(|(price, quantity)| Item::new(price, quantity)).collect()
}

/// The sum of a bill.
pub(crate) fn sum(items: &[Item], of: impl Fn(&Item) -> f64) -> f64 {
    items.iter().map(of).sum()
}
