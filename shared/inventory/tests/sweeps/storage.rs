//! Storage: the attribution of volumes and snapshots, and the rotation of backups.

use digitalocean_sim::{Droplet, Effect, Fault};
use domain::{Attribution, EventType, ProjectId, SweepStatus};
use serde_json::json;

use crate::environment::TestEnvironment;

const WORKERS: [&str; 5] = ["droplets", "volumes", "snapshots", "backups", "services/custom_image"];
const WEB: u64 = 402_117_301;

async fn swept() -> TestEnvironment {
    let environment = TestEnvironment::demo().await;
    for worker in WORKERS.into_iter().chain(["projects"]) {
        let receipt = environment.sweep(worker).await;
        assert_eq!((receipt.status, receipt.error), (SweepStatus::Complete, None), "{worker}");
    }
    environment
}

fn project(environment: &TestEnvironment, name: &str) -> ProjectId {
    ProjectId::new(environment.demo_account().project_named(name).unwrap()).unwrap()
}

#[tokio::test]
async fn storage_that_no_project_lists_is_in_the_project_of_its_droplet_or_volume() {
    let environment = swept().await;
    for (kind, id, name, attribution) in [
        ("volume", "6f1d2c8e-088a-4d3e-9a57-30b5c4d7e611", "Alpine Outfitters", Attribution::Member),
        // Listed by their projects as `do:image` and `do:volumesnapshot`.
        ("snapshot", "198402113", "Bakkerij Jansen", Attribution::Member),
        ("snapshot", "b3c6a1f4-7e20-4b6d-8f35-0d9e2a71c4f8", "Alpine Outfitters", Attribution::Member),
        ("snapshot", "209733870", "Bakkerij Jansen", Attribution::Inherited),
        ("snapshot", "188004523", "Platform", Attribution::Inherited),
        ("snapshot", "e9f40d27-2c85-4ab1-9d60-5b7c8e13fa92", "Alpine Outfitters", Attribution::Inherited),
        ("droplet_backup", "231880112", "Bakkerij Jansen", Attribution::Inherited),
        // The sources of these snapshots were deleted before the first sweep.
        ("snapshot", "141990043", "skyai-internal", Attribution::Internal),
        ("snapshot", "4a7d9e60-1f3b-4c58-b2d4-86e0c5a97f13", "skyai-internal", Attribution::Internal),
        ("custom_image", "186203417", "skyai-internal", Attribution::Internal),
    ] {
        let row = environment.resource(kind, id).await;
        assert_eq!(
            (row.project_id, row.attribution),
            (Some(project(&environment, name)), Some(attribution)),
            "{kind} {id}"
        );
    }
}

/// A volume that no project lists follows its droplet, and stays in the project when it is
/// detached.
#[tokio::test]
async fn an_attached_volume_is_in_the_project_of_its_droplet() {
    let environment = swept().await;
    let account = environment.demo_account();
    let id = account.add("volumes", json!({ "name": "fotos", "droplet_id": WEB }));
    account.unassign(&format!("do:volume:{id}"));
    let bakery = Some(project(&environment, "Bakkerij Jansen"));
    for droplet_ids in [json!([WEB]), json!([])] {
        account.change("volumes", &id, json!({ "droplet_ids": droplet_ids }));
        environment.next_sweep("volumes").await;
        environment.next_sweep("projects").await;
        assert_eq!(environment.resource("volume", &id).await.project_id, bakery, "{droplet_ids}");
    }
    assert_eq!(environment.events("volume", &id).await, [EventType::Discovered, EventType::DriftDetected]);
}

/// The image of a URN is a droplet's snapshot unless it is known as a custom image.
#[tokio::test]
async fn a_custom_image_in_a_project_is_not_taken_for_a_snapshot() {
    let environment = swept().await;
    environment.demo_account().assign(project(&environment, "Platform").as_str(), "do:image:186203417");
    environment.next_sweep("projects").await;
    let row = environment.resource("custom_image", "186203417").await;
    assert_eq!((row.project_id, row.attribution), (Some(project(&environment, "Platform")), Some(Attribution::Member)));
    assert!(environment.table().resource(&environment.key("snapshot", "186203417")).await.unwrap().is_none());
}

#[tokio::test]
async fn a_backup_that_rotates_out_is_deleted_with_its_third_strike() {
    let environment = swept().await;
    let account = environment.demo_account();
    account.remove("droplet_backups", "231880112");
    account.add("droplet_backups", json!({ "droplet_id": WEB, "id": 300, "name": "new" }));
    let first = environment.next_sweep("backups").await;
    assert_eq!((first.changes.discovered, first.changes.struck), (1, 1));
    // If the list of a droplet cannot be read, its backups get no strike.
    let fault = Fault::on("/v2/droplets/402117301/backups", Effect::status(403)).times(1);
    environment.sim.faults().add(fault);
    assert_eq!(environment.next_sweep("backups").await.changes.struck, 0);
    assert_eq!(environment.next_sweep("backups").await.changes.struck, 1);
    let last = environment.next_sweep("backups").await;
    assert_eq!(
        (last.status, last.changes.deleted, environment.live("droplet_backup").await),
        (SweepStatus::Complete, 1, 4)
    );
}

/// Disabled backups are deleted. Their droplet no longer refers to them, but its list is read
/// because backups of it are known.
#[tokio::test]
async fn the_list_of_a_droplet_with_disabled_backups_is_still_read() {
    let environment = swept().await;
    let account = environment.demo_account();
    account.change_droplet(WEB, json!({ "features": [], "next_backup_window": null }));
    for id in ["231880112", "232914750"] {
        account.remove("droplet_backups", id);
    }
    for _ in 0..3 {
        environment.next_sweep("backups").await;
    }
    assert_eq!(environment.live("droplet_backup").await, 2);
}

/// If in one night each of many droplets gets a new backup and loses its oldest, that is not a mass
/// deletion. Losing a backup without getting another is.
#[tokio::test]
async fn a_rotation_of_all_backups_is_not_held_and_a_loss_is() {
    let environment = TestEnvironment::demo().await;
    let account = environment.demo_account();
    let droplets: Vec<u64> =
        (0..6).map(|n| account.add_droplet(Droplet::named(format!("night-{n}")).backups_made(4))).collect();
    for worker in ["droplets", "backups"] {
        environment.sweep(worker).await;
    }
    let lose_oldest = || {
        for droplet in &droplets {
            let backups = account.droplet(*droplet).unwrap()["backup_ids"].clone();
            account.remove("droplet_backups", &backups[0].to_string());
        }
    };
    lose_oldest();
    for droplet in &droplets {
        account.add("droplet_backups", json!({ "droplet_id": droplet, "name": "tonight" }));
    }
    for _ in 0..2 {
        assert_eq!(environment.next_sweep("backups").await.changes.struck, 6);
    }
    let receipt = environment.next_sweep("backups").await;
    assert_eq!((receipt.status, receipt.changes.deleted), (SweepStatus::Complete, 6));
    lose_oldest();
    for _ in 0..3 {
        environment.next_sweep("backups").await;
    }
    let receipt = environment.next_sweep("backups").await;
    assert_eq!((receipt.status, receipt.changes.deleted), (SweepStatus::Held, 0));
}
