//! The options of a local stack.

use std::path::PathBuf;

use crate::provider::ProviderEndpoint;

/// Options for bringing up a stack.
#[derive(Debug, Clone)]
pub struct StackOptions {
    /// Directory of the state; `None` for `target/local`. A second stack needs another one.
    pub state_dir: Option<PathBuf>,
    /// The emulator's port; `None` for any free one.
    pub port: Option<u16>,
    /// The DigitalOcean that is mirrored.
    pub provider: ProviderEndpoint,
    /// The least time between two strikes, in seconds; `None` for half of the worker's cadence.
    pub strike_interval: Option<u32>,
    /// `true` to enable the schedules of `template.yaml`, by which one worker runs every minute.
    pub schedules: bool,
    /// The tracing filter of all functions.
    pub log_level: String,
    /// `true` when the stack outlives this process. Otherwise it stops with this process, even if
    /// that is killed.
    pub detach: bool,
    /// `true` to take down a stack that runs in the same directory; `false` to refuse then.
    pub replace: bool,
}

impl Default for StackOptions {
    fn default() -> Self {
        Self {
            state_dir: None,
            port: None,
            provider: ProviderEndpoint::Simulator,
            strike_interval: None,
            schedules: true,
            log_level: "info".to_owned(),
            detach: false,
            replace: false,
        }
    }
}
