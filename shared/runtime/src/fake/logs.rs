//! Records log lines in memory.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use serde_json::Value;
use tracing::Subscriber;
use tracing_subscriber::layer::SubscriberExt;

use crate::telemetry::{JsonLayer, filter};

/// A recorder of log lines in their stdout format, all with the time [`super::SENT_TIMESTAMP_MS`].
///
/// ```
/// let logs = runtime::fake::Logs::default();
/// let guard = tracing::subscriber::set_default(logs.subscriber("info"));
/// tracing::info!(items = 5, "sweep complete");
/// drop(guard);
/// assert_eq!(logs.parsed()[0]["items"], 5);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Logs(Arc<Mutex<Vec<u8>>>);

impl Logs {
    /// Creates a subscriber that records the events enabled by `LOG_LEVEL` = `level`.
    pub fn subscriber(&self, level: &str) -> impl Subscriber + Send + Sync + use<> {
        let writer = self.clone();
        let layer = JsonLayer::new(move || writer.clone()).with_clock(clock);
        tracing_subscriber::registry().with(layer).with(filter::filter(Some(level)).0)
    }

    /// Returns the lines recorded so far.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()
    }

    /// Returns the lines recorded so far as JSON; a line that is not JSON is `null`.
    #[must_use]
    pub fn parsed(&self) -> Vec<Value> {
        self.lines().iter().map(|line| serde_json::from_str(line).unwrap_or_default()).collect()
    }
}

impl Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn clock() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(super::SENT_TIMESTAMP_MS).unwrap_or_default()
}
