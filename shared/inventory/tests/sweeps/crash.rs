//! A process may die at any write, and two may run at once.

use crate::environment::TestEnvironment;
use chrono::TimeDelta;
use domain::{EventType, RunId};
use embedded_table::CrashPoint;
use inventory::SweepOutcome;

/// The account after something of everything happened: a droplet new, one renamed, one gone, one that returns, some moved; a project renamed.
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
    // For the projects worker: one renamed, and droplets that moved into it.
    let project = demo.list("projects")[0]["id"].as_str().unwrap().to_owned();
    demo.rename_project(&project, "renamed");
    for id in &ids {
        demo.assign(&project, &format!("do:droplet:{id}"));
    }
    environment.clock.advance(TimeDelta::minutes(15));
    environment
}

/// What the account looks like in the table, but for whose run and lease it was.
async fn rows(environment: &TestEnvironment) -> Vec<String> {
    let dump = environment.embedded.dump().await;
    dump.into_iter()
        .filter(|item| item.starts_with("KIND#") || item.starts_with("RESOURCE#") || item.contains("/ PROJECT#"))
        .collect()
}

/// Lets the worker die just before and just after each of its writes and its message come again: the account looks as if nothing had been.
/// How often it died.
pub(crate) async fn crash_at_every_write(worker: &str, eventful: impl AsyncFn() -> TestEnvironment) -> usize {
    let run = RunId::new("the-run").unwrap();
    let undisturbed = eventful().await;
    undisturbed.run(worker, undisturbed.table(), &run).await.unwrap();
    let expected = rows(&undisturbed).await;
    let mut deaths = 0;
    for write in 1.. {
        for death in [CrashPoint::Before(write), CrashPoint::After(write)] {
            let environment = eventful().await;
            let (table, requests) = environment.embedded.another_process();
            requests.crash_at(death);
            let died = environment.run(worker, &table, &run).await;
            if !requests.has_crashed() {
                return deaths;
            }
            assert!(died.is_err(), "{worker} {death:?}");
            deaths += 1;
            // The dead process's lease keeps others out until it has run out.
            if environment.run(worker, environment.table(), &run).await.unwrap() == SweepOutcome::Busy {
                expire_lease(&environment, worker).await;
                assert!(matches!(
                    environment.run(worker, environment.table(), &run).await.unwrap(),
                    SweepOutcome::Swept(..)
                ));
            }
            // Not compared by `assert_eq`: it would print all of the table, twice.
            let differing: Vec<String> =
                rows(&environment).await.into_iter().filter(|row| !expected.contains(row)).collect();
            assert!(differing.is_empty(), "{worker} {death:?}: {differing:#?}");
            assert_eq!(rows(&environment).await.len(), expected.len(), "{worker} {death:?}");
        }
    }
    deaths
}

#[tokio::test]
async fn killed_at_any_write_and_run_again_ends_the_same() {
    let mut deaths = 0;
    for worker in ["droplets", "projects"] {
        deaths += crash_at_every_write(worker, eventful).await;
    }
    assert!(deaths > 10, "{deaths}");
    eprintln!("died {deaths} times, and each time the next run ended the same");
}

/// Lets a lease run out without letting time pass for anything else.
pub(crate) async fn expire_lease(environment: &TestEnvironment, worker: &str) {
    use aws_sdk_dynamodb::types::AttributeValue::S;
    let lane = crate::environment::target(worker).1.sync_kind();
    let request = environment.embedded.client.update_item().table_name(embedded_table::TABLE_NAME);
    request
        .key("pk", S("ACCOUNT#demo".to_owned()))
        .key("sk", S(format!("SWEEP#{lane}")))
        .update_expression("SET lease_until = :past")
        .expression_attribute_values(":past", S("2000-01-01T00:00:00.000Z".to_owned()))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn of_two_sweeps_at_once_one_runs_and_the_other_comes_back() {
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
async fn a_sweep_without_time_left_says_so_and_the_next_goes_on() {
    let environment = TestEnvironment::demo().await;
    let out_of_time = digitalocean::RequestDeadline::after(std::time::Duration::ZERO);
    let outcome = environment.run_until("droplets", environment.table(), &RunId::random(), out_of_time).await.unwrap();
    let SweepOutcome::Swept(receipt, _) = outcome else { panic!("{outcome:?}") };
    assert!(!receipt.status.is_complete());
    assert_eq!(environment.sweep("droplets").await.changes.discovered, 5);
}
