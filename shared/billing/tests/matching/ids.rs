//! Tests of matching by the id of the JSON item.

use super::*;

const UUID: &str = "6f1d2c8e-088a-4d3e-9a57-30b5c4d7e611";

#[test]
fn an_id_is_certain() {
    let known = [
        live("droplet", "1", "web"),
        gone(live("droplet", "2", "web"), april(20, 0)),
        live("droplet_backup", "3", "web- 2026-04-01"),
        live("volume", UUID, "data"),
        live("snapshot", "1", "not the droplet of that number"),
    ];
    let cases = [
        // (product, description, resource_id, resource_uuid, found)
        ("Droplets", "renamed (s-1vcpu-1gb)", "1", "", "droplet 1 id 100"),
        ("Droplets", "web (s-1vcpu-1gb)", "2", "", "droplet 2 id 100 gone"),
        ("Droplet Backups", "web (Weekly Backup Services)", "1", "", "droplet 1 id 100"),
        ("Volumes", "renamed", "", UUID, "volume 6f1d2c8e-088a-4d3e-9a57-30b5c4d7e611 id 100"),
        // An example in DigitalOcean's documentation has both ids.
        ("Volumes", "renamed", "77", UUID, "volume 6f1d2c8e-088a-4d3e-9a57-30b5c4d7e611 id 100"),
        // No rule covers the product, but the UUID is known. A numeric id is not enough, because it
        // may belong to any kind.
        ("Quantum Disks", "data", "", UUID, "volume 6f1d2c8e-088a-4d3e-9a57-30b5c4d7e611 id 100"),
        ("Quantum Disks", "data", "1", "", "unknown_product"),
    ];
    for (product, description, id, uuid, expected) in cases {
        assert_eq!(found(charge(product, description), item(id, uuid), &known), expected, "{product}: {description}");
    }
}

#[test]
fn a_name_does_not_overrule_a_droplets_id() {
    let known = [live("droplet", "1", "web")];
    assert_eq!(found(charge("Droplets", "web"), item("2", ""), &known), "destroyed_before_first_sync");
    // The meaning of the ids of other products is not documented, so for these the name is used as
    // well.
    let known = [live("volume", UUID, "data"), live("droplet", "1", "web")];
    let other = "00000000-088a-4d3e-9a57-30b5c4d7e611";
    assert_eq!(
        found(charge("Volumes", "data"), item("", other), &known),
        "volume 6f1d2c8e-088a-4d3e-9a57-30b5c4d7e611 name 95"
    );
    let backup = charge("Droplet Backups", "web (Weekly Backup Services)");
    assert_eq!(found(backup, item("99", ""), &known), "droplet 1 parent_name 90");
}

#[test]
fn a_reused_id_matches_the_live_resource() {
    let known = [
        gone(live("volume", UUID, "older"), year(2025)),
        live("volume", UUID, "data"),
        gone(live("volume", UUID, "oldest"), year(2024)),
    ];
    let line = line(charge("Volumes", "data"), item("", UUID), &known);
    assert_eq!(line.outcome.matched().unwrap().resource.name, "data");
}
