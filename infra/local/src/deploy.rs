//! Deploying the real template to the emulator.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::aws::{Aws, REGION};
use crate::binaries::{self, Binaries};
use crate::layout::{self, Facts};
use crate::progress::{Step, say};
use crate::provider::Reached;
use crate::stack::Options;
use crate::template;

const STAGE: &str = "dev";
const STACK: &str = "arcadia-dev";
const BUCKET: &str = "arcadia-packages";

/// Uploads the binaries, creates the CloudFormation stack and returns what it is made of.
pub(crate) async fn run(aws: &Aws, binaries: &Binaries, reached: &Reached, options: &Options) -> Result<Facts> {
    let step = Step::begin("deploy template.yaml");
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
        ("DigitalOceanUrl", reached.url.clone()),
        ("ProviderWrites", if reached.writes { "allow" } else { "deny" }.to_owned()),
        ("Schedules", if options.schedules { "ENABLED" } else { "DISABLED" }.to_owned()),
        ("SagaTiming", reached.saga_timing.to_owned()),
        ("LogLevel", options.log_level.clone()),
        ("DeletionProtection", "false".to_owned()),
    ]);
    if let Some(seconds) = options.strike_interval {
        parameters.insert("StrikeIntervalSeconds", seconds.to_string());
    }
    let request = json!({
        "stack": STACK, "bucket": BUCKET, "template": template.to_string(), "binaries": packages, "parameters": parameters,
    });
    let outputs = aws.ask("deploy", request, Some(&step)).await.context("the deployment failed")?;
    let output = |name: &str| {
        outputs[name].as_str().map(str::to_owned).with_context(|| format!("the template has no output named {name}"))
    };
    let api_id = output("ApiId")?;
    let port = aws.endpoint.rsplit(':').next().unwrap_or_default();
    let facts = Facts {
        api_url: format!("http://{api_id}.execute-api.localhost:{port}"),
        api_id,
        aws_endpoint: aws.endpoint.clone(),
        region: REGION.to_owned(),
        stack: STACK.to_owned(),
        digitalocean_url: reached.url.clone(),
        provider_writes: reached.writes,
        table: output("TableName")?,
        queue_urls: serde_json::from_str(&output("WorkerQueues")?).context("output WorkerQueues")?,
        user_pool_id: output("UserPoolId")?,
        user_pool_client_id: output("UserPoolClientId")?,
        secret_prefix: output("SecretPrefix")?,
    };
    step.done("");
    if !reached.writes {
        say("nothing will be written at DigitalOcean (no --allow-writes)");
    }
    Ok(facts)
}
