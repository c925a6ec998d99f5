//! Invoices of any length: each line is made from its number and the seed when it is shown, so that none is held.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Period, completed, money};

/// So many lines of a month, the same for the same seed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Generated {
    pub(crate) lines: usize,
    pub(crate) seed: u64,
    pub(crate) period: Period,
}

/// Its seed form.
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

/// The words of a line: its product, what is after its name, and in thousandths how often it comes.
const WORDS: [(&str, &str, u64); 6] = [
    ("Droplets", " (s-1vcpu-1gb)", 550),
    ("Droplet Backups", " (Weekly Backup Services)", 200),
    ("Droplet Snapshots", "-2026-01-01 (ams3) 4.02GB Droplet Snapshot", 100),
    ("Volumes", "-data (25 GiB)", 100),
    ("Load Balancers", "-lb", 40),
    // Every one like the other.
    ("Uptime Health Check", "", 10),
];

impl Generated {
    pub(crate) fn line(&self, index: usize) -> GeneratedLine {
        let random = mixed(self.seed.wrapping_add(mixed(index as u64)));
        // A cent to ten dollars.
        let cents = u32::try_from(random % 1000).unwrap_or_default() + 1;
        GeneratedLine { index, random: random >> 16, cents }
    }

    pub(crate) fn sum(&self) -> Decimal {
        let cents: u64 = (0..self.lines).map(|index| u64::from(self.line(index).priced())).sum();
        Decimal::from(cents) / Decimal::ONE_HUNDRED
    }
}

impl GeneratedLine {
    /// The product and what is after the name.
    fn words(&self) -> (&'static str, &'static str) {
        let mut place = self.random % 1000;
        for (product, rest, often) in WORDS {
            if place < often {
                return (product, rest);
            }
            place -= often;
        }
        ("Droplets", " (s-1vcpu-1gb)")
    }

    fn priced(&self) -> u32 {
        if self.words().0 == "Uptime Health Check" { 100 } else { self.cents }
    }

    pub(crate) fn product(&self) -> &'static str {
        self.words().0
    }

    pub(crate) fn amount(&self) -> Decimal {
        Decimal::from(self.priced()) / Decimal::ONE_HUNDRED
    }

    /// The item as DO shows it. A line may have an id or not, whatever its product.
    pub(crate) fn item(&self, period: Period) -> Value {
        let (product, rest) = self.words();
        let (tenant, amount) = (self.random >> 10, money(self.amount()));
        let tenant = tenant % 1000;
        let mut item = serde_json::Map::new();
        item.insert("product".to_owned(), json!(product));
        if product == "Uptime Health Check" {
            item.insert("description".to_owned(), json!("Additional uptime check"));
        } else {
            let name = format!("web-{:05}.t{tenant:03}.example{rest}", self.index);
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

/// The finaliser of `SplitMix64`: equal numbers give equal ones, neighbours give strangers.
pub(crate) fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
