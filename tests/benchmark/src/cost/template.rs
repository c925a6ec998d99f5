//! The resources that the template deploys, as far as AWS bills them.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_yaml_ng::Value;

/// The billed resources and parameters in `template.yaml`.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Template {
    /// The memory of each worker's function, in MB.
    pub(crate) memory_mb: BTreeMap<String, f64>,
    /// The memory of a function that sets none, in MB.
    pub(crate) default_memory_mb: f64,
    /// The number of queues that Lambda polls.
    pub(crate) polled_queues: f64,
    pub(crate) alarms: f64,
    pub(crate) dashboards: f64,
    pub(crate) log_retention_days: f64,
    pub(crate) event_retention_days: f64,
    /// The number of API routes with billed metrics; zero without detailed metrics.
    pub(crate) metered_routes: f64,
}

/// The text of `template.yaml`.
pub(crate) const TEXT: &str = include_str!("../../../../template.yaml");

impl Template {
    pub(crate) fn read(text: &str) -> Result<Self> {
        let template: Value = serde_yaml_ng::from_str(text).context("template.yaml is not valid YAML")?;
        let resources: BTreeMap<String, Value> = serde_yaml_ng::from_value(template["Resources"].clone())?;
        let of_type = |kind: &'static str| resources.values().filter(move |resource| resource["Type"] == kind);
        let count = |kind| of_type(kind).count() as f64;
        let functions = || of_type("AWS::Serverless::Function").map(|function| &function["Properties"]);
        let is_metered = |stage: &Value| stage["Properties"]["DefaultRouteSettings"]["DetailedMetricsEnabled"] == true;
        let metered = of_type("AWS::ApiGatewayV2::Stage").any(is_metered);
        let parameter = |name: &str| {
            number(&template["Parameters"][name]["Default"]).with_context(|| format!("{name} has no default"))
        };
        let default_memory_mb = number(&template["Globals"]["Function"]["MemorySize"]).context("no MemorySize")?;
        let memory = |function: &Value| {
            let worker = function["Environment"]["Variables"]["WORKER"].as_str()?.to_owned();
            Some((worker, number(&function["MemorySize"]).unwrap_or(default_memory_mb)))
        };
        Ok(Self {
            memory_mb: functions().filter_map(memory).collect(),
            default_memory_mb,
            polled_queues: functions().map(polled).sum(),
            alarms: count("AWS::CloudWatch::Alarm"),
            dashboards: count("AWS::CloudWatch::Dashboard"),
            log_retention_days: parameter("LogRetentionDays")?,
            event_retention_days: parameter("EventRetentionDays")?,
            metered_routes: if metered { count("AWS::ApiGatewayV2::Route") } else { 0.0 },
        })
    }
}

/// Returns the number of queues that invoke a function.
fn polled(function: &Value) -> f64 {
    let events = function["Events"].as_mapping();
    events.map_or(0, |events| events.values().filter(|event| event["Type"] == "SQS").count()) as f64
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deployed_functions_are_read() {
        let template = Template::read(TEXT).unwrap();
        let workers: Vec<&str> = template.memory_mb.keys().map(String::as_str).collect();
        for name in inventory::WORKERS.iter().map(|worker| worker.name).chain(["balance", "reconcile"]) {
            assert!(workers.contains(&name), "{name}");
        }
        assert_eq!(template.polled_queues, workers.len() as f64);
        assert!(template.alarms > 2.0 * template.polled_queues - 1.0 && template.metered_routes > 0.0, "{template:?}");
    }

    #[test]
    fn a_functions_own_memory_counts() {
        let text = "
Globals: {Function: {MemorySize: 256}}
Parameters: {LogRetentionDays: {Default: 30}, EventRetentionDays: {Default: 400}}
Resources:
  A: {Type: AWS::Serverless::Function, Properties: {MemorySize: 512, Environment: {Variables: {WORKER: a}}, Events: {Queue: {Type: SQS}}}}
  B: {Type: AWS::Serverless::Function, Properties: {Environment: {Variables: {WORKER: b}}}}";
        let template = Template::read(text).unwrap();
        assert_eq!((template.memory_mb["a"], template.memory_mb["b"], template.polled_queues), (512.0, 256.0, 1.0));
    }
}
