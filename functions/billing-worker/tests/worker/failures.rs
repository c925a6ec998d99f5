use std::time::Duration;

use billing::BILLING_HISTORY;
use chrono::{TimeDelta, Utc};
use digitalocean_sim::{CutPoint, Effect, Fault, LimitKind};
use domain::billing::{Invoice, InvoiceStatus};
use runtime::{Deadline, Failure};
use serde_json::json;

use crate::ingest::APRIL;
use crate::world::{World, fate, ingest};

const HEADER: &str = "product,group_description,description,hours,start,end,USD,project_name,category\n";

/// April was taken in; a day later its amount is another, so that it is to be read again.
async fn taken_in() -> (World, Invoice) {
    let world = World::new().await;
    world.run(BILLING_HISTORY.name).await;
    world.perform(&ingest(APRIL.0, APRIL.1)).await;
    let head = world.head(APRIL.0, APRIL.1).await;
    assert_eq!(head.status, InvoiceStatus::Ingested);
    world.clock.advance(TimeDelta::hours(24));
    (world, head)
}

fn at(path: &str, effect: Effect) -> Fault {
    Fault::on(&format!("/v2/customers/my/invoices/{}{path}", APRIL.1), effect)
}

#[tokio::test]
async fn a_bad_row_keeps_the_lines_of_before_and_is_told_by_its_number() {
    let (world, before) = taken_in().await;
    let lines = world.lines(&before).await;
    let cases = [
        (
            format!("{HEADER}Droplets,,web (s-1vcpu-1gb),1,,,$1.00,,iaas\nDroplets,,web,1,,,free,,iaas\n"),
            "line 3, column USD",
        ),
        (format!("{HEADER}Droplets,,web,1\n"), "line 2: 4 fields"),
        ("product,description\nDroplets,web\n".to_owned(), "lacks USD"),
        (String::new(), "the CSV is empty"),
    ];
    for (csv, says) in cases {
        world.sim.account("demo").change("invoices", APRIL.1, json!({ "csv": csv }));
        assert_eq!(world.perform(&ingest(APRIL.0, APRIL.1)).await, "terminal", "{says}");
        let head = world.head(APRIL.0, APRIL.1).await;
        assert_eq!(head.status, InvoiceStatus::Failed, "{says}");
        let error = head.error.clone().unwrap();
        assert!(error.contains(says), "{says}: {error}");
        assert_eq!((&head.lines, &head.staged_revision), (&before.lines, &None), "{says}");
        assert_eq!(world.lines(&head).await, lines, "{says}");
    }
    // The next day's run asks for it again, and a CSV that can be read puts all right.
    world.sim.account("demo").change("invoices", APRIL.1, json!({ "csv": null }));
    assert_eq!(world.perform(&ingest(APRIL.0, APRIL.1)).await, "done");
    let head = world.head(APRIL.0, APRIL.1).await;
    assert_eq!((head.status, head.error), (InvoiceStatus::Ingested, None));
}

#[tokio::test]
async fn what_digitalocean_refuses_is_on_the_head_after_every_attempt() {
    use InvoiceStatus::{Failed, Ingested};
    let cut = Effect::Cut { at: CutPoint::MidBody };
    // (path, effect, what becomes of the message, status, what the head says).
    let cases = [
        ("/csv", Effect::status(401), "terminal", Failed, "replace it"),
        ("/csv", Effect::status(403), "terminal", Failed, "billing:read"),
        ("/csv", Effect::status(404), "terminal", Failed, "404"),
        ("/csv", Effect::status(503), "retry", Failed, "503"),
        ("/csv", cut, "retry", Failed, "cut off"),
        ("/csv", Effect::error_body(), "retry", Failed, "server_error"),
        ("", Effect::status(503), "retry", Failed, "503"),
        ("", Effect::TruncatedJson, "retry", Failed, "cut off"),
        ("/summary", Effect::status(403), "terminal", Failed, "billing:read"),
        ("/summary", Effect::status(500), "retry", Failed, "500"),
        ("", Effect::RateLimit { limit: LimitKind::Hourly, wait_seconds: 600 }, "later", Ingested, "rate limited"),
    ];
    for (path, effect, becomes, status, says) in cases {
        let (world, before) = taken_in().await;
        // The client reckons waits by the machine's clock.
        world.clock.advance(Utc::now() - domain::Clock::now(world.clock.as_ref()));
        world.sim.faults().add(at(path, effect.clone()));
        let became = world.perform(&ingest(APRIL.0, APRIL.1)).await;
        assert!(became.starts_with(becomes), "{path} {effect:?}: {became}");
        let head = world.head(APRIL.0, APRIL.1).await;
        assert_eq!(head.status, status, "{path} {effect:?}");
        let error = head.error.clone().unwrap();
        assert!(error.contains(says), "{path} {effect:?}: {error}");
        assert_eq!(head.lines, before.lines, "{path} {effect:?}");
        if becomes == "terminal" {
            world.perform(&ingest(APRIL.0, APRIL.1)).await;
            let again = world.head(APRIL.0, APRIL.1).await;
            // The error itself names another request.
            assert_eq!((again.status, again.lines), (head.status, head.lines), "{path} {effect:?}");
        }
        world.sim.faults().clear();
        assert_eq!(world.perform(&ingest(APRIL.0, APRIL.1)).await, "done", "{path} {effect:?}");
        let mended = world.head(APRIL.0, APRIL.1).await;
        assert_eq!((mended.status, mended.error, mended.lines), (Ingested, None, before.lines), "{path} {effect:?}");
    }
}

#[tokio::test]
async fn an_invoice_without_items_or_summary_is_held_against_what_there_is() {
    for (path, missing) in [("", "items"), ("/summary", "summary_parts")] {
        let world = World::new().await;
        world.run(BILLING_HISTORY.name).await;
        world.sim.faults().add(at(path, Effect::status(404)));
        assert_eq!(world.perform(&ingest(APRIL.0, APRIL.1)).await, "done", "{missing}");
        let set = world.head(APRIL.0, APRIL.1).await.lines.unwrap();
        let told = serde_json::to_value(&set.tie_out).unwrap();
        assert_eq!((&told["status"], &told["missing"][0]), (&json!("incomplete"), &json!(missing)));
        assert_eq!(set.counts.lines, 33, "{missing}");
    }
}

#[tokio::test]
async fn who_is_out_of_time_comes_back_and_goes_on() {
    let (world, _) = taken_in().await;
    world.sim.account("demo").change(
        "invoices",
        APRIL.1,
        json!({ "csv": format!("{HEADER}Droplets,,web,1,,,$1.00,,\n") }),
    );
    let worker = world.worker("invoice-ingest");
    let result = worker.handle(world.task(&ingest(APRIL.0, APRIL.1)), Deadline::after(Duration::from_secs(8))).await;
    assert!(matches!(&result, Err(Failure::Later { .. })), "{result:?}");
    assert_eq!(fate(&result), "later 0");
    let head = world.head(APRIL.0, APRIL.1).await;
    assert_eq!(head.status, InvoiceStatus::Ingested, "a wait is no failure");
    assert!(head.error.unwrap().contains("deadline"), "and yet the head says what it waits for");
}
