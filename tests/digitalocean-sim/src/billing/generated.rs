//! Invoices of any length. Each line is computed from its number and the seed when it is read, so
//! that no line has to be kept in memory.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Period, completed, money};

/// The generated lines of a month. The same seed always gives the same lines.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Generated {
    pub(crate) lines: usize,
    pub(crate) seed: u64,
    pub(crate) period: Period,
}

/// Generated lines as a seed file describes them.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Generate {
    pub(crate) lines: usize,
    #[serde(default)]
    pub(crate) seed: u64,
}

pub(crate) struct GeneratedLine {
    index: usize,
    random: u64,
    cents: u32,
}

/// Product, text after the resource name, and frequency in thousandths of all lines.
const PRODUCTS: [(&str, &str, u64); 6] = [
    ("Droplets", " (s-1vcpu-1gb)", 550),
    ("Droplet Backups", " (Weekly Backup Services)", 200),
    ("Droplet Snapshots", "-2026-01-01 (ams3) 4.02GB Droplet Snapshot", 100),
    ("Volumes", "-data (25 GiB)", 100),
    ("Load Balancers", "-lb", 40),
    // All lines of this product have the same text and price.
    ("Uptime Health Check", "", 10),
];

impl Generated {
    pub(crate) fn line(&self, index: usize) -> GeneratedLine {
        let random = mix64(self.seed.wrapping_add(mix64(index as u64)));
        // Prices range from one cent to ten dollars.
        let cents = u32::try_from(random % 1000).unwrap_or_default() + 1;
        GeneratedLine { index, random: random >> 16, cents }
    }

    pub(crate) fn sum(&self) -> Decimal {
        let cents: u64 = (0..self.lines).map(|index| u64::from(self.line(index).priced())).sum();
        Decimal::from(cents) / Decimal::ONE_HUNDRED
    }
}

impl GeneratedLine {
    /// Returns the product, and the text that follows the resource name.
    fn product_and_suffix(&self) -> (&'static str, &'static str) {
        let mut remaining = self.random % 1000;
        for (product, suffix, frequency) in PRODUCTS {
            if remaining < frequency {
                return (product, suffix);
            }
            remaining -= frequency;
        }
        ("Droplets", " (s-1vcpu-1gb)")
    }

    fn priced(&self) -> u32 {
        if self.product_and_suffix().0 == "Uptime Health Check" { 100 } else { self.cents }
    }

    pub(crate) fn product(&self) -> &'static str {
        self.product_and_suffix().0
    }

    pub(crate) fn amount(&self) -> Decimal {
        Decimal::from(self.priced()) / Decimal::ONE_HUNDRED
    }

    /// The invoice item as DO shows it. Only lines of droplets have a `resource_id`.
    pub(crate) fn item(&self, period: Period) -> Value {
        let (product, suffix) = self.product_and_suffix();
        let (tenant, amount) = (self.random >> 10, money(self.amount()));
        let tenant = tenant % 1000;
        let mut item = serde_json::Map::new();
        item.insert("product".to_owned(), json!(product));
        if product == "Uptime Health Check" {
            item.insert("description".to_owned(), json!("Additional uptime check"));
        } else {
            let name = format!("web-{:05}.t{tenant:03}.example{suffix}", self.index);
            item.insert("description".to_owned(), json!(name));
            item.insert("project_name".to_owned(), json!(format!("T{tenant:03}")));
        }
        if product == "Droplets" {
            item.insert("resource_id".to_owned(), json!((500_000_000 + self.index).to_string()));
        }
        item.insert("amount".to_owned(), json!(amount));
        completed(item, period)
    }
}

/// The finalizer of `SplitMix64`: equal numbers give equal results, and neighbouring numbers give
/// unrelated ones.
pub(crate) fn mix64(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
