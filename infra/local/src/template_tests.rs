//! Reading a template, and what must hold of the real one: a worker's block is copied, so a test says when a copy went wrong.

use std::collections::BTreeSet;

use super::*;

fn real() -> Value {
    parse(include_str!("../../../template.yaml")).unwrap()
}

fn resources(template: &Value) -> &Map<String, Value> {
    template["Resources"].as_object().unwrap()
}

/// `(prefix of the logical ids, WORKER)` of every worker.
fn workers(template: &Value) -> Vec<(String, String)> {
    resources(template)
        .iter()
        .filter_map(|(id, resource)| {
            let worker = resource["Properties"]["Environment"]["Variables"]["WORKER"].as_str()?;
            Some((id.strip_suffix("Function").unwrap().to_owned(), worker.to_owned()))
        })
        .collect()
}

fn get_att(resource: &str, attribute: &str) -> Value {
    json!({ "Fn::GetAtt": [resource, attribute] })
}

#[test]
fn short_intrinsics_become_long() {
    let parsed =
        parse("a: !Ref B\nb: !GetAtt C.Arn\nc: !If [D, !Sub '${E}-x', !Ref AWS::NoValue]\nd: '2012-10-17'\ne: 5")
            .unwrap();
    assert_eq!(
        parsed,
        json!({
            "a": {"Ref": "B"},
            "b": {"Fn::GetAtt": ["C", "Arn"]},
            "c": {"Fn::If": ["D", {"Fn::Sub": "${E}-x"}, {"Ref": "AWS::NoValue"}]},
            "d": "2012-10-17",
            "e": 5,
        })
    );
}

#[test]
fn only_the_code_of_functions_is_rewritten() {
    let before = real();
    let mut after = before.clone();
    let binaries = use_packages(&mut after, "artifacts").unwrap();
    assert_eq!(BTreeSet::from_iter(binaries), BTreeSet::from(["api".to_owned(), "sync-worker".to_owned()]));
    for (id, resource) in after["Resources"].as_object_mut().unwrap() {
        if resource["Type"] == "AWS::Serverless::Function" {
            let binary = resource["Metadata"]["BuildProperties"]["Binary"].as_str().unwrap().to_owned();
            let code = resource["Properties"].as_object_mut().unwrap().remove("CodeUri").unwrap();
            assert_eq!(code, format!("s3://artifacts/{binary}.zip"), "{id}");
        }
    }
    assert_eq!(after, before);
}

#[test]
fn a_function_without_a_binary_is_named() {
    let mut template = json!({"Resources": {"Odd": {"Type": "AWS::Serverless::Function", "Properties": {}}}});
    assert!(use_packages(&mut template, "b").unwrap_err().to_string().contains("Odd"));
}

#[test]
fn every_worker_has_its_queues() {
    let template = real();
    for (id, worker) in workers(&template) {
        let queue = &resources(&template)[&format!("{id}Queue")]["Properties"];
        assert_eq!(queue["QueueName"], json!({"Fn::Sub": format!("${{AWS::StackName}}-{worker}")}));
        let function = &resources(&template)[&format!("{id}Function")]["Properties"];
        let timeout = function.get("Timeout").unwrap_or(&template["Globals"]["Function"]["Timeout"]);
        assert_eq!(queue["VisibilityTimeout"], 6 * timeout.as_u64().unwrap(), "{id}");
        // What fails of the quick look is to reach the dead-letter queue before it expires.
        let receives = if worker == "droplets-fast" { 3 } else { 5 };
        assert_eq!(queue["RedrivePolicy"]["maxReceiveCount"], receives, "{id}");
        assert_eq!(queue["RedrivePolicy"]["deadLetterTargetArn"], get_att(&format!("{id}DeadLetterQueue"), "Arn"));
        assert_eq!(queue["SqsManagedSseEnabled"], true);
        let dead = &resources(&template)[&format!("{id}DeadLetterQueue")]["Properties"];
        assert_eq!(dead["QueueName"], json!({"Fn::Sub": format!("${{AWS::StackName}}-{worker}-dlq")}));
        assert_eq!(dead["MessageRetentionPeriod"], 14 * 24 * 3600);
        assert_eq!(dead["SqsManagedSseEnabled"], true);
    }
}

#[test]
fn every_worker_reads_its_own_queue_and_knows_it() {
    let template = real();
    for (id, _) in workers(&template) {
        let function = &resources(&template)[&format!("{id}Function")]["Properties"];
        let variables = &function["Environment"]["Variables"];
        assert_eq!(variables["QUEUE_URL"], json!({"Ref": format!("{id}Queue")}));
        assert_eq!(variables["DLQ_URL"], json!({"Ref": format!("{id}DeadLetterQueue")}));
        let source = &function["Events"]["Queue"]["Properties"];
        assert_eq!(source["Queue"], get_att(&format!("{id}Queue"), "Arn"));
        assert_eq!(source["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
        assert!(source["ScalingConfig"]["MaximumConcurrency"].is_object());
    }
}

#[test]
fn every_worker_has_a_schedule_that_may_ring_only_its_queue() {
    let template = real();
    for (id, worker) in workers(&template) {
        let schedule = &resources(&template)[&format!("{id}Schedule")]["Properties"];
        assert_eq!(schedule["FlexibleTimeWindow"]["Mode"], "OFF");
        assert_eq!(schedule["ScheduleExpressionTimezone"], "UTC");
        assert_eq!(schedule["Target"]["Arn"], get_att(&format!("{id}Queue"), "Arn"));
        assert_eq!(schedule["Target"]["RoleArn"], get_att(&format!("{id}ScheduleRole"), "Arn"));
        let tick: Value = serde_json::from_str(schedule["Target"]["Input"].as_str().unwrap()).unwrap();
        assert_eq!(tick, json!({"v": 1, "worker": worker, "account": "*"}));
        let role = &resources(&template)[&format!("{id}ScheduleRole")]["Properties"]["Policies"];
        let allowed = json!([{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": get_att(&format!("{id}Queue"), "Arn")}]);
        assert_eq!(role[0]["PolicyDocument"]["Statement"], allowed);
        assert_eq!(role.as_array().unwrap().len(), 1);
    }
}

#[test]
fn every_worker_has_both_alarms() {
    let template = real();
    for (id, _) in workers(&template) {
        for (alarm, queue, metric) in [
            ("DeadLetterAlarm", "DeadLetterQueue", "ApproximateNumberOfMessagesVisible"),
            ("AgeAlarm", "Queue", "ApproximateAgeOfOldestMessage"),
        ] {
            let properties = &resources(&template)[&format!("{id}{alarm}")]["Properties"];
            assert_eq!(properties["MetricName"], metric);
            assert_eq!(properties["Dimensions"][0]["Value"], get_att(&format!("{id}{queue}"), "QueueName"));
            assert_eq!(properties["AlarmActions"]["Fn::If"][0], "Alarmed");
        }
    }
}

#[test]
fn every_function_has_its_own_role_and_log_group() {
    let template = real();
    let functions: Vec<_> =
        resources(&template).iter().filter(|(_, resource)| resource["Type"] == "AWS::Serverless::Function").collect();
    assert!(functions.len() > 3);
    for (id, function) in functions {
        let prefix = id.strip_suffix("Function").unwrap();
        assert_eq!(function["Properties"]["Role"], get_att(&format!("{prefix}Role"), "Arn"));
        let group = format!("{prefix}LogGroup");
        assert_eq!(function["Properties"]["LoggingConfig"]["LogGroup"], json!({"Ref": group}));
        assert!(resources(&template)[&group]["Properties"]["RetentionInDays"].is_object());
    }
}

#[test]
fn no_role_allows_a_wildcard_action_or_every_resource() {
    for (id, resource) in resources(&real()).iter().filter(|(_, resource)| resource["Type"] == "AWS::IAM::Role") {
        assert!(resource["Properties"]["ManagedPolicyArns"].is_null(), "{id}");
        for policy in resource["Properties"]["Policies"].as_array().unwrap() {
            for statement in policy["PolicyDocument"]["Statement"].as_array().unwrap() {
                assert!(!statement["Action"].to_string().contains('*'), "{id}: {statement}");
                assert_ne!(statement["Resource"], "*", "{id}: {statement}");
            }
        }
    }
}

/// Each secret that a role may read, as its name below the stage's prefix.
fn secrets(template: &Value, role: &str) -> Vec<String> {
    let role = resources(template)[role].to_string();
    let arns = role.split('"').filter(|text| text.contains(":secretsmanager:"));
    arns.map(|arn| arn.split_once(":secret:arcadia/${Stage}/do/").unwrap().1.to_owned()).collect()
}

#[test]
fn a_worker_sees_the_tokens_of_its_purposes_and_the_api_none() {
    let template = real();
    for (id, worker) in workers(&template) {
        // Only projects makes anything at DigitalOcean. Without a dash: a missing secret is checked by its name alone.
        let expected: &[&str] = match worker.as_str() {
            "projects" => &["*/sync*", "*/provisioning*"],
            "droplets-fast" => &["*/fast*", "*/sync*"],
            _ => &["*/sync*"],
        };
        assert_eq!(secrets(&template, &format!("{id}Role")), expected, "{id}");
    }
    assert!(secrets(&template, "ApiRole").is_empty());
}

#[test]
fn an_issuer_without_an_audience_is_refused() {
    let rule = &real()["Rules"]["AudienceGoesWithIssuer"];
    let given = |parameter: &str| json!({"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, ""]}]});
    assert_eq!(rule["RuleCondition"], given("JwtIssuer"));
    assert_eq!(rule["Assertions"][0]["Assert"], given("JwtAudience"));
}

#[test]
fn lambda_filters_no_line_that_the_log_level_lets_through() {
    let config = &real()["Globals"]["Function"]["LoggingConfig"];
    assert_eq!(config, &json!({"LogFormat": "JSON", "ApplicationLogLevel": "TRACE"}));
}

#[test]
fn the_dashboard_finds_the_names_that_begin_with_the_stacks() {
    let body = real()["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"].as_str().unwrap().to_owned();
    let body: Value = serde_json::from_str(&body).unwrap();
    let body = body.to_string();
    assert_eq!(body.matches("SEARCH(").count(), 4);
    // A quoted value would match whole names only.
    assert_eq!(body.matches("Name=${AWS::StackName}'").count(), 4, "{body}");
}

#[test]
fn every_list_of_workers_names_all_of_them() {
    let template = real();
    let expected: Value = workers(&template)
        .iter()
        .map(|(id, worker)| (worker.clone(), json!(format!("${{{id}Queue}}"))))
        .collect::<Map<_, _>>()
        .into();
    let listed = |text: &Value| serde_json::from_str::<Value>(text["Fn::Sub"].as_str().unwrap()).unwrap();
    assert_eq!(
        listed(&resources(&template)["ApiFunction"]["Properties"]["Environment"]["Variables"]["WORKER_QUEUES"]),
        expected
    );
    assert_eq!(listed(&template["Outputs"]["WorkerQueues"]["Value"]), expected);
    let statements =
        resources(&template)["ApiRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].clone();
    let send =
        statements.as_array().unwrap().iter().find(|statement| statement["Action"] == "sqs:SendMessage").unwrap();
    let may_send: BTreeSet<_> = send["Resource"].as_array().unwrap().iter().map(ToString::to_string).collect();
    let queues: BTreeSet<_> =
        workers(&template).iter().map(|(id, _)| get_att(&format!("{id}Queue"), "Arn").to_string()).collect();
    assert_eq!(may_send, queues);
}

#[test]
fn the_table_survives_the_stack() {
    let template = real();
    let table = &resources(&template)["Table"];
    assert_eq!(table["DeletionPolicy"], "Retain");
    assert_eq!(table["UpdateReplacePolicy"], "Retain");
    assert_eq!(table["Properties"]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true);
    assert_eq!(table["Properties"]["TimeToLiveSpecification"]["AttributeName"], "ttl");
}

#[test]
fn only_health_and_the_api_document_are_open() {
    let open: BTreeSet<_> = resources(&real())
        .values()
        .filter(|resource| {
            resource["Type"] == "AWS::ApiGatewayV2::Route" && resource["Properties"]["AuthorizationType"] != "JWT"
        })
        .map(|resource| resource["Properties"]["RouteKey"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(open, BTreeSet::from(["GET /api/v1/health".to_owned(), "GET /api/v1/openapi.json".to_owned()]));
}

#[test]
fn a_user_cannot_write_its_tenant() {
    let template = real();
    let client = &resources(&template)["UserPoolClient"]["Properties"];
    assert!(!client["WriteAttributes"].to_string().contains("tenant"));
    assert!(client["ReadAttributes"].to_string().contains("custom:tenant_id"));
    assert_eq!(
        resources(&template)["UserPool"]["Properties"]["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"],
        true
    );
}
