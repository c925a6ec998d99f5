//! DigitalOcean's objects as the sagas see them.

use digitalocean_sim::ConsistencySettings;
use sagas::calls::{ActionStatus, ReadRequest, ReadResult, WriteRequest, WriteResult};

use crate::world::{DROPLET, SNAPSHOT, World, ZONE, fields, outcome_name};

#[tokio::test]
async fn a_record_is_created_updated_and_deleted() {
    let world = World::new().await;
    let zone = ZONE.to_owned();
    let create = WriteRequest::CreateRecord { zone: zone.clone(), record: fields("new"), instead_of: Some(7) };
    let WriteResult::Record(made) = world.write(&create).await.unwrap() else { panic!("no record") };
    assert_eq!(made.fields, fields("new"));
    let ReadResult::Records(records) = world.read(&ReadRequest::Records { zone: zone.clone() }).await.unwrap() else {
        panic!("no records")
    };
    assert!(records.contains(&made), "{records:?}");

    let mut changed = fields("new");
    changed.data = "v=spf1 mx -all".to_owned();
    let update = WriteRequest::UpdateRecord { zone: zone.clone(), id: made.id, record: changed.clone() };
    let WriteResult::Record(updated) = world.write(&update).await.unwrap() else { panic!("no record") };
    assert_eq!((updated.id, updated.fields.data), (made.id, changed.data));

    let read = ReadRequest::Record { zone: zone.clone(), id: made.id };
    assert!(matches!(world.read(&read).await.unwrap(), ReadResult::Record(record) if record.id == made.id));
    let delete = WriteRequest::DeleteRecord { zone, id: made.id, record: fields("new") };
    assert_eq!(world.write(&delete).await.unwrap(), WriteResult::Nothing);
    assert_eq!(outcome_name(&world.write(&delete).await), "not found");
    assert_eq!(outcome_name(&world.read(&read).await), "not found");
}

#[tokio::test]
async fn a_snapshot_is_taken_found_and_deleted() {
    let world = World::new().await;
    world
        .sim
        .account("demo")
        .set_consistency(ConsistencySettings { action_ms: 60_000, ..ConsistencySettings::default() });
    let ReadResult::Droplet(droplet) = world.read(&ReadRequest::Droplet { id: DROPLET }).await.unwrap() else {
        panic!("no droplet")
    };
    assert_eq!((droplet.id, droplet.disk_gigabytes), (DROPLET, 50));
    let take = WriteRequest::SnapshotDroplet { id: DROPLET, name: "arcadia-snap-1".to_owned() };
    let WriteResult::Action(action) = world.write(&take).await.unwrap() else { panic!("no action") };
    assert_eq!((action.status, action.action_type.as_str()), (ActionStatus::InProgress, "snapshot"));
    assert_eq!(outcome_name(&world.write(&take).await), "pending event");

    let snapshots = || async {
        let ReadResult::Snapshots(snapshots) = world.read(&ReadRequest::DropletSnapshots).await.unwrap() else {
            panic!("no list")
        };
        snapshots
    };
    let named = |name: &str, snapshots: &[sagas::calls::ObservedSnapshot]| {
        snapshots.iter().any(|snapshot| snapshot.name == name)
    };
    let before = snapshots().await;
    assert!(!named("arcadia-snap-1", &before) && before.iter().any(|snapshot| snapshot.id == SNAPSHOT));
    world.sim.clock().advance(std::time::Duration::from_secs(61));
    let ReadResult::Action(done) = world.read(&ReadRequest::Action { id: action.id }).await.unwrap() else {
        panic!("no action")
    };
    assert!(done.status == ActionStatus::Completed && done.completed_at.is_some());
    let ReadResult::Actions(actions) = world.read(&ReadRequest::DropletActions { id: DROPLET }).await.unwrap() else {
        panic!("no actions")
    };
    assert!(actions.contains(&done), "{actions:?}");
    let after = snapshots().await;
    let taken = after.iter().find(|snapshot| snapshot.name == "arcadia-snap-1").unwrap();
    assert_eq!(taken.droplet_id, DROPLET.to_string());
    let delete = WriteRequest::DeleteSnapshot { id: taken.id.clone() };
    assert_eq!(world.write(&delete).await.unwrap(), WriteResult::Nothing);
    assert_eq!(outcome_name(&world.write(&delete).await), "not found");
}
