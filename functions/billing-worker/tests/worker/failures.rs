use std::time::Duration;

use billing::BILLING_HISTORY;
use chrono::{TimeDelta, Utc};
use digitalocean_sim::{CutPoint, Effect, Fault, LimitKind};
use domain::billing::{Invoice, InvoiceStatus};
use runtime::{Deadline, Failure};
use serde_json::json;
use test_support::outcome_text;
use worker::MessageHandler;

use crate::environment::{TestEnvironment, ingest};
use crate::ingest::APRIL;

const HEADER: &str = "product,group_description,description,hours,start,end,USD,project_name,category\n";

/// An environment in which the invoice of April is ingested, one day later.
async fn ingested() -> (TestEnvironment, Invoice) {
    let env = TestEnvironment::new().await;
    env.run(BILLING_HISTORY.name).await;
    env.perform(&ingest(APRIL.0, APRIL.1)).await;
    let header = env.header(APRIL.0, APRIL.1).await;
    assert_eq!(header.status, InvoiceStatus::Ingested);
    env.clock.advance(TimeDelta::hours(24));
    (env, header)
}

fn at(path: &str, effect: Effect) -> Fault {
    Fault::on(&format!("/v2/customers/my/invoices/{}{path}", APRIL.1), effect)
}

#[tokio::test]
async fn a_bad_row_keeps_the_previous_lines_and_is_reported_by_number() {
    let (env, before) = ingested().await;
    let lines = env.lines(&before).await;
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
        env.sim.account("demo").change("invoices", APRIL.1, json!({ "csv": csv }));
        assert_eq!(env.perform(&ingest(APRIL.0, APRIL.1)).await, "terminal", "{says}");
        let header = env.header(APRIL.0, APRIL.1).await;
        assert_eq!(header.status, InvoiceStatus::Failed, "{says}");
        let error = header.error.clone().unwrap();
        assert!(error.contains(says), "{says}: {error}");
        assert_eq!((&header.lines, &header.staged_revision), (&before.lines, &None), "{says}");
        assert_eq!(env.lines(&header).await, lines, "{says}");
    }
    // The next run requests the invoice again, and a valid CSV clears the failure.
    env.sim.account("demo").change("invoices", APRIL.1, json!({ "csv": null }));
    assert_eq!(env.perform(&ingest(APRIL.0, APRIL.1)).await, "done");
    let header = env.header(APRIL.0, APRIL.1).await;
    assert_eq!((header.status, header.error), (InvoiceStatus::Ingested, None));
}

#[tokio::test]
async fn a_refusal_is_recorded_on_the_header_after_every_attempt() {
    use InvoiceStatus::{Failed, Ingested};
    let cut = Effect::Cut { at: CutPoint::MidBody };
    // (path, effect, outcome of the message, status of the invoice, part of its error).
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
    for (path, effect, expected, status, says) in cases {
        let (env, before) = ingested().await;
        // The client computes waits with the system clock.
        env.clock.advance(Utc::now() - domain::Clock::now(env.clock.as_ref()));
        env.sim.faults().add(at(path, effect.clone()));
        let outcome = env.perform(&ingest(APRIL.0, APRIL.1)).await;
        assert!(outcome.starts_with(expected), "{path} {effect:?}: {outcome}");
        let header = env.header(APRIL.0, APRIL.1).await;
        assert_eq!(header.status, status, "{path} {effect:?}");
        let error = header.error.clone().unwrap();
        assert!(error.contains(says), "{path} {effect:?}: {error}");
        assert_eq!(header.lines, before.lines, "{path} {effect:?}");
        if expected == "terminal" {
            env.perform(&ingest(APRIL.0, APRIL.1)).await;
            let again = env.header(APRIL.0, APRIL.1).await;
            // The error texts differ in the request id.
            assert_eq!((again.status, again.lines), (header.status, header.lines), "{path} {effect:?}");
        }
        env.sim.faults().clear();
        assert_eq!(env.perform(&ingest(APRIL.0, APRIL.1)).await, "done", "{path} {effect:?}");
        let recovered = env.header(APRIL.0, APRIL.1).await;
        assert_eq!(
            (recovered.status, recovered.error, recovered.lines),
            (Ingested, None, before.lines),
            "{path} {effect:?}"
        );
    }
}

#[tokio::test]
async fn an_invoice_without_items_or_summary_is_tied_out_with_the_other_sources() {
    for (path, missing) in [("", "items"), ("/summary", "summary_parts")] {
        let env = TestEnvironment::new().await;
        env.run(BILLING_HISTORY.name).await;
        env.sim.faults().add(at(path, Effect::status(404)));
        assert_eq!(env.perform(&ingest(APRIL.0, APRIL.1)).await, "done", "{missing}");
        let set = env.header(APRIL.0, APRIL.1).await.lines.unwrap();
        let tie_out = serde_json::to_value(&set.tie_out).unwrap();
        assert_eq!((&tie_out["status"], &tie_out["missing"][0]), (&json!("incomplete"), &json!(missing)));
        assert_eq!(set.counts.lines, 33, "{missing}");
    }
}

#[tokio::test]
async fn a_run_out_of_time_is_redelivered_and_continues() {
    let (env, _) = ingested().await;
    env.sim.account("demo").change(
        "invoices",
        APRIL.1,
        json!({ "csv": format!("{HEADER}Droplets,,web,1,,,$1.00,,\n") }),
    );
    let worker = env.worker("invoice-ingest");
    let result = worker.handle(env.task(&ingest(APRIL.0, APRIL.1)), Deadline::after(Duration::from_secs(8))).await;
    assert!(matches!(&result, Err(Failure::Later { .. })), "{result:?}");
    assert_eq!(outcome_text(&result), "later 0");
    let header = env.header(APRIL.0, APRIL.1).await;
    assert_eq!(header.status, InvoiceStatus::Ingested, "a deferred message does not mark the invoice failed");
    assert!(header.error.unwrap().contains("deadline"), "the header has the reason of the wait");
}
