//! Volumes, snapshots, custom images, and the backups of droplets.

use digitalocean::Token;
use digitalocean_sim::{Droplet, Effect, Fault, Token as SimToken};
use domain::ProviderId;
use inventory::kind::{ListError, ProbeResult};
use inventory::kinds::{CUSTOM_IMAGE, DROPLET_BACKUP, SNAPSHOT, VOLUME};
use serde_json::json;

use crate::{demo, per_parent, read_list};

const VOLUME_ID: &str = "6f1d2c8e-088a-4d3e-9a57-30b5c4d7e611";
const IMAGE_ID: &str = "186203417";
const BACKUP_ID: &str = "231880112";
const SHOP: &str = "402117355";

fn id(text: &str) -> ProviderId {
    ProviderId::new(text).unwrap()
}

/// An image that is also a snapshot or a backup is listed by one kind only.
#[tokio::test]
async fn no_kind_lists_resources_of_another_kind() {
    let (sim, client) = demo().await;
    let images = client.images().list_private().collect_all().await.unwrap();
    for (kind, list) in [(&VOLUME, "volumes"), (&SNAPSHOT, "snapshots"), (&CUSTOM_IMAGE, "images")] {
        let listed = read_list(kind, &client).await.unwrap().items;
        assert_eq!(listed.len(), sim.account("demo").count(list), "{list}");
        assert!(images.items.len() > listed.len(), "{list}");
    }
}

#[tokio::test]
async fn a_probe_distinguishes_existing_nonexistent_and_foreign_ids() {
    let (_sim, client) = demo().await;
    let snapshot = id("198402113");
    for (kind, id, existence) in [
        (&VOLUME, id(VOLUME_ID), ProbeResult::Exists),
        (&VOLUME, VOLUME.nonexistent(), ProbeResult::Gone),
        (&SNAPSHOT, snapshot, ProbeResult::Exists),
        (&SNAPSHOT, id("b3c6a1f4-7e20-4b6d-8f35-0d9e2a71c4f8"), ProbeResult::Exists),
        (&SNAPSHOT, SNAPSHOT.nonexistent(), ProbeResult::Gone),
        // The API answers "the resource is not a snapshot" for a backup and for a custom image.
        (&SNAPSHOT, id(BACKUP_ID), ProbeResult::Gone),
        (&SNAPSHOT, id(IMAGE_ID), ProbeResult::Gone),
        (&CUSTOM_IMAGE, id(IMAGE_ID), ProbeResult::Exists),
        (&CUSTOM_IMAGE, CUSTOM_IMAGE.nonexistent(), ProbeResult::Gone),
    ] {
        assert_eq!((kind.probe)(&client, &id).unwrap().await.unwrap(), existence, "{} {id}", kind.kind());
    }
    assert!((DROPLET_BACKUP.probe)(&client, &id(BACKUP_ID)).is_none());
}

#[tokio::test]
async fn any_other_400_does_not_mean_gone() {
    let (sim, client) = demo().await;
    let (id_of_error, message) = ("bad_request".to_owned(), "the id is malformed".to_owned());
    sim.faults().add(Fault::on("/v2/snapshots/*", Effect::ErrorBody { status: 400, id: id_of_error, message }));
    (SNAPSHOT.probe)(&client, &id("198402113")).unwrap().await.unwrap_err();
}

/// DigitalOcean has the status `deleted` for custom images. Such an image is not listed and counts
/// as gone.
#[tokio::test]
async fn a_deleted_custom_image_is_gone_and_one_that_is_being_imported_is_not() {
    let (sim, client) = demo().await;
    for (status, count, existence) in [("pending", 1, ProbeResult::Exists), ("deleted", 0, ProbeResult::Gone)] {
        sim.account("demo").change("images", IMAGE_ID, json!({ "status": status, "size_gigabytes": null }));
        let listed = read_list(&CUSTOM_IMAGE, &client).await.unwrap().items;
        assert_eq!(listed.len(), count, "{status}");
        assert!(listed.iter().all(|(_, facts)| facts.price_monthly.is_none()));
        assert_eq!((CUSTOM_IMAGE.probe)(&client, &id(IMAGE_ID)).unwrap().await.unwrap(), existence, "{status}");
    }
}

#[tokio::test]
async fn a_detached_volume_has_no_parent() {
    let (sim, client) = demo().await;
    sim.account("demo").change("volumes", VOLUME_ID, json!({ "droplet_ids": null, "filesystem_label": "" }));
    let (_, facts) = read_list(&VOLUME, &client).await.unwrap().items.remove(0);
    assert_eq!((facts.parent, facts.attrs.get("filesystem_label")), (None, None));
}

/// Every droplet is a parent. The list of droplets tells which ones may have backups, whatever the
/// droplet's state, also to a token that may not read images.
#[tokio::test]
async fn the_list_of_droplets_tells_which_have_backups() {
    let (sim, client) = demo().await;
    let account = sim.account("demo");
    account.set_token("droplets", SimToken::new("dop_v1_droplets").scopes(["droplet:read"]));
    account.add_droplet(Droplet::named("off").id(11).status("off").backups_made(1));
    account.add_droplet(Droplet::named("gpu").id(12).size("gpu-h100x1-80gb").backups_made(1));
    for client in [client.clone(), client.with_token(Token::new("dop_v1_droplets").unwrap())] {
        let parents = (per_parent(&DROPLET_BACKUP).parents)(&client).await.unwrap();
        assert_eq!((parents.items.len(), parents.pages), (7, 2));
        let with_backups = parents.items.iter().filter(|(_, has)| *has).map(|(id, _)| id.as_str()).collect::<Vec<_>>();
        assert_eq!(with_backups, ["402117301", SHOP, "11", "12"]);
        assert_eq!((per_parent(&DROPLET_BACKUP).children)(&client, &id("12")).await.unwrap().items.len(), 1);
    }
}

#[tokio::test]
async fn the_backups_of_a_droplet_are_its_children() {
    let (_sim, client) = demo().await;
    let listed = (per_parent(&DROPLET_BACKUP).children)(&client, &id(SHOP)).await.unwrap();
    assert_eq!((listed.items.len(), listed.pages), (2, 1));
    assert_eq!(listed.items[0].0.as_str(), "232105991");
}

/// The droplet was deleted after it was listed. That is an error, never a droplet without backups.
#[tokio::test]
async fn the_list_of_a_deleted_droplet_is_an_error() {
    let (_sim, client) = demo().await;
    let error = (per_parent(&DROPLET_BACKUP).children)(&client, &id("1")).await.unwrap_err();
    assert!(matches!(error, ListError::DigitalOcean(error) if error.is_not_found()));
    let error = (per_parent(&DROPLET_BACKUP).children)(&client, &id("no-number")).await.unwrap_err();
    assert!(matches!(error, ListError::Unusable(_)));
}
