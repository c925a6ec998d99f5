//! Tests of the outcome of every kind of record.

use std::{collections::BTreeMap, io, sync::Mutex};

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::{
    batch::MAX_ATTEMPTS,
    fake::{self, Logs, MemoryQueue},
};

const QUEUE: &str = "https://sqs/droplets";
const DLQ: &str = "https://sqs/droplets-dlq";
const MINUTE: Duration = Duration::from_secs(60);

/// Creates a body whose own field `act` determines what the handler of [`Fixture::run`] does.
fn body(act: &str, attempt: u32) -> String {
    format!(r#"{{"v":1,"worker":"droplets","account":"main","run_id":"run-{act}","attempt":{attempt},"act":"{act}"}}"#)
}

#[derive(serde::Deserialize)]
struct Act {
    act: String,
}

/// A runner with a fake queue, and the acts that its handler was called with.
struct Fixture {
    queue: Arc<MemoryQueue>,
    runner: BatchRunner,
    handled: Mutex<Vec<String>>,
}

impl Fixture {
    fn new() -> Self {
        let queue = Arc::new(MemoryQueue::new());
        let runner = BatchRunner::new(Arc::clone(&queue) as Arc<dyn Queue>, "droplets", QUEUE, DLQ);
        Self { queue, runner, handled: Mutex::default() }
    }

    async fn run(&self, records: Vec<SqsMessage>, remaining: Duration) -> Result<Vec<String>, Error> {
        let handler = |message: Message<Act>, _deadline| async move {
            self.handled.lock().unwrap().push(message.fields.act.clone());
            match message.fields.act.as_str() {
                "panic" => panic!("as asked"),
                "retry" => Err(io::Error::other("connection cut").into()),
                "later" => Err(Failure::later(Duration::from_secs(3_600), "rate limited")),
                "terminal" => Err(Failure::terminal_for("no such\ninvoice")(io::Error::other("404"))),
                "hang" => std::future::pending().await,
                _ => Ok(()),
            }
        };
        let invocation = fake::invocation(remaining);
        let response = self.runner.run_batch(fake::event(records), &invocation, handler).await?;
        Ok(response.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect())
    }

    async fn run_bodies(&self, bodies: &[&str]) -> Vec<String> {
        let records =
            bodies.iter().enumerate().map(|(index, body)| fake::record(&format!("m-{index}"), body)).collect();
        self.run(records, MINUTE).await.unwrap()
    }

    fn reason(&self) -> String {
        let letters = self.queue.sent(DLQ);
        assert_eq!(letters.len(), 1, "{letters:?}");
        letters[0].attributes.iter().find(|(name, _)| name == "reason").unwrap().1.clone()
    }
}

#[tokio::test]
async fn a_failure_does_not_affect_the_other_records_of_the_batch() {
    let fixture = Fixture::new();
    let acts = ["ok-1", "panic", "retry", "later", "terminal", "ok-2"].map(|act| body(act, 0));
    let mut bodies: Vec<_> = acts.iter().map(String::as_str).collect();
    bodies.insert(1, "{");
    assert_eq!(fixture.run_bodies(&bodies).await, ["m-2", "m-3"], "the panic and the retry");
    assert_eq!(*fixture.handled.lock().unwrap(), ["ok-1", "panic", "retry", "later", "terminal", "ok-2"]);
    assert_eq!(fixture.queue.sent(DLQ).len(), 2, "the bad message and the terminal one");
    assert_eq!(fixture.queue.sent(QUEUE).len(), 1, "the deferred message");
}

#[tokio::test]
async fn a_panic_before_the_first_await_is_caught_as_well() {
    let fixture = Fixture::new();
    let handler = |message: Message, _| {
        assert_ne!(message.run_id, "run-x", "as asked");
        async { Ok(()) }
    };
    let event = fake::event(vec![fake::record("m-0", &body("x", 0)), fake::record("m-1", &body("y", 0))]);
    let response = fixture.runner.run_batch(event, &fake::invocation(MINUTE), handler).await.unwrap();
    assert_eq!(response.batch_item_failures.len(), 1);
    assert_eq!(response.batch_item_failures[0].item_identifier, "m-0");
}

#[tokio::test]
async fn a_terminal_failure_goes_to_the_dead_letter_queue_unchanged() {
    let fixture = Fixture::new();
    let original = body("terminal", 0);
    assert!(fixture.run_bodies(&[&original]).await.is_empty());
    let letters = fixture.queue.sent(DLQ);
    assert_eq!(letters[0].body, original);
    let attributes: BTreeMap<_, _> = letters[0].attributes.iter().cloned().collect();
    let expected = [("reason", "no such invoice"), ("request_id", "request-1"), ("worker", "droplets")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(attributes, BTreeMap::from(expected));
}

#[tokio::test]
async fn a_bad_message_goes_to_the_dead_letter_queue_with_the_place() {
    for (bad, reason) in [
        (r#"{"v":1,"worker":"droplets","account":7}"#, "bad message: at account: invalid type"),
        (r#"{"v":1,"worker":"droplets","account":"main"}"#, "missing field `act`"),
        (r#"{"v":1,"worker":"domains","account":"main"}"#, "not this function's worker"),
    ] {
        let fixture = Fixture::new();
        assert!(fixture.run_bodies(&[bad]).await.is_empty());
        assert!(fixture.reason().contains(reason), "{}", fixture.reason());
        assert!(fixture.handled.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn if_the_dead_letter_queue_refuses_sqs_delivers_again() {
    let fixture = Fixture::new();
    fixture.queue.refuse(DLQ);
    assert_eq!(fixture.run_bodies(&["{", &body("terminal", 0), &body("ok", 0)]).await, ["m-0", "m-1"]);
}

#[tokio::test]
async fn a_deferred_message_is_sent_again_with_its_run_and_one_more_attempt() {
    let fixture = Fixture::new();
    let tick = r#"{"v":1,"worker":"droplets","account":"*","act":"later"}"#;
    assert!(fixture.run_bodies(&[tick]).await.is_empty());
    let sent = fixture.queue.sent(QUEUE);
    assert_eq!(sent[0].delay, Duration::from_secs(900), "capped");
    let message: Value = serde_json::from_str(&sent[0].body).unwrap();
    assert_eq!(message["attempt"], 1);
    assert_eq!(message["run_id"], "m-0", "not the id of the new SQS message");
    assert_eq!(message["scheduled_at"], "2026-04-01T00:00:00Z");
    assert_eq!(message["act"], "later");
}

#[tokio::test]
async fn a_message_is_given_up_after_the_maximum_number_of_attempts() {
    let fixture = Fixture::new();
    assert!(fixture.run_bodies(&[&body("later", MAX_ATTEMPTS - 1)]).await.is_empty());
    assert_eq!(fixture.queue.sent(QUEUE).len(), 1, "the last attempt is allowed");
    assert!(fixture.run_bodies(&[&body("later", MAX_ATTEMPTS)]).await.is_empty());
    assert_eq!(fixture.queue.sent(QUEUE).len(), 1);
    assert_eq!(fixture.reason(), "given up after 20 attempts: rate limited");
    assert!(fixture.run_bodies(&[&body("later", u32::MAX)]).await.is_empty());
}

#[tokio::test]
async fn a_dead_letter_that_is_moved_back_has_all_its_attempts_again() {
    let fixture = Fixture::new();
    fixture.run_bodies(&[&body("later", MAX_ATTEMPTS)]).await;
    let letter = fixture.queue.sent(DLQ)[0].body.clone();
    let message: Value = serde_json::from_str(&letter).unwrap();
    assert_eq!(message["attempt"], 0);
    assert_eq!((&message["run_id"], &message["act"]), (&Value::from("run-later"), &Value::from("later")));
    assert!(fixture.run_bodies(&[&letter]).await.is_empty());
    assert_eq!(fixture.queue.sent(QUEUE).len(), 1, "the message is deferred and not given up");
}

#[tokio::test]
async fn if_the_queue_refuses_the_message_is_delivered_again() {
    let fixture = Fixture::new();
    fixture.queue.refuse(QUEUE);
    assert_eq!(fixture.run_bodies(&[&body("later", 0), &body("retry", 0)]).await, ["m-0", "m-1"]);
}

#[tokio::test]
async fn retries_are_delayed_longer_with_every_delivery() {
    let seconds = |received: Option<&str>, act: &'static str| {
        let mut record = fake::record("m-0", &body(act, 0));
        match received {
            Some(count) => record.attributes.insert("ApproximateReceiveCount".to_owned(), count.to_owned()),
            None => record.attributes.remove("ApproximateReceiveCount"),
        };
        async move {
            let fixture = Fixture::new();
            assert_eq!(fixture.run(vec![record], MINUTE).await.unwrap(), ["m-0"]);
            let changes = fixture.queue.visibility();
            assert!(changes.iter().all(|(handle, _)| handle == "receipt-m-0"));
            changes.iter().map(|(_, after)| after.as_secs()).collect::<Vec<_>>()
        }
    };
    for (received, expected) in [("1", 60), ("2", 120), ("3", 300), ("4", 600), ("0", 60), ("often", 60)] {
        assert_eq!(seconds(Some(received), "retry").await, [expected], "{received}");
        assert_eq!(seconds(Some(received), "panic").await, [expected], "{received}");
    }
    assert_eq!(seconds(None, "retry").await, [60]);
    for received in ["5", "6", "1000"] {
        assert!(seconds(Some(received), "retry").await.is_empty(), "the queue's own visibility timeout applies");
    }
}

#[tokio::test]
async fn only_a_retried_record_has_its_visibility_changed() {
    let fixture = Fixture::new();
    fixture.run_bodies(&["ok", "later", "terminal"].map(|act| body(act, 0)).each_ref().map(String::as_str)).await;
    assert!(fixture.queue.visibility().is_empty());
}

#[tokio::test]
async fn no_record_is_started_near_the_deadline() {
    let fixture = Fixture::new();
    let records = vec![fake::record("m-0", &body("ok", 0)), fake::record("m-1", "{")];
    assert_eq!(fixture.run(records, Duration::from_secs(4)).await.unwrap(), ["m-0", "m-1"]);
    assert!(fixture.handled.lock().unwrap().is_empty() && fixture.queue.sent(DLQ).is_empty());
    assert_eq!(fixture.queue.visibility().len(), 2, "they are delivered again after the same time as failed ones");
}

#[tokio::test]
async fn a_record_that_hangs_is_aborted_and_earlier_ones_stay_done() {
    let mut fixture = Fixture::new();
    fixture.runner.stop_margin = Duration::from_millis(5_900);
    let records = ["ok", "hang", "ok"].map(|act| fake::record(act, &body(act, 0))).to_vec();
    let started = Instant::now();
    let failures = fixture.run(records, Duration::from_secs(6)).await.unwrap();
    assert_eq!(failures[0], "hang");
    assert!(started.elapsed() < Duration::from_secs(2));
    assert_eq!(fixture.handled.lock().unwrap()[..2], ["ok", "hang"]);
}

#[tokio::test]
async fn a_record_without_an_id_fails_the_batch_only_if_it_must_be_redelivered() {
    for id in [None, Some(String::new())] {
        let nameless = |act| {
            let mut record = fake::record("x", &body(act, 0));
            record.message_id.clone_from(&id);
            record
        };
        let fixture = Fixture::new();
        let failed = fixture.run(vec![nameless("retry"), fake::record("m-1", &body("ok", 0))], MINUTE).await;
        assert!(matches!(failed, Err(Error::Unreportable { count: 1 })));
        assert!(fixture.run(vec![nameless("ok"), nameless("terminal")], MINUTE).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_record_without_a_body_is_a_bad_message() {
    let fixture = Fixture::new();
    let mut record = fake::record("m-0", "");
    record.body = None;
    assert!(fixture.run(vec![record], MINUTE).await.unwrap().is_empty());
    assert_eq!(fixture.queue.sent(DLQ)[0].body, "(empty)");
}

#[tokio::test]
async fn an_empty_batch_is_done() {
    assert!(Fixture::new().run(Vec::new(), MINUTE).await.unwrap().is_empty());
}

#[tokio::test]
async fn every_failure_is_one_line_with_its_context_and_sources() {
    let logs = Logs::default();
    let _guard = tracing::subscriber::set_default(logs.subscriber("info"));
    let bodies = ["ok", "terminal", "retry", "later"].map(|act| body(act, 0));
    Fixture::new().run_bodies(&bodies.each_ref().map(String::as_str)).await;
    let lines = logs.parsed();
    let logged: Vec<_> = lines
        .iter()
        .map(|line| ["run_id", "level", "message", "reason", "error"].map(|name| line[name].as_str().unwrap_or("-")))
        .collect();
    let expected = [
        ["run-terminal", "ERROR", "message sent to the dead-letter queue", "no such\ninvoice", "404"],
        ["run-retry", "WARN", "message failed, SQS delivers it again", "-", "connection cut"],
        ["run-later", "INFO", "message deferred", "rate limited", "-"],
    ];
    assert_eq!(logged, expected);
    for line in &lines {
        assert_eq!(line["request_id"], "request-1");
        assert_eq!(line["worker"], "droplets");
        assert_eq!(line["account"], "main");
        assert_eq!(line["receive_count"], 1);
        assert!(line["message_id"].is_string());
    }
    assert_eq!(lines[2]["delay_s"], 900);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// For any mix of outcomes, a record is a batch item failure exactly if it must be redelivered,
    /// and every other record has its effect exactly once.
    #[test]
    fn exactly_the_records_to_redeliver_are_batch_item_failures(
        acts in proptest::collection::vec(
            prop::sample::select(vec!["ok", "panic", "retry", "later", "capped", "terminal", "bad"]),
            0..12,
        ),
        refuse_queue in any::<bool>(),
        refuse_dlq in any::<bool>(),
    ) {
        let fixture = Fixture::new();
        for (refuse, url) in [(refuse_queue, QUEUE), (refuse_dlq, DLQ)] {
            if refuse {
                fixture.queue.refuse(url);
            }
        }
        let bodies: Vec<_> = acts.iter().map(|act| match *act {
            "bad" => "{".to_owned(),
            "capped" => body("later", MAX_ATTEMPTS),
            act => body(act, 0),
        }).collect();
        let records = bodies.iter().enumerate().map(|(index, body)| fake::record(&index.to_string(), body)).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let failures = runtime.block_on(fixture.run(records, MINUTE)).unwrap();

        let is_redelivered = |act: &str| match act {
            "panic" | "retry" => true,
            "later" => refuse_queue,
            "capped" | "terminal" | "bad" => refuse_dlq,
            _ => false,
        };
        let expected: Vec<_> =
            acts.iter().enumerate().filter(|(_, act)| is_redelivered(act)).map(|(index, _)| index.to_string()).collect();
        prop_assert_eq!(failures, expected);
        let count = |among: &[&str]| acts.iter().filter(|act| among.contains(act)).count();
        prop_assert_eq!(fixture.handled.lock().unwrap().len(), acts.len() - count(&["bad"]));
        prop_assert_eq!(fixture.queue.sent(QUEUE).len(), if refuse_queue { 0 } else { count(&["later"]) });
        let dead: Vec<_> = fixture.queue.sent(DLQ).into_iter().map(|letter| letter.body).collect();
        prop_assert_eq!(dead.len(), if refuse_dlq { 0 } else { count(&["capped", "terminal", "bad"]) });
        let given_up = |body: &String| body.contains("\"attempt\":0");
        prop_assert!(dead.iter().all(|body| bodies.contains(body) || given_up(body)), "bodies are sent unchanged");
    }
}
