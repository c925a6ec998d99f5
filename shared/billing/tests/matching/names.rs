//! Tests of matching by a name: the resource's own, its parent's or its group's.

use super::*;

fn grouped(product: &str, group: &str, description: &str) -> Charge {
    Charge { group_description: Some(group.to_owned()), ..charge(product, description) }
}

#[test]
fn a_name_finds_a_live_resource_of_its_kind() {
    let known = [
        live("droplet", "1", "Web-01.Example"),
        live("volume", "2", "data"),
        live("load_balancer", "3", "front"),
        live("k8s_cluster", "4", "cluster"),
        live("managed_db", "5", "orders"),
        live("floating_ip", "198.18.20.7", "198.18.20.7"),
        live("custom_image", "6", "base-2025.01"),
        live("uptime_check", "7", "Shop"),
        live("reserved_ipv6", "2001:db8::a1", "2001:db8::a1"),
        live("app", "8", "front"),
        live("droplet", "9", "name (with) parens"),
        live("k8s_cluster", "10", ""),
    ];
    let cases = [
        (charge("Droplets", "web-01.example (s-1vcpu-1gb)"), "droplet 1 name 95"),
        (charge("Droplets", "  WEB-01.EXAMPLE"), "droplet 1 name 95"),
        (charge("Droplets", "name (with) parens (s-1vcpu-1gb)"), "droplet 9 name 95"),
        (charge("Droplets", "name (with) parens"), "droplet 9 name 95"),
        (charge("Droplets", "data (s-1vcpu-1gb)"), "destroyed_before_first_sync"),
        (charge("Volumes", "data (10 GiB)"), "volume 2 name 95"),
        (charge("Load Balancers", "front"), "load_balancer 3 name 95"),
        (charge("Floating IPs", "Unused Floating IP - 198.18.20.7"), "floating_ip 198.18.20.7 name 95"),
        (charge("Floating IPs", "Unused Floating IP - 198.18.20.8"), "destroyed_before_first_sync"),
        (charge("Reserved IPv6", "2001:DB8:0:0::A1"), "reserved_ipv6 2001:db8::a1 name 95"),
        (charge("Custom Images", "base-2025.01"), "custom_image 6 name 95"),
        (charge("Uptime Health Check", "shop"), "uptime_check 7 name 95"),
        (charge("Droplet Backups", "web-01.example (Weekly Backup Services)"), "droplet 1 parent_name 90"),
        (charge("Droplets", "web-01.example (Weekly Backup Services)"), "droplet 1 parent_name 90"),
        (grouped("Kubernetes Clusters", "Cluster", "4 nodes - 2 GB / 1 vCPU / 50 GB SSD"), "k8s_cluster 4 group 95"),
        (grouped("Database Clusters", "orders", "2 nodes"), "managed_db 5 group 95"),
        (charge("Database Clusters", "orders (2 nodes)"), "managed_db 5 name 95"),
        (grouped("Database Clusters", "elsewhere", "orders (2 nodes)"), "managed_db 5 name 95"),
        (grouped("App Platform", "front", "web: apps-s-1vcpu-1gb"), "app 8 group 95"),
        // An empty name on a charge does not match a resource without a name.
        (grouped("Kubernetes Clusters", "", ""), "destroyed_before_first_sync"),
    ];
    for (charge, expected) in cases {
        let (product, description) = (charge.product.clone(), charge.description.clone());
        assert_eq!(found_by_name(charge, &known), expected, "{product}: {description}");
    }
}

/// The line of a backup keeps the kind of backups, although its owner is the droplet.
#[test]
fn the_kind_of_a_line_is_not_that_of_its_owner() {
    let backup = charge("Droplet Backups", "web (Weekly Backup Services)");
    let line = line(backup, ItemId::default(), &[live("droplet", "1", "web")]);
    assert_eq!(line.kind.to_string(), "droplet_backup");
    assert_eq!(line.outcome.matched().unwrap().resource.kind.as_str(), "droplet");
}

#[test]
fn a_deleted_resource_is_found_if_it_existed_at_the_time() {
    let web = || live("droplet", "1", "web");
    let short = |from, until| Charge { start: Some(from), end: Some(until), ..charge("Droplets", "web (s-1vcpu-1gb)") };
    let cases = [
        (short(april(1, 0), april(9, 12)), vec![gone(web(), april(9, 13))], "droplet 1 name 90 gone"),
        (short(april(10, 0), april(11, 0)), vec![gone(web(), april(9, 13))], "destroyed_before_first_sync"),
        // The droplet was recreated with the same name: each line belongs to the one that existed
        // at the time.
        (
            short(april(1, 0), april(9, 12)),
            vec![
                gone(web(), april(9, 13)),
                MatchCandidate { created_at: Some(april(9, 14)), ..live("droplet", "2", "web") },
            ],
            "droplet 1 name 90 gone",
        ),
        (
            short(april(9, 14), april(30, 0)),
            vec![
                gone(web(), april(9, 13)),
                MatchCandidate { created_at: Some(april(9, 14)), ..live("droplet", "2", "web") },
            ],
            "droplet 2 name 95",
        ),
        // Only a later droplet is in the inventory.
        (
            short(april(1, 0), april(9, 12)),
            vec![MatchCandidate { created_at: Some(april(9, 14)), ..live("droplet", "2", "web") }],
            "destroyed_before_first_sync",
        ),
    ];
    for (charge, known, expected) in cases {
        assert_eq!(found_by_name(charge, &known), expected, "{known:?}");
    }
}

#[test]
fn an_ambiguity_is_no_match() {
    let twins = [live("droplet", "1", "web"), live("droplet", "2", "web")];
    assert_eq!(found_by_name(charge("Droplets", "web (s-1vcpu-1gb)"), &twins), "name_variance");
    assert_eq!(found_by_name(charge("Droplet Backups", "web (Weekly Backup Services)"), &twins), "name_variance");
    assert_eq!(found(charge("Droplets", "web (s-1vcpu-1gb)"), item("2", ""), &twins), "droplet 2 id 100");
}

/// An old CSV without times is matched within the invoice's month.
#[test]
fn a_charge_without_times_covers_its_month() {
    let timeless = || Charge { start: None, end: None, ..charge("Droplets", "web (s-1vcpu-1gb)") };
    let cases = [
        (vec![MatchCandidate { created_at: Some(april(20, 0)), ..live("droplet", "1", "web") }], "droplet 1 name 95"),
        (
            vec![MatchCandidate { created_at: Some(year(2026)), ..live("droplet", "1", "web") }],
            "destroyed_before_first_sync",
        ),
        (vec![gone(live("droplet", "1", "web"), april(2, 0))], "droplet 1 name 90 gone"),
        (vec![gone(live("droplet", "1", "web"), year(2025))], "destroyed_before_first_sync"),
    ];
    for (known, expected) in cases {
        assert_eq!(found_by_name(timeless(), &known), expected, "{known:?}");
    }
}
