use billing::{BILLING_HISTORY, INVOICE_INGEST, Task};
use chrono::TimeDelta;
use domain::InvoiceUuid;
use domain::billing::InvoiceStatus;

use crate::ingest::{APRIL, shown};
use crate::inventory::{expected, put_gone, put_live};
use crate::world::{World, ingest, period};

fn rematch() -> Task {
    Task::Rematch { period: period(APRIL.0), invoice: InvoiceUuid::new(APRIL.1).unwrap() }
}

/// April was taken in when only what exists was known.
async fn taken_in() -> World {
    let world = World::new().await;
    put_live(&world.embedded.table).await;
    world.run(BILLING_HISTORY.name).await;
    world.perform(&ingest(APRIL.0, APRIL.1)).await;
    world.clock.advance(TimeDelta::hours(24));
    world
}

#[tokio::test]
async fn lines_learn_what_the_inventory_learned_and_no_later_reading_undoes_it() {
    let world = taken_in().await;
    let counts = world.head(APRIL.0, APRIL.1).await.lines.unwrap().counts;
    assert_eq!((counts.lines, counts.matched, counts.explained), (33, 19, 14));
    let (asked, before) = (world.asked(), world.records().await);
    assert_eq!(world.perform(&rematch()).await, "done");
    assert_eq!((world.asked(), world.records().await), (asked, before), "nothing learned, nothing written or asked");
    put_gone(&world.embedded.table).await;
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(world.perform(&rematch()).await, "done");
    let head = world.head(APRIL.0, APRIL.1).await;
    let counts = head.lines.as_ref().unwrap().counts;
    assert_eq!((counts.lines, counts.matched, counts.explained), (33, 24, 9));
    let found: Vec<String> = world.lines(&head).await.iter().map(shown).collect();
    assert_eq!(found, expected().into_iter().map(|line| line.is).collect::<Vec<_>>());
    let learned = world.records().await;
    for task in [rematch(), ingest(APRIL.0, APRIL.1), rematch()] {
        world.clock.advance(TimeDelta::seconds(1));
        assert_eq!(world.perform(&task).await, "done");
        assert_eq!(world.records().await, learned, "{task:?}");
    }
}

#[tokio::test]
async fn reading_anew_when_more_is_known_comes_to_what_a_rematch_comes_to() {
    let (read, matched) = (taken_in().await, taken_in().await);
    for (world, task) in [(&read, ingest(APRIL.0, APRIL.1)), (&matched, rematch())] {
        put_gone(&world.embedded.table).await;
        assert_eq!(world.perform(&task).await, "done");
    }
    assert_eq!(read.records().await, matched.records().await);
}

#[tokio::test]
async fn a_nightly_run_asks_for_what_has_lines_without_an_owner() {
    let world = taken_in().await;
    let before = world.queue.sent(crate::world::INGEST).len();
    assert_eq!(world.run(INVOICE_INGEST.name).await, "done");
    let sent = world.queue.sent(crate::world::INGEST);
    let bodies: Vec<serde_json::Value> =
        sent[before..].iter().map(|message| serde_json::from_str(&message.body).unwrap()).collect();
    let [body] = &bodies[..] else { panic!("what is not taken in is not matched again: {bodies:?}") };
    assert_eq!(
        (&body["task"], &body["invoice"], &body["period"]),
        (&"rematch".into(), &APRIL.1.into(), &APRIL.0.into())
    );
    let receipt = world.lane(INVOICE_INGEST.name).await.unwrap().last_complete.unwrap();
    assert_eq!(receipt.items, 1);
}

#[tokio::test]
async fn a_rematch_leaves_alone_what_is_to_be_read_and_what_was_matched_since() {
    let world = World::new().await;
    world.run(BILLING_HISTORY.name).await;
    let (asked, before) = (world.asked(), world.records().await);
    assert_eq!(world.perform(&rematch()).await, "done");
    assert_eq!(world.head(APRIL.0, APRIL.1).await.status, InvoiceStatus::Pending);
    assert_eq!((world.asked(), world.records().await), (asked, before));
    let early = world.task(&rematch());
    world.clock.advance(TimeDelta::seconds(1));
    world.perform(&ingest(APRIL.0, APRIL.1)).await;
    put_live(&world.embedded.table).await;
    let before = world.records().await;
    world.handle(early).await.unwrap();
    assert_eq!(world.records().await, before, "it was asked for before the invoice was read");
}

#[tokio::test]
async fn what_is_known_is_read_once_for_all_that_was_asked_for_at_once_and_anew_for_what_is_asked_later() {
    let world = World::new().await;
    world.run(BILLING_HISTORY.name).await;
    let (table, requests) = world.embedded.another_process();
    let worker = world.worker_on(INVOICE_INGEST.name, table);
    let mut queries = Vec::new();
    for later in [0, 0, 1] {
        world.clock.advance(TimeDelta::seconds(later));
        requests.reset();
        for task in [ingest(APRIL.0, APRIL.1), Task::Preview] {
            let deadline = runtime::Deadline::after(std::time::Duration::from_secs(300));
            worker.handle(world.task(&task), deadline).await.unwrap();
        }
        queries.push(requests.counts().requests["Query"]);
    }
    let kinds = billing_worker::kinds_looked_for().len();
    assert_eq!([queries[0], queries[2]].map(|all| all - queries[1]), [kinds; 2], "{queries:?}");
}
