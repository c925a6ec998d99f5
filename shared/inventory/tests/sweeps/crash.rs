//! A process may crash at any write, and two may run at once.

use crate::environment::TestEnvironment;
use chrono::TimeDelta;
use domain::{EventType, RunId};
use embedded_table::CrashPoint;
use inventory::SweepOutcome;

/// An account after one change of every kind: a droplet is new, one is renamed, one is missing, one
/// returns, some have moved, and a project is renamed.
async fn eventful() -> TestEnvironment {
    let mut environment = TestEnvironment::demo().await;
    // The simulator would give the internal project another id in every environment.
    environment.bootstrap.provisioning = Err("writes are off".to_owned());
    environment.put_back(42);
    for worker in ["droplets", "domains", "projects"] {
        environment.sweep(worker).await;
    }
    let demo = environment.demo_account();
    let ids: Vec<u64> = demo.list("droplets").iter().map(|droplet| droplet["id"].as_u64().unwrap()).collect();
    let ids: Vec<u64> = ids.into_iter().filter(|id| *id != 42).collect();
    demo.remove_droplet(42);
    demo.remove_droplet(ids[1]);
    environment.next_sweep("droplets").await;
    environment.next_sweep("droplets").await;
    environment.put_back(42);
    demo.rename_droplet(ids[2], "renamed");
    environment.put_back(7);
    // For the worker `projects`: one project is renamed, and droplets moved into it.
    let project = demo.list("projects")[0]["id"].as_str().unwrap().to_owned();
    demo.rename_project(&project, "renamed");
    for id in &ids {
        demo.assign(&project, &format!("do:droplet:{id}"));
    }
    environment.clock.advance(TimeDelta::minutes(15));
    environment
}

/// Returns the account's resources, events and projects in the table, without the items that depend
/// on the run or the lease.
async fn rows(environment: &TestEnvironment) -> Vec<String> {
    let dump = environment.embedded.dump().await;
    dump.into_iter()
        .filter(|item| item.starts_with("KIND#") || item.starts_with("RESOURCE#") || item.contains("/ PROJECT#"))
        .collect()
}

/// Crashes the worker just before and just after each of its writes, delivers its message again,
/// and checks that the table is the same as without a crash. Returns the number of crashes.
pub(crate) async fn crash_at_every_write(worker: &str, eventful: impl AsyncFn() -> TestEnvironment) -> usize {
    let run = RunId::new("the-run").unwrap();
    let without_crash = eventful().await;
    without_crash.run(worker, without_crash.table(), &run).await.unwrap();
    let expected = rows(&without_crash).await;
    let mut crashes = 0;
    for write in 1.. {
        for crash in [CrashPoint::Before(write), CrashPoint::After(write)] {
            let environment = eventful().await;
            let (table, requests) = environment.embedded.another_process();
            requests.crash_at(crash);
            let outcome = environment.run(worker, &table, &run).await;
            if !requests.has_crashed() {
                return crashes;
            }
            assert!(outcome.is_err(), "{worker} {crash:?}");
            crashes += 1;
            // The lease of the crashed process blocks other runs until it expires.
            if environment.run(worker, environment.table(), &run).await.unwrap() == SweepOutcome::Busy {
                expire_lease(&environment, worker).await;
                assert!(matches!(
                    environment.run(worker, environment.table(), &run).await.unwrap(),
                    SweepOutcome::Swept(..)
                ));
            }
            // `assert_eq` would print the whole table twice, so only the differences are printed.
            let differing: Vec<String> =
                rows(&environment).await.into_iter().filter(|row| !expected.contains(row)).collect();
            assert!(differing.is_empty(), "{worker} {crash:?}: {differing:#?}");
            assert_eq!(rows(&environment).await.len(), expected.len(), "{worker} {crash:?}");
        }
    }
    crashes
}

#[tokio::test]
async fn a_sweep_that_crashes_at_any_write_ends_in_the_same_state() {
    let mut crashes = 0;
    for worker in ["droplets", "projects"] {
        crashes += crash_at_every_write(worker, eventful).await;
    }
    assert!(crashes > 10, "{crashes}");
    eprintln!("{crashes} crashes; after each, the next run ended in the same state");
}

/// Expires a lease without moving the clock.
pub(crate) async fn expire_lease(environment: &TestEnvironment, worker: &str) {
    use aws_sdk_dynamodb::types::AttributeValue::S;
    let sync_kind = crate::environment::target(worker).1.sync_kind();
    let request = environment.embedded.client.update_item().table_name(embedded_table::TABLE_NAME);
    request
        .key("pk", S("ACCOUNT#demo".to_owned()))
        .key("sk", S(format!("SWEEP#{sync_kind}")))
        .update_expression("SET lease_until = :past")
        .expression_attribute_values(":past", S("2000-01-01T00:00:00.000Z".to_owned()))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn of_two_concurrent_sweeps_one_runs_and_the_other_is_busy() {
    let environment = TestEnvironment::demo().await;
    environment.sim.set_latency(digitalocean_sim::Latency::all(std::time::Duration::from_millis(100)));
    let (other, _) = environment.embedded.another_process();
    let (a, b) = (RunId::random(), RunId::random());
    let (first, second) =
        tokio::join!(environment.run("droplets", environment.table(), &a), environment.run("droplets", &other, &b));
    let outcomes = [first.unwrap(), second.unwrap()];
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == SweepOutcome::Busy).count(), 1, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, SweepOutcome::Swept(..))).count(), 1);
    for droplet in environment.demo_account().list("droplets") {
        assert_eq!(environment.events("droplet", droplet["id"].as_u64().unwrap()).await, [EventType::Discovered]);
    }
}

#[tokio::test]
async fn a_sweep_without_time_left_is_incomplete_and_the_next_one_finishes() {
    let environment = TestEnvironment::demo().await;
    let out_of_time = std::time::Instant::now();
    let outcome = environment.run_until("droplets", environment.table(), &RunId::random(), out_of_time).await.unwrap();
    let SweepOutcome::Swept(receipt, _) = outcome else { panic!("{outcome:?}") };
    assert!(!receipt.status.is_complete());
    assert_eq!(environment.sweep("droplets").await.changes.discovered, 5);
}
