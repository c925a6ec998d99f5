//! Calls to the emulator's AWS API, through boto3: see aws.py.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::command;
use crate::progress::ProgressStep;

/// Variables that the Python process inherits: enough to run Python. AWS settings and proxies are
/// left out, since no call may reach a real account or leave this machine.
const INHERITED: [&str; 3] = ["PATH", "LANG", "TMPDIR"];

/// The AWS region of every resource in the emulator.
pub(crate) const REGION: &str = "us-east-1";

/// The emulator, and the Python that has boto3.
#[derive(Debug, Clone)]
pub(crate) struct EmulatorClient {
    pub(crate) python: PathBuf,
    pub(crate) endpoint: String,
}

impl EmulatorClient {
    /// Runs one of the jobs of aws.py. The request is sent over standard input, since it may hold
    /// secrets and arguments are visible to other processes.
    pub(crate) async fn run_job(&self, job: &str, mut request: Value, step: Option<&ProgressStep>) -> Result<Value> {
        request["do"] = json!(job);
        request["endpoint"] = json!(self.endpoint);
        request["region"] = json!(REGION);
        let silent;
        let step = if let Some(step) = step {
            step
        } else {
            silent = ProgressStep::silent();
            &silent
        };
        let mut python = Command::new(&self.python);
        python.args(["-I", "-c", include_str!("aws.py")]).env_clear();
        python.envs(INHERITED.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        // boto3 reads files in the home directory even if HOME is not set, so each is ruled out.
        python.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        python.env("AWS_EC2_METADATA_DISABLED", "true");
        let detail = |line: &str| message(line, "detail").and_then(|detail| detail.as_str().map(str::to_owned));
        let finished = command::run(&mut python, &request.to_string(), step, detail).await?;
        let last = finished.stdout.last().map_or("", String::as_str);
        if let Some(error) = message(last, "error") {
            bail!("{}", error.as_str().unwrap_or_default());
        }
        message(last, "result").with_context(|| finished.last_lines(5))
    }
}

fn message(line: &str, key: &str) -> Option<Value> {
    serde_json::from_str::<Value>(line).ok()?.get_mut(key).map(Value::take)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_recognised_by_its_key() {
        assert_eq!(message(r#"{"detail": "x"}"#, "detail"), Some(json!("x")));
        assert_eq!(message(r#"{"detail": "x"}"#, "result"), None);
        assert_eq!(message("Traceback", "result"), None);
    }
}
