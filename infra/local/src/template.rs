//! The deployed template: `template.yaml`, with the binaries in the emulator's S3 and with the
//! changes that the emulator needs.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value, json};
use serde_yaml_ng::Value as Yaml;

/// Reads a CloudFormation template. Short intrinsics such as `!Ref x` become their long form, which
/// JSON can express.
pub(crate) fn read(path: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(&text).with_context(|| format!("{} is not a template", path.display()))
}

/// Parses a template from its text.
///
/// # Errors
/// When the text is no YAML, or has a key that is not a string.
pub fn parse(text: &str) -> Result<Value> {
    to_json(serde_yaml_ng::from_str(text)?)
}

/// Points the `CodeUri` of every function at `<bucket>/<its binary>.zip`, and returns the binaries
/// it needs.
pub(crate) fn use_packages(template: &mut Value, bucket: &str) -> Result<Vec<String>> {
    let mut binaries = Vec::new();
    for (name, resource) in resources_mut(template)? {
        if resource["Type"] != "AWS::Serverless::Function" {
            continue;
        }
        let binary = resource["Metadata"]["BuildProperties"]["Binary"]
            .as_str()
            .with_context(|| format!("{name} does not say in its Metadata which Binary it runs"))?
            .to_owned();
        resource["Properties"]["CodeUri"] = json!(format!("s3://{bucket}/{binary}.zip"));
        if !binaries.contains(&binary) {
            binaries.push(binary);
        }
    }
    Ok(binaries)
}

/// Allows each role that may create one-time schedules in the stack's group to create them in the
/// group `default` as well: the emulator (1.5.33) checks every schedule against that group.
pub(crate) fn allow_default_schedule_group(template: &mut Value) -> Result<()> {
    for resource in resources_mut(template)?.values_mut().filter(|resource| resource["Type"] == "AWS::IAM::Role") {
        let policies = resource["Properties"]["Policies"].as_array_mut().into_iter().flatten();
        let statements = policies.filter_map(|policy| policy["PolicyDocument"]["Statement"].as_array_mut()).flatten();
        for statement in statements.filter(|statement| statement["Action"] == "scheduler:CreateSchedule") {
            let own = statement["Resource"].take();
            let arn = own["Fn::Sub"].as_str().and_then(|arn| arn.split_once(":schedule/"));
            let (service, _) = arn.with_context(|| format!("a role may make schedules in no group: {own}"))?;
            statement["Resource"] = json!([own, { "Fn::Sub": format!("{service}:schedule/default/*") }]);
        }
    }
    Ok(())
}

fn resources_mut(template: &mut Value) -> Result<&mut Map<String, Value>> {
    template.get_mut("Resources").and_then(Value::as_object_mut).context("the template has no Resources")
}

fn to_json(yaml: Yaml) -> Result<Value> {
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => json!(value),
        Yaml::Number(value) => serde_json::to_value(value)?,
        Yaml::String(value) => json!(value),
        Yaml::Sequence(items) => Value::Array(items.into_iter().map(to_json).collect::<Result<_>>()?),
        Yaml::Mapping(entries) => {
            let mut object = Map::new();
            for (key, value) in entries {
                let Yaml::String(key) = key else { bail!("a key is not a string: {key:?}") };
                object.insert(key, to_json(value)?);
            }
            Value::Object(object)
        }
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            intrinsic(tag.trim_start_matches('!'), &to_json(tagged.value)?)
        }
    })
}

fn intrinsic(name: &str, argument: &Value) -> Value {
    match name {
        "Ref" | "Condition" => json!({ name: argument }),
        "GetAtt" => match argument.as_str().and_then(|path| path.split_once('.')) {
            Some((resource, attribute)) => json!({ "Fn::GetAtt": [resource, attribute] }),
            None => json!({ "Fn::GetAtt": argument }),
        },
        _ => json!({ format!("Fn::{name}"): argument }),
    }
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod tests;
