//! Tests of the reasons of lines without an owner.

use super::*;
use billing::{LineTally, rematch};

#[test]
fn every_unmatched_line_has_a_reason() {
    let cases = [
        ("Taxes", "GST (9.00%)", "tax"),
        ("Credits", "DigitalOcean Credit Applied", "credit"),
        ("Refunds", "", "credit"),
        ("Adjustments", "", "credit"),
        ("Spaces Subscription", "Spaces ($5/mo 250GB storage & 1TB bandwidth)", "account_level"),
        ("Bandwidth", "Bandwidth overage", "account_level"),
        ("Container Registry Subscription", "Basic", "account_level"),
        ("Spaces", "media", "account_level"),
        ("Droplets", "web (s-1vcpu-1gb)", "destroyed_before_first_sync"),
        ("Droplet Snapshots", "web", "destroyed_before_first_sync"),
        ("Quantum Computers", "qubit", "unknown_product"),
    ];
    let mut tally = LineTally::default();
    for (product, description, expected) in cases {
        let line = line(charge(product, description), ItemId::default(), &[]);
        tally.add(&line);
        assert_eq!(found_by_name(charge(product, description), &[]), expected, "{product}");
    }
    assert_eq!((tally.counts.lines, tally.counts.matched, tally.counts.explained), (11, 0, 10));
    assert_eq!(tally.counts.unexplained(), 1);
    assert_eq!(tally.unknown_products.into_iter().collect::<Vec<_>>(), [("Quantum Computers".to_owned(), 1)]);
    assert_eq!(tally.reasons.values().sum::<u32>(), 11);
    assert_eq!(tally.sum, Decimal::new(6600, 2));
}

/// Neither a name nor an id gives a tax or a credit an owner.
#[test]
fn a_tax_has_no_owner() {
    let known = [live("droplet", "1", "GST (9.00%)"), live("tax", "2", "GST (9.00%)")];
    assert_eq!(found(charge("Taxes", "GST (9.00%)"), item("2", ""), &known), "tax");
}

#[test]
fn an_account_level_product_matches_a_known_resource() {
    let known = [live("spaces_bucket", "media", "media"), live("container_registry", "acme", "acme")];
    assert_eq!(found_by_name(charge("Spaces", "media"), &known), "spaces_bucket media name 95");
    assert_eq!(
        found_by_name(charge("Container Registry Subscription", "Acme (Basic)"), &known),
        "container_registry acme name 95"
    );
}

#[test]
fn a_rematch_uses_the_current_inventory() {
    let period = Period::new("2026-04").unwrap();
    let before = line(charge("Droplets", "web (s-1vcpu-1gb)"), item("7", ""), &[]);
    let current: Inventory = [live("droplet", "7", "web")].into_iter().collect();
    assert_eq!(rematch(&before, period, &Inventory::default()), before.outcome);
    let after = rematch(&before, period, &current);
    assert_eq!(after.matched().unwrap().resource.provider_id.as_str(), "7");
}

/// The stored record keeps all fields of a line, and the ids that a rematch needs.
#[test]
fn a_line_survives_serialisation() {
    let known = [live("droplet", "7", "web")];
    let unknown = Charge { start: None, end: None, hours: None, ..charge("Quantum Computers", "qubit") };
    let lines = [
        line(charge("Droplets", "web (s-1vcpu-1gb)"), item("7", ""), &known),
        line(charge("Taxes", "GST (9.00%)"), ItemId::default(), &known),
        line(unknown, ItemId::default(), &known),
    ];
    for line in lines {
        let text = serde_json::to_string(&line).unwrap();
        assert_eq!(serde_json::from_str::<CostLine>(&text).unwrap(), line, "{text}");
    }
}
