//! The template deploys exactly the workers that the code knows, at the pace that the code reckons
//! with.

use std::collections::BTreeMap;

use chrono::DateTime;
use runtime::Message;
use runtime::batch::SqsMetadata;

use crate::deployed::Deployed;

/// How often each worker ticks, in minutes, by binary and name; `None` for one that does not.
pub(crate) fn known() -> BTreeMap<(&'static str, &'static str), Option<i64>> {
    let inventory =
        inventory::WORKERS.iter().map(|worker| (("sync-worker", worker.name), Some(worker.cadence_minutes)));
    let billing = billing::WORKERS.iter().map(|worker| (("billing-worker", worker.name), Some(worker.cadence_minutes)));
    let sagas = provisioning::WORKERS.iter().map(|worker| (("saga-worker", worker.name), worker.cadence_minutes));
    inventory.chain(billing).chain(sagas).collect()
}

/// The minutes between two ticks of an expression: `rate(1 minute)`, `cron(5/15 * * * ? *)`,
/// `cron(33 * * * ? *)` or `cron(23 2 * * ? *)`.
fn cadence(expression: &str) -> i64 {
    if expression == "rate(1 minute)" {
        return 1;
    }
    let fields = expression.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(" * * ? *)"));
    let (minutes, hour) = fields.and_then(|fields| fields.split_once(' ')).expect("minutes and hours of every day");
    if hour != "*" {
        let time: [u32; 2] = [minutes, hour].map(|field| field.parse().expect("one time of the day"));
        assert!(time[0] < 60 && time[1] < 24, "{expression}");
        return 24 * 60;
    }
    let (first, every) = minutes.split_once('/').unwrap_or((minutes, "60"));
    let (first, every): (i64, i64) = (first.parse().unwrap(), every.parse().unwrap());
    assert!(60 % every == 0 && first < every, "{expression} does not tick evenly");
    every
}

#[test]
fn every_worker_has_one_function_and_every_such_function_is_a_worker() {
    let deployed = Deployed::read();
    let workers = deployed.workers();
    let mut found: Vec<_> = workers.iter().map(|worker| (worker.binary.as_str(), worker.name.as_str())).collect();
    found.sort_unstable();
    assert_eq!(found, known().into_keys().collect::<Vec<_>>());
}

#[test]
fn every_schedule_has_its_workers_cadence_and_a_message_it_understands() {
    let deployed = Deployed::read();
    let known = known();
    let scheduled: Vec<_> = deployed.scheduled_workers().collect();
    assert_eq!(scheduled.len(), known.values().flatten().count());
    assert_eq!(scheduled.len(), deployed.of_type("AWS::Scheduler::Schedule").len());
    for worker in scheduled {
        let name = worker.name.as_str();
        let schedule = deployed.properties(&format!("{}Schedule", worker.id));
        let expression = schedule["ScheduleExpression"].as_str().unwrap();
        assert_eq!(Some(cadence(expression)), known[&(worker.binary.as_str(), name)], "{name}");
        let input = schedule["Target"]["Input"].as_str().unwrap();
        let sent = SqsMetadata { at: Some(DateTime::UNIX_EPOCH), message_id: Some("m-1".to_owned()) };
        assert!(Message::parse(input.as_bytes(), name, &sent).unwrap().is_for_all_accounts(), "{name}");
    }
}

/// Lambda stops a chain of messages from a function to itself after about 16 invocations, and the
/// message ends in the dead-letter queue
/// (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html>). The emulator does
/// not, so no system test would find it.
#[test]
fn a_function_that_may_send_to_the_queue_it_works_off_allows_the_loop() {
    let deployed = Deployed::read();
    let mut looping = 0;
    for worker in deployed.workers() {
        let function = deployed.properties(&format!("{}Function", worker.id));
        let events = function["Events"].as_object().unwrap().values();
        let queues: Vec<String> = events
            .filter(|event| event["Type"] == "SQS")
            .map(|event| event["Properties"]["Queue"].to_string())
            .collect();
        assert!(!queues.is_empty(), "{} works off no queue", worker.name);
        let sends = deployed.allowed_resources(&format!("{}Role", worker.id), "sqs:SendMessage");
        let loops = queues.iter().any(|queue| sends.contains(queue));
        assert_eq!(function["RecursiveLoop"] == "Allow", loops, "{}", worker.name);
        looping += usize::from(loops);
    }
    assert!(looping > 10, "{looping}");
}

#[test]
fn a_tick_is_tried_until_the_next_one() {
    let deployed = Deployed::read();
    for worker in deployed.scheduled_workers() {
        let schedule = deployed.properties(&format!("{}Schedule", worker.id));
        let cadence = cadence(schedule["ScheduleExpression"].as_str().unwrap());
        assert_eq!(schedule["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"], 60 * cadence, "{}", worker.name);
    }
}

#[test]
fn a_cadence_is_read_off_each_form() {
    let read = ["rate(1 minute)", "cron(5/15 * * * ? *)", "cron(33 * * * ? *)", "cron(23 2 * * ? *)"].map(cadence);
    assert_eq!(read, [1, 15, 60, 24 * 60]);
}
