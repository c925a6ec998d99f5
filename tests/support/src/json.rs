//! Money and invoices in the JSON of the APIs.

use serde_json::{Value, json};

/// Returns an amount in US dollars, for example `usd("9.20")`.
#[must_use]
pub fn usd(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "USD" })
}

/// Returns the demo account's invoice of April 2026, which was written by hand, for the simulator's
/// list `invoices`.
///
/// # Panics
/// Panics when the simulator's seed is not as expected.
#[must_use]
pub fn april_invoice() -> Value {
    let read = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../digitalocean-sim/seeds/billing/april-2026/");
        std::fs::read_to_string(format!("{folder}{name}")).expect("a file of the seed")
    };
    let document = |name: &str| serde_json::from_str::<Value>(&read(name)).expect("JSON");
    let mut invoice = document("invoice.json");
    invoice["issued_at"] = document("history.json")["date"].take();
    invoice["items"] = document("items.json")["invoice_items"].take();
    invoice["summary"] = document("summary.json");
    invoice["csv"] = read("invoice.csv").into();
    invoice
}
