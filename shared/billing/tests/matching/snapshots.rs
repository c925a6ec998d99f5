//! Tests of snapshots, which are also found by a similar name.

use super::*;

const DROPLET: &str = "droplet";
const VOLUME: &str = "volume";

/// Creates a snapshot of a resource of this kind, created on 1 April at 02:00.
fn snapshot(id: &str, name: &str, of: &str) -> MatchCandidate {
    let made = Some("2026-04-01T02:00:11Z".parse().unwrap());
    MatchCandidate { created_at: made, parent_kind: Some(Kind::new(of).unwrap()), ..live("snapshot", id, name) }
}

/// Creates a charge for such a snapshot, from the hour after its creation on.
fn line_of(name: &str) -> Charge {
    let description = format!("{name} (ams3) 4.02GB Droplet Snapshot");
    Charge { start: Some(april(1, 3)), ..charge("Droplet Snapshots", &description) }
}

#[test]
fn a_snapshot_is_found_by_a_similar_name() {
    let name = "web-01.bakery.example-2026-04-01";
    let cases = [
        ("web-01.bakery.example-2026-04-01", "snapshot 1 name 95"),
        ("Web-01.Bakery.example-2026-04-01", "snapshot 1 name 95"),
        ("web-01_bakery_example 20260401", "snapshot 1 fuzzy_name 90"),
        ("web-01.bakery.example", "snapshot 1 fuzzy_name 71"),
        ("web-01.bakery.example-2026-04", "snapshot 1 fuzzy_name 86"),
        ("web-01.bakery.example-1775008811000", "snapshot 1 fuzzy_name 75"),
        ("web-01.bakery.example-2026-04-01 copy", "snapshot 1 fuzzy_name 82"),
        // Snapshots of another day, another droplet and another domain.
        ("web-01.bakery.example-2026-03-01", "destroyed_before_first_sync"),
        ("web-02.bakery.example-2026-04-01", "destroyed_before_first_sync"),
        ("web-01.bakery.test-2026-04-01", "destroyed_before_first_sync"),
    ];
    for (line, expected) in cases {
        assert_eq!(found_by_name(line_of(line), &[snapshot("1", name, DROPLET)]), expected, "{line}");
    }
    // The names are similar, but not similar enough.
    assert_eq!(found_by_name(line_of("db"), &[snapshot("1", "db-2026-04-01", DROPLET)]), "name_variance");
}

#[test]
fn a_similar_name_matches_only_with_a_margin_to_the_next() {
    let of_april = snapshot("1", "web-01.bakery.example-2026-04-01", DROPLET);
    let dateless = snapshot("2", "web-01.bakery.example", DROPLET);
    let final_one = snapshot("3", "web-01.bakery.example-final", DROPLET);
    let of_may =
        MatchCandidate { created_at: Some(year(2026)), ..snapshot("4", "web-01.bakery.example-2026-05-01", DROPLET) };
    let line = || line_of("web-01 bakery example 2026-04-01");
    let far = snapshot("5", "web-01.bakery.example-snapshot-backup-final", DROPLET);
    assert_eq!(found_by_name(line(), &[of_april.clone(), far]), "snapshot 1 fuzzy_name 90");
    assert_eq!(found_by_name(line(), &[of_april.clone(), final_one.clone()]), "name_variance");
    // Both were created on that day, so either could be meant.
    assert_eq!(found_by_name(line(), &[of_april.clone(), dateless.clone()]), "name_variance");
    assert_eq!(found_by_name(line_of("web-01-bakery.example"), &[of_april.clone(), final_one]), "name_variance");
    // A snapshot that did not exist yet is not a candidate.
    assert_eq!(
        found_by_name(line_of("web-01-bakery.example"), &[of_april.clone(), of_may]),
        "snapshot 1 fuzzy_name 71"
    );
    // A deleted snapshot is a candidate if it existed at the time.
    let deleted = gone(dateless.clone(), year(2027));
    assert_eq!(found_by_name(line(), &[of_april, deleted.clone()]), "name_variance");
    assert_eq!(found_by_name(line_of("Web_01 bakery example"), &[deleted]), "snapshot 2 fuzzy_name 85 gone");
}

#[test]
fn a_snapshot_of_a_volume_does_not_match_one_of_a_droplet() {
    let both = [snapshot("1", "data", DROPLET), snapshot("2", "data", VOLUME)];
    let line = |product: &str| Charge { start: Some(april(1, 3)), ..charge(product, "data") };
    let similar = |product: &str| Charge { start: Some(april(1, 3)), ..charge(product, "data-copy") };
    let cases = [
        (line("Droplet Snapshots"), "snapshot 1 name 95"),
        (line("Volume Snapshots"), "snapshot 2 name 95"),
        (line("Snapshots"), "name_variance"),
        // Four common letters of eight are not similar enough.
        (similar("Volume Snapshots"), "name_variance"),
    ];
    for (line, expected) in cases {
        let product = line.product.clone();
        assert_eq!(found_by_name(line, &both), expected, "{product}");
    }
    let unknown = MatchCandidate { parent_kind: None, ..snapshot("3", "data", VOLUME) };
    assert_eq!(found_by_name(line("Volume Snapshots"), &[unknown]), "snapshot 3 name 95");
}
