//! Reading a template, and what is changed of it.

use std::collections::BTreeSet;

use super::*;

fn real() -> Value {
    parse(include_str!("../../../template.yaml")).unwrap()
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
    assert_eq!(
        BTreeSet::from_iter(binaries),
        BTreeSet::from(["api", "billing-worker", "saga-worker", "sync-worker"].map(str::to_owned))
    );
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
fn a_role_that_creates_schedules_may_use_the_default_group_too() {
    let mut template = real();
    allow_default_schedule_group(&mut template).unwrap();
    let changed = template["Resources"].as_object().unwrap().values().filter(|resource| {
        let text = resource.to_string();
        assert_eq!(text.contains("schedule/${SagaScheduleGroup}/*"), text.contains(":schedule/default/*"), "{text}");
        text.contains(":schedule/default/*")
    });
    assert_eq!(changed.count(), 3);
    let mut odd = json!({"Resources": {"Odd": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [
        {"PolicyDocument": {"Statement": [{"Action": "scheduler:CreateSchedule", "Resource": "*"}]}},
    ]}}}});
    assert!(allow_default_schedule_group(&mut odd).is_err());
}
