//! Deploying the real template to the emulator.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::aws::{EmulatorClient, REGION};
use crate::binaries::{self, Binaries};
use crate::layout::{self, StackInfo};
use crate::options::StackOptions;
use crate::progress::{ProgressStep, say};
use crate::provider::ProviderConnection;
use crate::template;

const STAGE: &str = "dev";
const STACK: &str = "arcadia-dev";
const BUCKET: &str = "arcadia-packages";

/// Uploads the binaries, creates the CloudFormation stack and returns its outputs.
pub(crate) async fn run(
    aws: &EmulatorClient,
    binaries: &Binaries,
    connection: &ProviderConnection,
    options: &StackOptions,
) -> Result<StackInfo> {
    let step = ProgressStep::begin("deploy template.yaml");
    let mut template = template::read(&layout::workspace().join("template.yaml"))?;
    template::allow_default_schedule_group(&mut template)?;
    let mut packages = BTreeMap::new();
    for binary in template::use_packages(&mut template, BUCKET)? {
        let path = binaries::find(binaries, &binary)?.clone();
        packages.insert(binary, path);
    }
    let mut parameters = BTreeMap::from([
        ("Stage", STAGE.to_owned()),
        ("Architecture", if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }.to_owned()),
        ("DigitalOceanUrl", connection.url.clone()),
        ("ProviderWrites", if connection.writes { "allow" } else { "deny" }.to_owned()),
        ("Schedules", if options.schedules { "ENABLED" } else { "DISABLED" }.to_owned()),
        ("SagaTiming", connection.saga_timing.to_owned()),
        ("LogLevel", options.log_level.clone()),
        ("DeletionProtection", "false".to_owned()),
    ]);
    if let Some(seconds) = options.strike_interval {
        parameters.insert("StrikeIntervalSeconds", seconds.to_string());
    }
    let request = json!({
        "stack": STACK, "bucket": BUCKET, "template": template.to_string(), "binaries": packages, "parameters": parameters,
    });
    let outputs = aws.run_job("deploy", request, Some(&step)).await.context("the deployment failed")?;
    let output = |name: &str| {
        outputs[name].as_str().map(str::to_owned).with_context(|| format!("the template has no output named {name}"))
    };
    let api_id = output("ApiId")?;
    let port = aws.endpoint.rsplit(':').next().unwrap_or_default();
    let info = StackInfo {
        api_url: format!("http://{api_id}.execute-api.localhost:{port}"),
        api_id,
        aws_endpoint: aws.endpoint.clone(),
        region: REGION.to_owned(),
        stack: STACK.to_owned(),
        digitalocean_url: connection.url.clone(),
        provider_writes: connection.writes,
        table: output("TableName")?,
        queue_urls: serde_json::from_str(&output("WorkerQueues")?).context("output WorkerQueues")?,
        user_pool_id: output("UserPoolId")?,
        user_pool_client_id: output("UserPoolClientId")?,
        secret_prefix: output("SecretPrefix")?,
    };
    step.done("");
    if !connection.writes {
        say("nothing will be written at DigitalOcean (no --allow-writes)");
    }
    Ok(info)
}
