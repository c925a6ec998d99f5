//! The wake-ups of sagas: queues and one-time schedules, and the alarms on them.

use serde_json::{Value, json};

use crate::deployed::{Deployed, arns, get_att};

/// The functions that send wake-ups, and so are configured for it.
const WAKE_UP_SENDERS: [&str; 4] = ["Execute", "Compensate", "Reconcile", "ProvisioningApi"];
/// The senders whose wake-ups may be later than the 15 minutes of SQS.
const SCHEDULERS: [&str; 3] = ["Execute", "Compensate", "ProvisioningApi"];

#[test]
fn only_wake_up_senders_are_configured_and_allowed_to_send() {
    let deployed = Deployed::read();
    let variables = json!({
        "EXECUTE_QUEUE_URL": {"Ref": "ExecuteQueue"},
        "EXECUTE_QUEUE_ARN": get_att("ExecuteQueue", "Arn"),
        "COMPENSATE_QUEUE_URL": {"Ref": "CompensateQueue"},
        "COMPENSATE_QUEUE_ARN": get_att("CompensateQueue", "Arn"),
        "SCHEDULE_GROUP": {"Ref": "SagaScheduleGroup"},
        "SCHEDULE_ROLE_ARN": get_att("SagaScheduleRole", "Arn"),
        "SAGA_TIMING": {"Ref": "SagaTiming"},
    });
    let group = "arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/${SagaScheduleGroup}/*";
    for (function, _) in deployed.of_type("AWS::Serverless::Function") {
        let id = function.strip_suffix("Function").unwrap();
        let sends_wake_ups = WAKE_UP_SENDERS.contains(&id);
        for (variable, value) in variables.as_object().unwrap() {
            assert_eq!(deployed.variables(function).get(variable), sends_wake_ups.then_some(value), "{id} {variable}");
        }
        let role = format!("{id}Role");
        let is_scheduler = SCHEDULERS.contains(&id);
        let schedules = if is_scheduler { vec![json!({"Fn::Sub": group}).to_string()] } else { Vec::new() };
        assert_eq!(deployed.allowed_resources(&role, "scheduler:CreateSchedule"), schedules, "{id}");
        let passes = if is_scheduler { arns(["SagaScheduleRole"]) } else { Vec::new() };
        assert_eq!(deployed.allowed_resources(&role, "iam:PassRole"), passes, "{id}");
        let sends = deployed.allowed_resources(&role, "sqs:SendMessage");
        assert!(
            !sends_wake_ups || arns(["ExecuteQueue", "CompensateQueue"]).iter().all(|queue| sends.contains(queue)),
            "{id}"
        );
    }
}

#[test]
fn the_role_of_one_time_schedules_reaches_the_two_queues_and_is_passed_to_scheduler_alone() {
    let deployed = Deployed::read();
    assert_eq!(
        deployed.allowed_resources("SagaScheduleRole", "sqs:SendMessage"),
        arns(["ExecuteQueue", "CompensateQueue"])
    );
    assert_eq!(deployed.statements("SagaScheduleRole").len(), 1);
    let passed = json!({"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}});
    for id in SCHEDULERS {
        let statements = deployed.statements(&format!("{id}Role"));
        let pass: &Value = statements.iter().find(|statement| statement["Action"] == "iam:PassRole").unwrap();
        assert_eq!(pass["Condition"], passed, "{id}");
    }
}

#[test]
fn saga_workers_may_use_only_what_they_need_of_the_table() {
    let deployed = Deployed::read();
    let (table, due) = (arns(["Table"]), vec![json!({"Fn::Sub": "${Table.Arn}/index/gsi1"}).to_string()]);
    let none: Vec<String> = Vec::new();
    for (role, query, write) in [("Execute", &none, &table), ("Compensate", &none, &table), ("Reconcile", &due, &none)]
    {
        let may = |action: &str| deployed.allowed_resources(&format!("{role}Role"), &format!("dynamodb:{action}"));
        assert_eq!((&may("Query"), &may("UpdateItem"), &may("PutItem")), (query, write, write), "{role}");
        for action in ["Scan", "DeleteItem", "BatchGetItem"] {
            assert_eq!(may(action), none, "{role} {action}");
        }
    }
}

#[test]
fn alarms_on_reconcile_counts_use_the_stack_name() {
    let deployed = Deployed::read();
    let namespace = json!({"Fn::Sub": "Arcadia/${AWS::StackName}"});
    for (id, metric) in [("SagasStuck", "StuckSagas"), ("SagasStalled", "StalledSagas")] {
        let filter = deployed.properties(&format!("{id}MetricFilter"));
        assert_eq!(filter["LogGroupName"], json!({"Ref": "ReconcileLogGroup"}));
        assert_eq!(filter["FilterPattern"], format!("{{ $.{metric} > 0 }}"));
        let value = format!("$.{metric}");
        let counted = json!([{"MetricNamespace": namespace, "MetricName": metric, "MetricValue": value}]);
        assert_eq!(filter["MetricTransformations"], counted);
        let alarm = deployed.properties(&format!("{id}Alarm"));
        assert_eq!((&alarm["Namespace"], &alarm["MetricName"]), (&namespace, &json!(metric)));
        // A name that the worker does not write would never alarm.
        let written = include_str!("../../functions/saga-worker/src/handler.rs");
        assert!(written.contains(&format!("metrics.count(\"{metric}\"")), "{metric}");
    }
}

#[test]
fn a_missing_heartbeat_alarms_where_schedules_are_enabled() {
    let deployed = Deployed::read();
    let alarm = &deployed.resources()["ReconcileHeartbeatAlarm"];
    assert_eq!(alarm["Condition"], "Ticking");
    assert_eq!(deployed.0["Conditions"]["Ticking"], json!({"Fn::Equals": [{"Ref": "Schedules"}, "ENABLED"]}));
    let alarm = &alarm["Properties"];
    assert_eq!(
        (&alarm["MetricName"], &alarm["ComparisonOperator"]),
        (&json!("Invocations"), &json!("LessThanThreshold"))
    );
    assert_eq!(alarm["Dimensions"], json!([{"Name": "FunctionName", "Value": {"Ref": "ReconcileFunction"}}]));
    assert_eq!((&alarm["Period"], &alarm["Threshold"]), (&json!(300), &json!(1)));
    assert_eq!(alarm["TreatMissingData"], "breaching");
}
