//! Latency of the API's answers.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::path_pattern;

/// A delay before every answer, with different delays for single paths.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Latency {
    /// Delay in milliseconds for paths that no pattern matches.
    pub default_ms: u64,
    /// Delays in milliseconds by path or glob such as `/v2/droplets*`. The longest matching pattern
    /// wins.
    pub paths: BTreeMap<String, u64>,
}

impl Latency {
    /// Creates the same delay for all paths.
    #[must_use]
    pub fn all(delay: Duration) -> Self {
        Self { default_ms: millis(delay), paths: BTreeMap::new() }
    }

    /// Sets a different delay for a path or glob.
    #[must_use]
    pub fn on(mut self, path: &str, delay: Duration) -> Self {
        self.paths.insert(path.to_owned(), millis(delay));
        self
    }

    pub(crate) fn of(&self, path: &str) -> Duration {
        let longest =
            self.paths.iter().filter(|(glob, _)| path_pattern::matches(glob, path)).max_by_key(|(glob, _)| glob.len());
        Duration::from_millis(longest.map_or(self.default_ms, |(_, ms)| *ms))
    }
}

fn millis(delay: Duration) -> u64 {
    u64::try_from(delay.as_millis()).unwrap_or(u64::MAX)
}
