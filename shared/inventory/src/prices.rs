//! DigitalOcean's list prices that its API does not return.
//!
//! They are prices for a month, in US dollars, before discounts and taxes. They are shown beside a
//! resource and are never used for an invoice. Prices that the API returns itself (a droplet's
//! size, a registry's subscription) are taken from there and are not in this table.
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

/// A GiB of volume: $0.10. <https://docs.digitalocean.com/products/volumes/details/pricing/>
const VOLUME_GIB: Decimal = Decimal::from_parts(10, 0, 0, false, 2);

/// A GB (droplet) or GiB (volume) of snapshot: $0.06.
/// <https://docs.digitalocean.com/products/snapshots/details/pricing/>
const SNAPSHOT_GB: Decimal = Decimal::from_parts(6, 0, 0, false, 2);

/// A GB of custom image: $0.06.
/// <https://docs.digitalocean.com/products/custom-images/details/pricing/>
const CUSTOM_IMAGE_GB: Decimal = Decimal::from_parts(6, 0, 0, false, 2);

/// A node of a regional HTTP load balancer: $12.
/// <https://docs.digitalocean.com/products/networking/load-balancers/details/pricing/>
const LOAD_BALANCER_NODE: Decimal = Decimal::from_parts(12, 0, 0, false, 0);

/// A node of a regional network load balancer: $15. Published as [`LOAD_BALANCER_NODE`] is.
const NETWORK_LOAD_BALANCER_NODE: Decimal = Decimal::from_parts(15, 0, 0, false, 0);

/// A global load balancer: $15, and more beyond 25 million requests or 1 TB. Published as
/// [`LOAD_BALANCER_NODE`] is.
const GLOBAL_LOAD_BALANCER: Decimal = Decimal::from_parts(15, 0, 0, false, 0);

/// A reserved IPv4 address that is assigned to no droplet: $0.01 an hour up to $5 a month.
/// <https://docs.digitalocean.com/products/networking/reserved-ips/details/pricing/>
const UNASSIGNED_RESERVED_IP: Decimal = Decimal::from_parts(5, 0, 0, false, 0);

/// A highly available control plane: $40, prorated by the hour.
/// <https://docs.digitalocean.com/products/kubernetes/details/pricing/>
const HA_CONTROL_PLANE: Decimal = Decimal::from_parts(40, 0, 0, false, 0);

/// Returns the price of a volume by its size in GiB. An attached volume costs the same as a
/// detached one.
#[must_use]
pub fn volume(size_gigabytes: u64) -> Money {
    Money::usd(VOLUME_GIB.saturating_mul(size_gigabytes.into()))
}

/// Returns the price of a snapshot of a droplet (GB) or a volume (GiB), by the size that the API
/// returns. The number of its regions does not change the price.
///
/// DigitalOcean bills at least $0.01 for a snapshot. That is a rule of its invoices, which this
/// list price does not follow.
#[must_use]
pub fn snapshot(size_gigabytes: Decimal) -> Money {
    Money::usd(SNAPSHOT_GB.saturating_mul(size_gigabytes))
}

/// Returns the price of a custom image by its size in GB. The number of its regions does not change
/// the price.
#[must_use]
pub fn custom_image(size_gigabytes: Decimal) -> Money {
    Money::usd(CUSTOM_IMAGE_GB.saturating_mul(size_gigabytes))
}

/// Returns the price of a load balancer of type `REGIONAL` by its number of nodes.
#[must_use]
pub fn load_balancer(size_unit: u32) -> Money {
    Money::usd(LOAD_BALANCER_NODE.saturating_mul(size_unit.into()))
}

/// Returns the price of a load balancer of type `REGIONAL_NETWORK` by its number of nodes.
#[must_use]
pub fn network_load_balancer(size_unit: u32) -> Money {
    Money::usd(NETWORK_LOAD_BALANCER_NODE.saturating_mul(size_unit.into()))
}

/// Returns the price of a load balancer of type `GLOBAL`, which has no nodes. Usage beyond its
/// allowance is not included.
#[must_use]
pub fn global_load_balancer() -> Money {
    Money::usd(GLOBAL_LOAD_BALANCER)
}

/// Returns the price of a reserved (floating) IPv4 address that is assigned to no droplet. An
/// assigned address is free, and a reserved IPv6 address always is.
#[must_use]
pub fn unassigned_reserved_ip() -> Money {
    Money::usd(UNASSIGNED_RESERVED_IP)
}

/// Returns the surcharge for the `ha` option of a Kubernetes cluster. A control plane without it is
/// free.
#[must_use]
pub fn ha_control_plane() -> Money {
    Money::usd(HA_CONTROL_PLANE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_exact() {
        let cases = [
            (volume(1), "0.10"),
            (volume(100), "10.00"),
            (volume(16_384), "1638.40"),
            (volume(0), "0.00"),
            (snapshot(Decimal::new(236, 2)), "0.1416"),
            (snapshot(Decimal::from(50)), "3.00"),
            (custom_image(Decimal::new(25, 1)), "0.15"),
            (load_balancer(1), "12.00"),
            (load_balancer(6), "72.00"),
            (network_load_balancer(2), "30.00"),
            (global_load_balancer(), "15.00"),
            (unassigned_reserved_ip(), "5.00"),
            (ha_control_plane(), "40.00"),
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
