//! The table, logs, alarms and the dashboard.

use serde_json::{Value, json};

use crate::deployed::Deployed;

#[test]
fn the_table_survives_the_stack() {
    let deployed = Deployed::read();
    let table = &deployed.resources()["Table"];
    assert_eq!(table["DeletionPolicy"], "Retain");
    assert_eq!(table["UpdateReplacePolicy"], "Retain");
    assert_eq!(table["Properties"]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true);
    assert_eq!(table["Properties"]["TimeToLiveSpecification"]["AttributeName"], "ttl");
}

#[test]
fn lambda_filters_no_line_that_the_log_level_lets_through() {
    let deployed = Deployed::read();
    let config = &deployed.0["Globals"]["Function"]["LoggingConfig"];
    assert_eq!(config, &json!({"LogFormat": "JSON", "ApplicationLogLevel": "TRACE"}));
}

/// An alarm without a section in the runbook is a riddle at night.
#[test]
fn every_alarm_notifies_the_topic_and_is_in_the_runbook() {
    let deployed = Deployed::read();
    let runbook = include_str!("../../docs/operations.md");
    for (id, alarm) in deployed.of_type("AWS::CloudWatch::Alarm") {
        let tells = json!({"Fn::If": ["Alarmed", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]});
        assert_eq!(alarm["AlarmActions"], tells, "{id}");
        let name = alarm["AlarmName"]["Fn::Sub"].as_str().unwrap().trim_start_matches("${AWS::StackName}-");
        let of_a_worker = deployed.workers().into_iter().find_map(|worker| {
            name.strip_prefix(&format!("{}-", worker.name)).map(|alarm| format!("<stack>-<worker>-{alarm}"))
        });
        let named = runbook.contains(&format!("<stack>-{name}"));
        assert!(named || of_a_worker.is_some_and(|section| runbook.contains(&section)), "{name}");
    }
}

#[test]
fn the_dashboard_finds_the_names_that_begin_with_the_stacks() {
    let deployed = Deployed::read();
    let body = deployed.properties("Dashboard")["DashboardBody"]["Fn::Sub"].as_str().unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    let body = body.to_string();
    // A quoted value would match whole names only.
    assert_eq!(body.matches("SEARCH(").count(), body.matches("Name=${AWS::StackName}'").count(), "{body}");
    assert!(body.contains("SEARCH("));
}
