//! Paths of the source tree and of the directory that holds a stack's state.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::process::Processes;

/// The root of the source tree that this program was built from, which the stack deploys.
pub(crate) fn workspace() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap_or(package)
}

/// The target directory of cargo, which also holds the state of stacks.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from)
}

/// The directory of one stack's state.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    directory: PathBuf,
    usual: bool,
}

impl Layout {
    /// Uses `directory`, or `target/local` where none is given.
    pub(crate) fn new(directory: Option<&Path>) -> Self {
        let usual = directory.is_none();
        let directory = directory.map_or_else(|| target().join("local"), Path::to_owned);
        // Absolute, because the started processes have another working directory.
        Self { directory: std::path::absolute(&directory).unwrap_or(directory), usual }
    }

    /// Creates the directory and takes the lock that keeps two commands from bringing up the stack
    /// at the same time.
    pub(crate) fn lock(&self) -> Result<fs::File> {
        fs::create_dir_all(&self.directory).with_context(|| format!("cannot create {}", self.directory.display()))?;
        let lock = fs::File::create(self.path("lock"))?;
        if lock.try_lock().is_err() {
            bail!("another command is bringing up the stack in {}; wait for it", self.directory.display());
        }
        Ok(lock)
    }

    /// Returns the command line that runs a command of `cargo local` on this stack.
    pub(crate) fn command(&self, command: &str) -> String {
        if self.usual {
            format!("cargo local {command}")
        } else {
            format!("cargo local --state-dir {} {command}", self.directory.display())
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// The Python virtual environment, shared by all stacks.
    pub(crate) fn venv() -> PathBuf {
        target().join("local/venv")
    }

    pub(crate) fn processes(&self) -> Result<Processes> {
        Processes::open(self.path("processes.json"))
    }

    /// Removes the state of the last stack, but not its logs.
    pub(crate) fn clear(&self) -> Result<()> {
        let _ = fs::remove_file(self.path("stack.json"));
        let scratch = self.path("scratch");
        let _ = fs::remove_dir_all(&scratch);
        fs::create_dir_all(&scratch).with_context(|| format!("cannot create {}", scratch.display()))
    }

    /// Reads `stack.json` of a running stack.
    pub(crate) fn info(&self) -> Result<StackInfo> {
        let path = self.path("stack.json");
        let Ok(text) = fs::read(&path) else {
            bail!("no stack is up in {}; start one: {}", self.directory.display(), self.command("up --detach"));
        };
        serde_json::from_slice(&text)
            .with_context(|| format!("{} is damaged; run: {}", path.display(), self.command("down")))
    }

    pub(crate) fn write_info(&self, info: &StackInfo) -> Result<()> {
        let path = self.path("stack.json");
        fs::write(&path, serde_json::to_vec_pretty(info)?).with_context(|| format!("cannot write {}", path.display()))
    }
}

/// The content of `stack.json`, which describes a running stack. It holds no token and no password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackInfo {
    /// URL of the API, in the form that a browser resolves.
    pub api_url: String,
    /// The id of the API at the gateway.
    pub api_id: String,
    /// URL of the emulator, for the AWS CLI and SDKs; key and secret are both `test`.
    pub aws_endpoint: String,
    /// The AWS region of the emulator's resources.
    pub region: String,
    /// Name of the deployed CloudFormation stack.
    pub stack: String,
    /// Root URL of the mirrored DigitalOcean: the simulator, or another endpoint.
    pub digitalocean_url: String,
    /// `true` when the functions may write at that DigitalOcean.
    pub provider_writes: bool,
    /// Name of the DynamoDB table.
    pub table: String,
    /// Queue URL of each worker, by the worker's name.
    pub queue_urls: std::collections::BTreeMap<String, String>,
    /// Id of the Cognito user pool.
    pub user_pool_id: String,
    /// Id of the user pool's client.
    pub user_pool_client_id: String,
    /// Prefix of the secrets of accounts, `<prefix>/<account>/<purpose>`.
    pub secret_prefix: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stack_info_survives_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let layout = Layout::new(Some(directory.path()));
        assert!(layout.info().unwrap_err().to_string().contains("up --detach"));
        let info = StackInfo {
            api_url: "http://a.execute-api.localhost:1".to_owned(),
            api_id: "a".to_owned(),
            aws_endpoint: "http://127.0.0.1:1".to_owned(),
            region: "us-east-1".to_owned(),
            stack: "arcadia-dev".to_owned(),
            digitalocean_url: "http://127.0.0.1:2".to_owned(),
            provider_writes: true,
            table: "t".to_owned(),
            queue_urls: [("droplets".to_owned(), "http://q".to_owned())].into(),
            user_pool_id: "p".to_owned(),
            user_pool_client_id: "c".to_owned(),
            secret_prefix: "arcadia/dev/do".to_owned(),
        };
        layout.write_info(&info).unwrap();
        assert_eq!(layout.info().unwrap(), info);
        layout.clear().unwrap();
        assert!(layout.info().is_err());
    }

    #[test]
    fn one_command_at_a_time_brings_a_stack_up() {
        let directory = tempfile::tempdir().unwrap();
        let layout = Layout::new(Some(directory.path()));
        let held = layout.lock().unwrap();
        assert!(layout.lock().is_err());
        drop(held);
        assert!(layout.lock().is_ok());
    }
}
