//! An account is mirrored, and mirrored again at almost no cost.

use crate::environment::{TestEnvironment, target};
use digitalocean_sim::{AccountSeed, RequestFilter, Seed, Token};
use domain::{EventType, ProjectId, SweepStatus};

#[tokio::test]
async fn the_demo_account_is_mirrored_and_attributed() {
    let environment = TestEnvironment::demo().await;
    for worker in ["droplets", "domains", "projects"] {
        let receipt = environment.sweep(worker).await;
        assert_eq!((receipt.status, receipt.error), (SweepStatus::Complete, None), "{worker}");
    }
    assert_eq!((environment.live("droplet").await, environment.live("dns_zone").await), (5, 7));
    for kind in ["droplet", "dns_zone"] {
        for id in environment
            .table()
            .indexed_resources(&environment.account, &domain::Kind::from_static(kind))
            .await
            .unwrap()
            .into_keys()
        {
            let row = environment.resource(kind, &id).await;
            let urn = format!("do:{}:{id}", if kind == "droplet" { "droplet" } else { "domain" });
            let expected = environment.demo_account().project_of(&urn).map(|id| ProjectId::new(id).unwrap());
            assert!(expected.is_some(), "{id}");
            assert_eq!(row.project_id, expected, "{id}");
            assert_eq!(environment.events(kind, &id).await, [EventType::Discovered]);
        }
    }
    // The account's three projects, and the internal one that the first sweep creates.
    let projects = environment.table().projects(&environment.account).await.unwrap();
    assert_eq!(projects.len(), 4);
    assert!(projects.iter().any(|project| project.facts.name == "skyai-internal"));
}

#[tokio::test]
async fn the_internal_project_is_created_once_and_never_while_writes_are_off() {
    let mut environment = TestEnvironment::demo().await;
    let off = Err("writes to DigitalOcean are off".to_owned());
    let allowed = std::mem::replace(&mut environment.bootstrap.provisioning, off);
    let receipt = environment.sweep("projects").await;
    assert_eq!(receipt.status, SweepStatus::Complete);
    assert!(receipt.notes[0].contains("writes to DigitalOcean are off"), "{:?}", receipt.notes);
    assert_eq!(environment.sim.requests().count(&RequestFilter::default().method("POST")), 0);
    environment.bootstrap.provisioning = allowed;
    let posts = || environment.sim.requests().count(&RequestFilter::default().method("POST"));
    environment.next_sweep("projects").await;
    assert_eq!(posts(), 1);
    environment.next_sweep("projects").await;
    assert_eq!(posts(), 1);
}

fn account_of(droplets: usize) -> Seed {
    let account = AccountSeed::new("dop_v1_test").token("sync", Token::new("dop_v1_sync_test"));
    Seed::empty().with_account(crate::environment::ACCOUNT, account.generated_droplets(droplets))
}

/// A sweep of an unchanged kind writes its lease, releases it and writes a receipt, whatever the
/// number of resources. It requests each page once.
#[tokio::test]
async fn a_second_sweep_of_an_unchanged_account_writes_one_item_besides_the_lease() {
    let mut writes = Vec::new();
    for droplets in [10, 2_000] {
        let environment = TestEnvironment::new(account_of(droplets)).await;
        for worker in ["droplets", "domains", "projects"] {
            environment.sweep(worker).await;
        }
        // Resources that were discovered after their project was read are attributed by the next
        // sweep of the projects. After that, nothing changes.
        environment.next_sweep("projects").await;
        for worker in ["droplets", "domains", "projects"] {
            environment.embedded.requests.reset();
            environment.sim.requests().clear();
            let receipt = environment.next_sweep(worker).await;
            let counts = environment.embedded.requests.counts();
            let sync_kind = target(worker).1.sync_kind();
            let written: Vec<&str> = counts.written.iter().map(String::as_str).collect();
            let lease = format!("ACCOUNT#demo / SWEEP#{sync_kind}");
            assert_eq!(written.len(), 2, "{worker} at {droplets}: {written:?}");
            assert_eq!(written[0], lease);
            assert!(written[1].starts_with(&format!("SWEEP#demo#{sync_kind} / ")), "{written:?}");

            let requests = environment.sim.requests().all().len();
            assert_eq!(receipt.requests as usize, requests, "{worker} at {droplets}");
            assert_eq!(receipt.pages, receipt.requests, "{worker} at {droplets}");
            if worker == "droplets" {
                // One list of droplets and one of GPU droplets, 200 to a page.
                assert_eq!(requests, droplets.div_ceil(200) + 1);
            }
            writes.push((worker, counts.writes));
        }
    }
    let (small, large) = writes.split_at(3);
    assert_eq!(small, large);
    eprintln!("write requests of an unchanged sweep, at 10 and at 2,000 droplets alike: {small:?}");
}

#[tokio::test]
async fn a_change_has_one_event_and_noise_has_none() {
    let environment = TestEnvironment::demo().await;
    environment.sweep("droplets").await;
    let demo = environment.demo_account();
    let id = demo.add_droplet(digitalocean_sim::Droplet::named("web-9"));
    environment.next_sweep("droplets").await;
    demo.rename_droplet(id, "web-10");
    assert_eq!(environment.next_sweep("droplets").await.changes.updated, 1);
    demo.change_droplet(id, serde_json::json!({"tags": ["prod"]}));
    assert_eq!(environment.next_sweep("droplets").await.changes.updated, 1);
    demo.change_droplet(id, serde_json::json!({"locked": true}));
    assert_eq!(environment.next_sweep("droplets").await.changes.total(), 0);
    assert_eq!(
        environment.events("droplet", id).await,
        [EventType::Discovered, EventType::DriftDetected, EventType::Tagged]
    );
    let reader = environment.table().reader(domain::Scope::Platform);
    let page = reader.events(&environment.key("droplet", id), None, 10).await.unwrap().unwrap();
    let renamed = &page.items[1].changes[0];
    assert_eq!(
        (renamed.field.as_str(), renamed.before.as_str(), renamed.after.as_str()),
        ("name", Some("web-9"), Some("web-10"))
    );
}

#[tokio::test]
async fn a_moved_resource_changes_its_project_with_one_event() {
    let environment = TestEnvironment::demo().await;
    for worker in ["droplets", "domains", "projects"] {
        environment.sweep(worker).await;
    }
    let demo = environment.demo_account();
    let id = demo.list("droplets")[0]["id"].as_u64().unwrap();
    let urn = format!("do:droplet:{id}");
    let before = demo.project_of(&urn).unwrap();
    let after = environment.table().projects(&environment.account).await.unwrap();
    let after = after.iter().find(|project| project.id.as_str() != before).unwrap().id.clone();
    demo.assign(after.as_str(), &urn);
    let receipt = environment.next_sweep("projects").await;
    assert_eq!(receipt.changes.attributed, 1);
    let row = environment.resource("droplet", id).await;
    assert_eq!(row.project_id, Some(after));
    assert_eq!(row.project_history.len(), 2);
    assert_eq!(environment.events("droplet", id).await, [EventType::Discovered, EventType::Updated]);
    // The next sweeps find no further change.
    assert_eq!(environment.next_sweep("projects").await.changes.total(), 0);
    assert_eq!(environment.next_sweep("droplets").await.changes.total(), 0);
}

#[tokio::test]
async fn a_resource_that_no_project_lists_stays_in_its_project() {
    let environment = TestEnvironment::demo().await;
    for worker in ["droplets", "domains", "projects"] {
        environment.sweep(worker).await;
    }
    let id = environment.demo_account().list("droplets")[0]["id"].as_u64().unwrap();
    let before = environment.resource("droplet", id).await;
    environment.demo_account().unassign(&format!("do:droplet:{id}"));
    assert_eq!(environment.next_sweep("projects").await.changes.total(), 0);
    assert_eq!(environment.resource("droplet", id).await, before);
}
