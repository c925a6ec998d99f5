//! DigitalOcean's list prices that its API does not return, each a constant in the file of its
//! kind.
//!
//! They are prices for a month, in US dollars, before discounts and taxes. They are shown beside a
//! resource and are never used for an invoice. Prices that the API returns itself (a droplet's
//! size, a registry's subscription) are taken from there and need no constant.
//!
//! Amounts are exact, not rounded: 2.36 GB of snapshot is `0.1416`. Rounding is left to the code
//! that displays an amount or a sum.
//!
//! Each price has a link to the page that publishes it. The pages for load balancers, snapshots,
//! custom images and Kubernetes were read in copies; the copy of the load balancer page is from
//! February 2025. The prices of volumes and of reserved IPs, and $12 for a load balancer's node,
//! are as quoted from their pages in 2026. Prices that could not be verified (NAT gateways, a
//! bucket's share of Spaces) are left out, not guessed.

use chrono::NaiveDate;
use domain::Money;
use rust_decimal::Decimal;

/// The date of the last comparison of these prices with what DigitalOcean publishes.
pub const AS_OF: Option<NaiveDate> = NaiveDate::from_ymd_opt(2026, 11, 24);

/// The list price of one unit of something for a month.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UnitPrice(Decimal);

impl UnitPrice {
    /// Creates a price of this many US cents.
    pub(crate) const fn cents(cents: u32) -> Self {
        Self(Decimal::from_parts(cents, 0, 0, false, 2))
    }

    /// Creates a price of this many US dollars.
    pub(crate) const fn dollars(dollars: u32) -> Self {
        Self(Decimal::from_parts(dollars, 0, 0, false, 0))
    }

    /// Returns the price of this many units.
    pub(crate) fn times(self, units: impl Into<Decimal>) -> Money {
        Money::usd(self.0.saturating_mul(units.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_exact() {
        let (volume, snapshot, node) = (UnitPrice::cents(10), UnitPrice::cents(6), UnitPrice::dollars(12));
        let cases = [
            (volume.times(1), "0.10"),
            (volume.times(100), "10.00"),
            (volume.times(16_384), "1638.40"),
            (volume.times(0), "0.00"),
            (snapshot.times(Decimal::new(236, 2)), "0.1416"),
            (snapshot.times(50), "3.00"),
            (snapshot.times(Decimal::new(25, 1)), "0.15"),
            (node.times(1), "12.00"),
            (node.times(6), "72.00"),
        ];
        for (price, dollars) in cases {
            assert_eq!(price.amount.to_string(), dollars);
        }
    }

    #[test]
    fn the_table_has_a_date() {
        assert!(AS_OF.is_some());
    }
}
