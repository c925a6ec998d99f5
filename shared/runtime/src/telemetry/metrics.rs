//! Amazon `CloudWatch` metrics in the Embedded Metric Format: a log line that `CloudWatch` reads numbers from, without an API call.
//!
//! See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.

use std::{
    io::Write,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use chrono::Utc;
use serde_json::{Value, json};

use super::line::Line;

/// The `CloudWatch` namespace.
pub const NAMESPACE: &str = "Arcadia";
/// The only dimension. Every combination of dimension values is a metric that is paid for, so nothing unbounded may be one.
const DIMENSION: &str = "worker";
/// The format's limit, for the metrics of a line and for the values of a metric.
const MAX_METRICS: usize = 100;

/// Whether lines are written; telemetry switches it on, so that tests print none.
static ENABLED: AtomicBool = AtomicBool::new(false);

pub(super) fn enable() {
    ENABLED.store(true, Ordering::Relaxed);
}

/// A metric's unit, in `CloudWatch`'s terms.
#[derive(Clone, Copy, Debug)]
enum Unit {
    Count,
    Milliseconds,
}

impl Unit {
    const fn name(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Milliseconds => "Milliseconds",
        }
    }
}

/// The metrics of one unit of work, written as one line when it is dropped: at the end of the work, and also if it ends early
/// with an error or a panic. Nothing is written before [`super::init`], or if there are no metrics.
///
/// ```
/// let mut metrics = runtime::Metrics::new("droplets");
/// metrics.property("account", "main");
/// metrics.count("Pages", 3);
/// ```
#[derive(Debug)]
pub struct Metrics {
    worker: String,
    properties: Line,
    metrics: Vec<Metric>,
}

#[derive(Debug)]
struct Metric {
    name: &'static str,
    unit: Unit,
    values: Vec<Value>,
}

impl Metrics {
    /// For a unit of work of this worker.
    pub fn new(worker: impl Into<String>) -> Self {
        Self { worker: worker.into(), properties: Line::default(), metrics: Vec::new() }
    }

    /// Something to find the line by (`account`, `run_id`, `request_id`, ...). It is no dimension, so it may be unbounded; it
    /// must be a string, a number or a boolean.
    pub fn property(&mut self, name: &'static str, value: impl Into<Value>) {
        self.properties.set_field(name, value.into());
    }

    /// Adds to a count; several in one unit of work are summed. Zero adds nothing, not even the metric: it would be paid for in
    /// every hour that it is written in.
    pub fn count(&mut self, name: &'static str, count: u64) {
        if count == 0 {
            return;
        }
        let metric = self.metric(name, Unit::Count);
        let sum = metric.values.first().and_then(Value::as_u64).unwrap_or_default().saturating_add(count);
        metric.values = vec![sum.into()];
    }

    /// Adds a duration; several in one unit of work are kept apart, up to 100.
    pub fn milliseconds(&mut self, name: &'static str, duration: Duration) {
        let tenths = (duration.as_secs_f64() * 10_000.0).round() / 10.0;
        let metric = self.metric(name, Unit::Milliseconds);
        if metric.values.len() < MAX_METRICS {
            metric.values.push(tenths.into());
        }
    }

    /// The line, without its line feed; `None` if there is no metric.
    #[must_use]
    pub fn to_line(&self, timestamp_ms: i64) -> Option<String> {
        let metrics: Vec<_> = self.metrics.iter().take(MAX_METRICS).collect();
        if metrics.is_empty() {
            return None;
        }
        let directives: Vec<_> =
            metrics.iter().map(|metric| json!({ "Name": metric.name, "Unit": metric.unit.name() })).collect();
        let mut line = Line::default();
        line.set(
            "_aws",
            json!({
                "CloudWatchMetrics": [{ "Dimensions": [[DIMENSION]], "Metrics": directives, "Namespace": NAMESPACE }],
                "Timestamp": timestamp_ms,
            }),
        );
        line.extend(&self.properties);
        // After the properties: a property of the same name must not stand in for a dimension or a metric.
        line.set(DIMENSION, self.worker.as_str().into());
        for metric in metrics {
            let value =
                if let [value] = metric.values.as_slice() { value.clone() } else { metric.values.clone().into() };
            line.set(metric.name, value);
        }
        String::from_utf8(line.to_bytes()).ok().map(|line| line.trim_end().to_owned())
    }

    fn metric(&mut self, name: &'static str, unit: Unit) -> &mut Metric {
        let index = self.metrics.iter().position(|metric| metric.name == name).unwrap_or_else(|| {
            self.metrics.push(Metric { name, unit, values: Vec::new() });
            self.metrics.len() - 1
        });
        &mut self.metrics[index]
    }
}

impl Drop for Metrics {
    fn drop(&mut self) {
        if ENABLED.load(Ordering::Relaxed)
            && let Some(line) = self.to_line(Utc::now().timestamp_millis())
        {
            // One write, so that lines of other threads do not come in between.
            let _ = std::io::stdout().lock().write_all(format!("{line}\n").as_bytes());
        }
    }
}
