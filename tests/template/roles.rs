//! Permissions of each role.

use crate::deployed::{Deployed, get_att};
use serde_json::json;

#[test]
fn every_function_has_its_own_role_and_log_group() {
    let deployed = Deployed::read();
    let functions = deployed.of_type("AWS::Serverless::Function");
    assert!(functions.len() > deployed.workers().len());
    for (id, function) in functions {
        let prefix = id.strip_suffix("Function").unwrap();
        assert_eq!(function["Role"], get_att(&format!("{prefix}Role"), "Arn"));
        let group = format!("{prefix}LogGroup");
        assert_eq!(function["LoggingConfig"]["LogGroup"], json!({"Ref": group}));
        assert!(deployed.properties(&group)["RetentionInDays"].is_object());
        let logs = vec![get_att(&group, "Arn").to_string()];
        assert_eq!(deployed.allowed_resources(&format!("{prefix}Role"), "logs:PutLogEvents"), logs);
    }
}

#[test]
fn no_role_allows_a_wildcard_action_or_every_resource() {
    let deployed = Deployed::read();
    for (id, role) in deployed.of_type("AWS::IAM::Role") {
        assert!(role["ManagedPolicyArns"].is_null(), "{id}");
        for statement in deployed.statements(id) {
            assert!(!statement["Action"].to_string().contains('*'), "{id}: {statement}");
            assert_ne!(statement["Resource"], "*", "{id}: {statement}");
            assert!(!statement["Resource"].to_string().contains("\"*\""), "{id}: {statement}");
        }
    }
}

#[test]
fn a_role_is_for_the_service_that_uses_it_alone() {
    let deployed = Deployed::read();
    for (id, role) in deployed.of_type("AWS::IAM::Role") {
        let [trusted] = role["AssumeRolePolicyDocument"]["Statement"].as_array().unwrap().as_slice() else { panic!() };
        let service = if id.ends_with("ScheduleRole") { "scheduler" } else { "lambda" };
        assert_eq!(trusted["Principal"], json!({"Service": format!("{service}.amazonaws.com")}), "{id}");
        // Another account's schedule must not borrow it.
        assert_eq!(trusted["Condition"].is_object(), service == "scheduler", "{id}");
    }
}

/// The secrets that a role may read, as names below the stage's prefix.
fn secrets(deployed: &Deployed, role: &str) -> Vec<String> {
    let role = deployed.properties(role).to_string();
    let arns = role.split('"').filter(|text| text.contains(":secretsmanager:"));
    arns.map(|arn| arn.split_once(":secret:arcadia/${Stage}/do/").unwrap().1.to_owned()).collect()
}

#[test]
fn a_worker_sees_the_tokens_of_its_purposes_and_the_api_none() {
    let deployed = Deployed::read();
    for worker in deployed.workers() {
        // Of the mirrors only projects makes anything at DigitalOcean. Without a dash: a missing
        // secret is checked by its name alone.
        let expected: &[&str] = match (worker.binary.as_str(), worker.name.as_str()) {
            (_, "projects") => &["*/sync*", "*/provisioning*"],
            (_, "droplets-fast") => &["*/fast*", "*/sync*"],
            ("billing-worker", _) => &["*/billing*", "*/sync*"],
            (_, "reconcile") => &[],
            ("saga-worker", _) => &["*/provisioning*", "*/sync*"],
            _ => &["*/sync*"],
        };
        assert_eq!(secrets(&deployed, &format!("{}Role", worker.id)), expected, "{}", worker.name);
    }
    assert!(secrets(&deployed, "ApiRole").is_empty());
    assert_eq!(secrets(&deployed, "ProvisioningApiRole"), ["*/provisioning*", "*/sync*"]);
}

#[test]
fn only_the_api_reads_the_key_of_cursors() {
    let deployed = Deployed::read();
    let key = get_att("CursorSecret", "Id");
    for (id, _) in deployed.of_type("AWS::IAM::Role") {
        let reads_key = deployed.allowed_resources(id, "secretsmanager:GetSecretValue").contains(&key.to_string());
        assert_eq!(reads_key, ["ApiRole", "ProvisioningApiRole"].contains(&id), "{id}");
    }
    let generated = &deployed.properties("CursorSecret")["GenerateSecretString"];
    assert_eq!(generated, &json!({"PasswordLength": 64, "ExcludePunctuation": true}));
}

#[test]
fn only_the_api_deletes_and_no_role_writes_to_an_index() {
    let deployed = Deployed::read();
    for (id, _) in deployed.of_type("AWS::IAM::Role") {
        assert!(deployed.allowed_resources(id, "dynamodb:Scan").is_empty(), "{id}");
        assert!(deployed.allowed_resources(id, "dynamodb:DeleteTable").is_empty(), "{id}");
        // Accounts are deleted through the API; a month's preview, by the month's invoice.
        let deletes = ["ApiRole", "InvoiceIngestRole"].contains(&id);
        assert_eq!(deployed.allowed_resources(id, "dynamodb:DeleteItem").is_empty(), !deletes, "{id}");
        for action in ["dynamodb:PutItem", "dynamodb:UpdateItem"] {
            let written = deployed.allowed_resources(id, action);
            assert!(written.is_empty() || written == [get_att("Table", "Arn").to_string()], "{id}");
        }
    }
}
