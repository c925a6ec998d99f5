use serde_json::json;

use crate::{check, days_ago, price_and_since};

#[test]
fn an_unattached_volume_is_found() {
    let size = |droplets: &[&str]| json!({ "attrs": { "size_gigabytes": 100, "droplet_ids": droplets } });
    let cases = [
        (size(&[]), Some("The volume of 100 GiB is attached to no droplet, and is billed all the same.")),
        (
            json!({ "attrs": { "droplet_ids": [] } }),
            Some("The volume is attached to no droplet, and is billed all the same."),
        ),
        (size(&["402117355"]), None),
        // A field that is missing proves nothing.
        (json!({ "attrs": { "size_gigabytes": 100 } }), None),
        (json!({ "attrs": { "droplet_ids": null } }), None),
    ];
    check("unattached_volume", "volume", &cases);
    assert_eq!(price_and_since("unattached_volume", "volume", size(&[])), (Some("7.00".to_owned()), None));
}

#[test]
fn a_snapshot_older_than_90_days_is_found() {
    let made = |days: i64| {
        json!({
            "created_at": days_ago(days), "parent": { "kind": "droplet", "provider_id": "402117355" },
            "attrs": { "size_gigabytes": 2.36 }
        })
    };
    let old = "The snapshot of 2.36 GB was taken of droplet 402117355 91 days ago; those older than 90 days are seldom needed.";
    let cases = [
        (made(91), Some(old)),
        (made(90), None),
        (made(0), None),
        (json!({ "created_at": null }), None),
        (
            json!({ "created_at": days_ago(200) }),
            Some("The snapshot was taken 200 days ago; those older than 90 days are seldom needed."),
        ),
    ];
    check("old_snapshot", "snapshot", &cases);
    let expected = (Some("7.00".to_owned()), Some(days_ago(10)));
    assert_eq!(price_and_since("old_snapshot", "snapshot", made(100)), expected);
}

/// Automatic backups are deleted by DigitalOcean, so their age is no finding.
#[test]
fn backups_are_not_reported_as_old_snapshots() {
    check("old_snapshot", "droplet_backup", &[(json!({ "created_at": days_ago(200) }), None)]);
}
