//! Requests to repeat the matching of an invoice.

use domain::AccountStatus;
use runtime::Message;
use runtime::batch::SqsMetadata;
use serde_json::{Value, json};

use super::bills;
use crate::app::{App, Who, queue_url, time};
use crate::seed;

#[tokio::test]
async fn a_rematch_is_a_message_that_the_worker_reads() {
    let app = App::start().await;
    let table = &app.table.table;
    seed::account(table, "main", AccountStatus::Enabled).await;
    bills::insert_all(table, "main").await;
    let writes = app.table.requests.counts().writes;
    for (number, (uuid, month)) in [("march-of-main", "2026-03"), ("april-of-main", "2026-04")].iter().enumerate() {
        let answer = app.send(Who::Admin, "POST", &format!("/billing/invoices/{uuid}/rematch"), None).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        let sent = app.queue.sent(&queue_url("invoice-ingest"));
        assert_eq!(sent.len(), number + 1);
        let message = Message::parse(sent[number].body.as_bytes(), "invoice-ingest", &SqsMetadata::default()).unwrap();
        assert_eq!((message.account.as_str(), message.attempt), ("main", 0));
        assert_eq!(
            (message.scheduled_at, &answer.body["run_id"]),
            (time("2026-04-12T12:00:00Z"), &json!(message.run_id))
        );
        let task: billing::Task = serde_json::from_value(Value::Object(message.fields)).unwrap();
        let expected =
            billing::Task::Rematch { period: bills::period(month), invoice: domain::InvoiceUuid::new(*uuid).unwrap() };
        assert_eq!(task, expected);
    }
    assert_eq!(app.table.requests.counts().writes, writes);
}

#[tokio::test]
async fn an_invoice_that_cannot_be_matched_is_refused() {
    let app = App::start().await;
    let table = &app.table.table;
    seed::account(table, "main", AccountStatus::Enabled).await;
    seed::account(table, "paused", AccountStatus::Paused).await;
    for account in ["main", "paused"] {
        bills::insert_all(table, account).await;
    }
    bills::insert(table, &bills::invoice("main", "2026-02", "february-of-main", "70")).await;
    let cases = [
        ("february-of-main", 409, "no-lines"),
        ("march-of-paused", 409, "account-paused"),
        ("march-of-main?account=paused", 404, "not-found"),
        ("march-of-nowhere", 404, "not-found"),
        ("march-of-main?acount=main", 400, "invalid-request"),
    ];
    for (invoice, status, kind) in cases {
        let path = match invoice.split_once('?') {
            Some((uuid, query)) => format!("/billing/invoices/{uuid}/rematch?{query}"),
            None => format!("/billing/invoices/{invoice}/rematch"),
        };
        let answer = app.send(Who::Admin, "POST", &path, None).await;
        assert_eq!(answer.status, status, "{invoice}: {}", answer.text);
        assert_eq!(answer.body["type"], format!("urn:arcadia:problem:{kind}"), "{invoice}");
    }
    assert!(app.queue.sent(&queue_url("invoice-ingest")).is_empty());
    app.queue.refuse(&queue_url("invoice-ingest"));
    let answer = app.send(Who::Admin, "POST", "/billing/invoices/march-of-main/rematch", None).await;
    assert_eq!((answer.status, answer.headers.contains_key("retry-after")), (503, true));
}
