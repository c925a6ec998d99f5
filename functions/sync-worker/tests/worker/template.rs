//! The template deploys exactly the workers that the code knows.

use std::collections::BTreeMap;

use inventory::WORKERS;
use runtime::Message;
use runtime::batch::Sent;
use serde_yaml_ng::Value;

/// The resources of the template by their logical names, and its defaults for functions.
fn template() -> (BTreeMap<String, Value>, Value) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");
    let template: Value = serde_yaml_ng::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let resources = serde_yaml_ng::from_value(template["Resources"].clone()).unwrap();
    (resources, template["Globals"]["Function"].clone())
}

fn of_type<'a>(resources: &'a BTreeMap<String, Value>, kind: &str) -> Vec<&'a Value> {
    resources.values().filter(|resource| resource["Type"] == kind).map(|resource| &resource["Properties"]).collect()
}

/// The text under one of CloudFormation's short tags, such as `!Ref Queue`.
fn short<'a>(value: &'a Value, tag: &str) -> &'a str {
    let Value::Tagged(tagged) = value else { panic!("no {tag}: {value:?}") };
    assert_eq!(tagged.tag, tag);
    tagged.value.as_str().unwrap()
}

fn arn_of(value: &Value) -> &str {
    short(value, "!GetAtt").strip_suffix(".Arn").expect("an ARN")
}

/// The minutes between two ticks of an expression: `cron(5/15 * * * ? *)`, `cron(33 * * * ? *)` or `rate(1 minute)`.
fn cadence(expression: &str) -> i64 {
    if expression == "rate(1 minute)" {
        return 1;
    }
    let fields = expression.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(" * * * ? *)"));
    let minutes = fields.expect("minutes of every hour");
    let (first, every) = minutes.split_once('/').unwrap_or((minutes, "60"));
    let (first, every): (i64, i64) = (first.parse().unwrap(), every.parse().unwrap());
    assert!(60 % every == 0 && first < every, "{expression} does not tick evenly");
    every
}

/// The logical name of each worker's queue.
fn queues(resources: &BTreeMap<String, Value>) -> BTreeMap<String, String> {
    let mut queues = BTreeMap::new();
    for function in of_type(resources, "AWS::Serverless::Function") {
        let variables = &function["Environment"]["Variables"];
        if let Some(worker) = variables.get("WORKER").and_then(Value::as_str) {
            let queue = short(&variables["QUEUE_URL"], "!Ref").to_owned();
            assert_eq!(queues.insert(worker.to_owned(), queue), None, "two functions for {worker}");
        }
    }
    queues
}

#[test]
fn every_worker_has_one_function_and_every_such_function_is_a_worker() {
    let (resources, _) = template();
    let mut names: Vec<&str> = WORKERS.iter().map(|worker| worker.name).collect();
    names.sort_unstable();
    assert_eq!(queues(&resources).into_keys().collect::<Vec<_>>(), names);
}

#[test]
fn a_workers_function_listens_on_its_queue_and_nobody_elses() {
    let (resources, globals) = template();
    for function in of_type(&resources, "AWS::Serverless::Function") {
        let variables = &function["Environment"]["Variables"];
        let Some(worker) = variables.get("WORKER").and_then(Value::as_str) else { continue };
        let name = short(&variables["QUEUE_URL"], "!Ref");
        let source = &function["Events"]["Queue"]["Properties"];
        assert_eq!(arn_of(&source["Queue"]), name, "{worker}");
        assert_eq!(source["FunctionResponseTypes"][0], "ReportBatchItemFailures", "{worker}");
        let queue = &resources[name];
        assert_eq!(queue["Type"], "AWS::SQS::Queue", "{worker}");
        let dead_letters = short(&variables["DLQ_URL"], "!Ref");
        assert_eq!(arn_of(&queue["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]), dead_letters, "{worker}");
        let timeout = function.get("Timeout").unwrap_or(&globals["Timeout"]).as_i64().unwrap();
        assert!(queue["Properties"]["VisibilityTimeout"].as_i64().unwrap() >= 6 * timeout, "{worker}");
    }
}

#[test]
fn every_worker_ticks_at_its_cadence_with_a_message_it_understands() {
    let (resources, _) = template();
    let queues = queues(&resources);
    let schedules = of_type(&resources, "AWS::Scheduler::Schedule");
    assert_eq!(schedules.len(), WORKERS.len());
    for worker in WORKERS {
        let on_queue = |schedule: &&&Value| arn_of(&schedule["Target"]["Arn"]) == queues[worker.name];
        let own: Vec<_> = schedules.iter().filter(on_queue).collect();
        let [schedule] = own[..] else { panic!("{} schedules for {}", own.len(), worker.name) };
        assert_eq!(
            cadence(schedule["ScheduleExpression"].as_str().unwrap()),
            worker.cadence_minutes,
            "{}",
            worker.name
        );
        assert_eq!(schedule["ScheduleExpressionTimezone"], "UTC", "{}", worker.name);
        let input = schedule["Target"]["Input"].as_str().unwrap();
        let sent = Sent { at: Some(chrono::DateTime::UNIX_EPOCH), message_id: Some("m-1".to_owned()) };
        let tick = Message::parse(input.as_bytes(), worker.name, &sent).unwrap();
        assert!(tick.is_for_all_accounts(), "{}", worker.name);
    }
}

#[test]
fn the_api_knows_the_queue_of_every_worker() {
    let (resources, _) = template();
    let functions = of_type(&resources, "AWS::Serverless::Function");
    let told = functions.iter().filter_map(|function| function["Environment"]["Variables"].get("WORKER_QUEUES"));
    let told: Vec<_> = told.map(|value| short(value, "!Sub")).collect();
    let [told] = told[..] else { panic!("{told:?}") };
    let told: BTreeMap<String, String> = serde_json::from_str(told).unwrap();
    let expected: BTreeMap<_, _> =
        queues(&resources).into_iter().map(|(worker, queue)| (worker, format!("${{{queue}}}"))).collect();
    assert_eq!(told, expected);
}
