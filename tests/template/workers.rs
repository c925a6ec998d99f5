//! A worker's block: queues, function, schedule, alarms.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::deployed::{Deployed, arns, get_att};

/// The queue that each worker's name stands for in a list, as `${DropletsQueue}`.
fn listed(deployed: &Deployed, binaries: &[&str]) -> BTreeMap<String, String> {
    let workers = deployed.workers().into_iter().filter(|worker| binaries.contains(&worker.binary.as_str()));
    workers.map(|worker| (worker.name, format!("${{{}Queue}}", worker.id))).collect()
}

/// The binaries whose workers run when the API asks for it: sagas are started, not synced.
const ON_DEMAND: [&str; 2] = ["sync-worker", "billing-worker"];

#[test]
fn every_worker_has_its_queues() {
    let deployed = Deployed::read();
    for worker in deployed.workers() {
        let (id, name) = (worker.id, worker.name);
        let queue = deployed.properties(&format!("{id}Queue"));
        assert_eq!(queue["QueueName"], json!({"Fn::Sub": format!("${{AWS::StackName}}-{name}")}));
        let function = deployed.properties(&format!("{id}Function"));
        let timeout = function.get("Timeout").unwrap_or(&deployed.0["Globals"]["Function"]["Timeout"]);
        assert_eq!(queue["VisibilityTimeout"], 6 * timeout.as_u64().unwrap(), "{id}");
        // What fails is to reach the dead-letter queue before it expires.
        let receives = if queue["MessageRetentionPeriod"].is_null() { 5 } else { 3 };
        assert_eq!(queue["RedrivePolicy"]["maxReceiveCount"], receives, "{id}");
        assert_eq!(queue["RedrivePolicy"]["deadLetterTargetArn"], get_att(&format!("{id}DeadLetterQueue"), "Arn"));
        assert_eq!(queue["SqsManagedSseEnabled"], true);
        let dead = deployed.properties(&format!("{id}DeadLetterQueue"));
        assert_eq!(dead["QueueName"], json!({"Fn::Sub": format!("${{AWS::StackName}}-{name}-dlq")}));
        assert_eq!(dead["MessageRetentionPeriod"], 14 * 24 * 3600);
        assert_eq!(dead["SqsManagedSseEnabled"], true);
    }
}

#[test]
fn only_what_ticks_every_minute_forgets_old_messages() {
    let deployed = Deployed::read();
    for worker in deployed.workers() {
        let schedule = deployed.resources().get(&format!("{}Schedule", worker.id));
        let quick = schedule.is_some_and(|schedule| schedule["Properties"]["ScheduleExpression"] == "rate(1 minute)");
        let retention = &deployed.properties(&format!("{}Queue", worker.id))["MessageRetentionPeriod"];
        assert_eq!(!retention.is_null(), quick, "{}", worker.name);
    }
}

#[test]
fn every_worker_reads_its_own_queue_and_knows_it() {
    let deployed = Deployed::read();
    for worker in deployed.workers() {
        let id = worker.id;
        let function = format!("{id}Function");
        let variables = deployed.variables(&function);
        assert_eq!(variables["QUEUE_URL"], json!({"Ref": format!("{id}Queue")}));
        assert_eq!(variables["DLQ_URL"], json!({"Ref": format!("{id}DeadLetterQueue")}));
        let sources = deployed.properties(&function)["Events"].as_object().unwrap();
        assert_eq!(sources.len(), 1, "{id}");
        let source = &sources["Queue"]["Properties"];
        assert_eq!(source["Queue"], get_att(&format!("{id}Queue"), "Arn"));
        assert_eq!(source["BatchSize"], 1, "{id}");
        assert_eq!(source["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
        // Invoices are by the hundred at once: their number is not the stage's to raise.
        let concurrency = match worker.name.as_str() {
            "invoice-ingest" => json!(2),
            _ => json!({"Fn::FindInMap": ["Workers", {"Ref": "Stage"}, "MaximumConcurrency"]}),
        };
        assert_eq!(source["ScalingConfig"]["MaximumConcurrency"], concurrency, "{id}");
    }
}

#[test]
fn every_scheduled_worker_has_a_schedule_that_may_send_only_to_its_queue() {
    let deployed = Deployed::read();
    for worker in deployed.scheduled_workers() {
        let id = worker.id;
        let schedule = deployed.properties(&format!("{id}Schedule"));
        assert_eq!(schedule["FlexibleTimeWindow"]["Mode"], "OFF");
        assert_eq!(schedule["ScheduleExpressionTimezone"], "UTC");
        assert_eq!(schedule["State"], json!({"Ref": "Schedules"}));
        assert_eq!(schedule["Target"]["Arn"], get_att(&format!("{id}Queue"), "Arn"));
        assert_eq!(schedule["Target"]["RoleArn"], get_att(&format!("{id}ScheduleRole"), "Arn"));
        let tick: Value = serde_json::from_str(schedule["Target"]["Input"].as_str().unwrap()).unwrap();
        assert_eq!(tick, json!({"v": 1, "worker": worker.name, "account": "*"}));
        let allowed =
            json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": get_att(&format!("{id}Queue"), "Arn")});
        assert_eq!(deployed.statements(&format!("{id}ScheduleRole")), [allowed]);
    }
}

#[test]
fn every_worker_has_both_alarms() {
    let deployed = Deployed::read();
    for worker in deployed.workers() {
        for (alarm, queue, metric, name) in [
            ("DeadLetterAlarm", "DeadLetterQueue", "ApproximateNumberOfMessagesVisible", "dead-letters"),
            ("AgeAlarm", "Queue", "ApproximateAgeOfOldestMessage", "oldest-message"),
        ] {
            let properties = deployed.properties(&format!("{}{alarm}", worker.id));
            let queue = get_att(&format!("{}{queue}", worker.id), "QueueName");
            assert_eq!(properties["MetricName"], metric);
            assert_eq!(properties["Dimensions"], json!([{"Name": "QueueName", "Value": queue}]));
            let expected = format!("${{AWS::StackName}}-{}-{name}", worker.name);
            assert_eq!(properties["AlarmName"], json!({"Fn::Sub": expected}));
        }
    }
}

#[test]
fn every_list_of_workers_names_all_of_them() {
    let deployed = Deployed::read();
    let read =
        |text: &Value| -> BTreeMap<String, String> { serde_json::from_str(text["Fn::Sub"].as_str().unwrap()).unwrap() };
    let on_demand = listed(&deployed, &ON_DEMAND);
    for function in ["ApiFunction", "ProvisioningApiFunction"] {
        assert_eq!(read(&deployed.variables(function)["WORKER_QUEUES"]), on_demand, "{function}");
    }
    let all = listed(&deployed, &[&ON_DEMAND[..], &["saga-worker"]].concat());
    assert_eq!(read(&deployed.0["Outputs"]["WorkerQueues"]["Value"]), all);
    let queues = on_demand.values().map(|queue| queue.trim_matches(&['$', '{', '}'][..]));
    assert_eq!(deployed.allowed_resources("ApiRole", "sqs:SendMessage"), arns(queues));
}

#[test]
fn the_history_may_ask_for_invoices() {
    let deployed = Deployed::read();
    assert_eq!(deployed.variables("BillingHistoryFunction")["INGEST_QUEUE_URL"], json!({"Ref": "InvoiceIngestQueue"}));
    let queues = ["BillingHistoryQueue", "BillingHistoryDeadLetterQueue", "InvoiceIngestQueue"];
    assert_eq!(deployed.allowed_resources("BillingHistoryRole", "sqs:SendMessage"), arns(queues));
}
