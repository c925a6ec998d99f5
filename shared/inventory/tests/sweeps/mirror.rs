//! An account is mirrored, and mirrored again at almost no cost.

use crate::world::{World, target};
use digitalocean_sim::{AccountSeed, RequestFilter, Seed, Token};
use domain::{EventType, ProjectId, SweepStatus};

#[tokio::test]
async fn the_demo_account_is_mirrored_and_attributed() {
    let world = World::demo().await;
    for worker in ["droplets", "domains", "projects"] {
        let receipt = world.sweep(worker).await;
        assert_eq!((receipt.status, receipt.error), (SweepStatus::Complete, None), "{worker}");
    }
    assert_eq!((world.live("droplet").await, world.live("dns_zone").await), (5, 7));
    for kind in ["droplet", "dns_zone"] {
        for id in
            world.table().indexed_resources(&world.account, &domain::Kind::from_static(kind)).await.unwrap().into_keys()
        {
            let row = world.resource(kind, &id).await;
            let urn = format!("do:{}:{id}", if kind == "droplet" { "droplet" } else { "domain" });
            let expected = world.demo_account().project_of(&urn).map(|id| ProjectId::new(id).unwrap());
            assert!(expected.is_some(), "{id}");
            assert_eq!(row.project_id, expected, "{id}");
            assert_eq!(world.events(kind, &id).await, [EventType::Discovered]);
        }
    }
    // The three of the account, and the internal one that the first sweep makes.
    let projects = world.table().projects(&world.account).await.unwrap();
    assert_eq!(projects.len(), 4);
    assert!(projects.iter().any(|project| project.facts.name == "skyai-internal"));
}

#[tokio::test]
async fn the_internal_project_is_made_once_and_never_where_writes_are_off() {
    let mut world = World::demo().await;
    let off = Err("writes to DigitalOcean are off".to_owned());
    let allowed = std::mem::replace(&mut world.bootstrap.provisioning, off);
    let receipt = world.sweep("projects").await;
    assert_eq!(receipt.status, SweepStatus::Complete);
    assert!(receipt.notes[0].contains("writes to DigitalOcean are off"), "{:?}", receipt.notes);
    assert_eq!(world.sim.requests().count(&RequestFilter::default().method("POST")), 0);
    world.bootstrap.provisioning = allowed;
    let posts = || world.sim.requests().count(&RequestFilter::default().method("POST"));
    world.next_sweep("projects").await;
    assert_eq!(posts(), 1);
    world.next_sweep("projects").await;
    assert_eq!(posts(), 1);
}

fn account_of(droplets: usize) -> Seed {
    let account = AccountSeed::new("dop_v1_test").token("sync", Token::new("dop_v1_sync_test"));
    Seed::empty().with_account(crate::world::ACCOUNT, account.generated_droplets(droplets))
}

/// A sweep of an unchanged kind writes its lease, gives it back and leaves a receipt, whatever the number of resources; and asks
/// DigitalOcean for each page once.
#[tokio::test]
async fn a_second_sweep_of_an_unchanged_account_writes_one_item_besides_the_lease() {
    let mut writes = Vec::new();
    for droplets in [10, 2_000] {
        let world = World::new(account_of(droplets)).await;
        for worker in ["droplets", "domains", "projects"] {
            world.sweep(worker).await;
        }
        // What was discovered after its project was read is attributed by the next pass; from then on nothing changes.
        world.next_sweep("projects").await;
        for worker in ["droplets", "domains", "projects"] {
            world.embedded.requests.reset();
            world.sim.requests().clear();
            let receipt = world.next_sweep(worker).await;
            let counts = world.embedded.requests.counts();
            let lane = target(worker).1.lane();
            let written: Vec<&str> = counts.written.iter().map(String::as_str).collect();
            let lease = format!("ACCOUNT#demo / SWEEP#{lane}");
            assert_eq!(written.len(), 2, "{worker} at {droplets}: {written:?}");
            assert_eq!(written[0], lease);
            assert!(written[1].starts_with(&format!("SWEEP#demo#{lane} / ")), "{written:?}");

            let asked = world.sim.requests().all().len();
            assert_eq!(receipt.requests as usize, asked, "{worker} at {droplets}");
            assert_eq!(receipt.pages, receipt.requests, "{worker} at {droplets}");
            if worker == "droplets" {
                // One list of droplets and one of GPU droplets, 200 to a page.
                assert_eq!(asked, droplets.div_ceil(200) + 1);
            }
            writes.push((worker, counts.writes));
        }
    }
    let (small, large) = writes.split_at(3);
    assert_eq!(small, large);
    eprintln!("write requests of an unchanged sweep, at 10 and at 2,000 droplets alike: {small:?}");
}

#[tokio::test]
async fn changes_are_told_once_and_noise_never() {
    let world = World::demo().await;
    world.sweep("droplets").await;
    let demo = world.demo_account();
    let id = demo.add_droplet(digitalocean_sim::Droplet::named("web-9"));
    world.next_sweep("droplets").await;
    demo.rename_droplet(id, "web-10");
    assert_eq!(world.next_sweep("droplets").await.changes.updated, 1);
    demo.change_droplet(id, serde_json::json!({"tags": ["prod"]}));
    assert_eq!(world.next_sweep("droplets").await.changes.updated, 1);
    demo.change_droplet(id, serde_json::json!({"locked": true}));
    assert_eq!(world.next_sweep("droplets").await.changes.total(), 0);
    assert_eq!(world.events("droplet", id).await, [EventType::Discovered, EventType::DriftDetected, EventType::Tagged]);
    let reader = world.table().reader(domain::Scope::Platform);
    let page = reader.events(&world.key("droplet", id), None, 10).await.unwrap().unwrap();
    let renamed = &page.events[1].changes[0];
    assert_eq!(
        (renamed.field.as_str(), renamed.before.as_str(), renamed.after.as_str()),
        ("name", Some("web-9"), Some("web-10"))
    );
}

#[tokio::test]
async fn a_moved_resource_changes_hands_with_one_event() {
    let world = World::demo().await;
    for worker in ["droplets", "domains", "projects"] {
        world.sweep(worker).await;
    }
    let demo = world.demo_account();
    let id = demo.list("droplets")[0]["id"].as_u64().unwrap();
    let urn = format!("do:droplet:{id}");
    let before = demo.project_of(&urn).unwrap();
    let after = world.table().projects(&world.account).await.unwrap();
    let after = after.iter().find(|project| project.id.as_str() != before).unwrap().id.clone();
    demo.assign(after.as_str(), &urn);
    let receipt = world.next_sweep("projects").await;
    assert_eq!(receipt.changes.attributed, 1);
    let row = world.resource("droplet", id).await;
    assert_eq!(row.project_id, Some(after));
    assert_eq!(row.project_history.len(), 2);
    assert_eq!(world.events("droplet", id).await, [EventType::Discovered, EventType::Updated]);
    // Nothing more to tell.
    assert_eq!(world.next_sweep("projects").await.changes.total(), 0);
    assert_eq!(world.next_sweep("droplets").await.changes.total(), 0);
}

#[tokio::test]
async fn what_no_list_names_stays_where_it_was() {
    let world = World::demo().await;
    for worker in ["droplets", "domains", "projects"] {
        world.sweep(worker).await;
    }
    let id = world.demo_account().list("droplets")[0]["id"].as_u64().unwrap();
    let before = world.resource("droplet", id).await;
    world.demo_account().unassign(&format!("do:droplet:{id}"));
    assert_eq!(world.next_sweep("projects").await.changes.total(), 0);
    assert_eq!(world.resource("droplet", id).await, before);
}
