//! The documents of the invoice in DigitalOcean's formats. The simulator of its API serves the same
//! files.

use std::fs;
use std::path::Path;

use billing::items::KeyedItem;
use billing::matching::{Inventory, MatchCandidate};
use billing::{Summary, amount};
use chrono::{DateTime, Utc};
use domain::billing::{Charge, ItemId};
use domain::{Kind, Money, ProviderId};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Reads a file of this test's folder: the expected lines or the inventory.
pub(crate) fn fixture<T: DeserializeOwned>(name: &str) -> T {
    read("tests/april_2026", name)
}

/// Reads one of the documents that the simulator serves.
pub(crate) fn document<T: DeserializeOwned>(name: &str) -> T {
    read("../../tests/digitalocean-sim/seeds/billing/april-2026", name)
}

fn read<T: DeserializeOwned>(folder: &str, name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The expected kind of a line, and in `is` its resource with the match method, or the reason why
/// it has none.
#[derive(Deserialize)]
pub(crate) struct Expected {
    pub(crate) line: u32,
    pub(crate) kind: String,
    pub(crate) is: String,
}

#[derive(Deserialize)]
struct Resource {
    kind: Kind,
    provider_id: ProviderId,
    name: String,
    created_at: Option<DateTime<Utc>>,
    deleted_at: Option<DateTime<Utc>>,
    parent_kind: Option<Kind>,
}

#[derive(Deserialize)]
struct Resources {
    live: Vec<Resource>,
    gone: Vec<Resource>,
}

/// Reads the inventory: all live resources, and the deleted ones if `tombstones` is set.
pub(crate) fn inventory(tombstones: bool) -> Inventory {
    let Resources { live, gone } = fixture("inventory.json");
    let known = |Resource { kind, provider_id, name, created_at, deleted_at, parent_kind }| MatchCandidate {
        kind,
        provider_id,
        name,
        created_at,
        deleted_at,
        parent_kind,
    };
    live.into_iter().chain(gone.into_iter().filter(|_| tombstones)).map(known).collect()
}

#[derive(Deserialize)]
struct JsonItem {
    product: String,
    resource_id: Option<ProviderId>,
    resource_uuid: Option<ProviderId>,
    group_description: Option<String>,
    description: String,
    amount: String,
    duration: String,
    start_time: DateTime<Utc>,
    end_time: DateTime<Utc>,
    project_name: Option<String>,
    category: Option<String>,
}

#[derive(Deserialize)]
struct JsonItems {
    invoice_items: Vec<JsonItem>,
}

/// Reads the JSON items of the invoice.
pub(crate) fn items() -> Vec<KeyedItem> {
    let item = |item: JsonItem| {
        let id = ItemId { resource_id: item.resource_id, resource_uuid: item.resource_uuid };
        let charge = Charge {
            product: item.product,
            group_description: item.group_description,
            description: item.description,
            hours: Some(item.duration.parse().unwrap()),
            start: Some(item.start_time),
            end: Some(item.end_time),
            amount: Money::usd(amount::parse(&item.amount).unwrap()),
            project_name: item.project_name,
            category: item.category,
        };
        KeyedItem::new(&charge, id)
    };
    document::<JsonItems>("items.json").invoice_items.into_iter().map(item).collect()
}

/// Returns the amount of a document or of a part of it.
pub(crate) fn amount_of(document: &serde_json::Value) -> Decimal {
    amount::parse(document["amount"].as_str().unwrap()).unwrap()
}

/// Reads the amounts of the invoice's summary.
pub(crate) fn summary() -> Summary {
    let summary: serde_json::Value = document("summary.json");
    Summary {
        amount: amount_of(&summary),
        product_charges: amount_of(&summary["product_charges"]),
        overages: amount_of(&summary["overages"]),
        taxes: amount_of(&summary["taxes"]),
        credits_and_adjustments: amount_of(&summary["credits_and_adjustments"]),
    }
}
