//! Amazon `CloudWatch` metrics in the Embedded Metric Format: log lines from which `CloudWatch`
//! extracts the numbers, without an API call.
//!
//! See
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.

use std::{
    io::Write,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use chrono::Utc;
use serde_json::{Value, json};

use super::line::Line;

/// The `CloudWatch` namespace of all metrics.
pub const NAMESPACE: &str = "Arcadia";
/// The only dimension. AWS charges for every combination of dimension values, so a dimension must
/// not have an unlimited number of values.
const DIMENSION: &str = "worker";
/// The limit of the format, both for the metrics of a line and for the values of a metric.
const MAX_METRICS: usize = 100;

/// True once [`super::init`] has enabled metrics. Tests do not call it and so print no lines.
static ENABLED: AtomicBool = AtomicBool::new(false);

pub(super) fn enable() {
    ENABLED.store(true, Ordering::Relaxed);
}

/// The metrics of one unit of work. They are written as one line when the value is dropped, so also
/// if the work ends early with an error or a panic. Nothing is written before [`super::init`], or
/// if there are no metrics.
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
    /// The unit, in `CloudWatch`'s terms.
    unit: &'static str,
    values: Vec<Value>,
}

impl Metrics {
    /// Creates the metrics of a unit of work of this worker.
    pub fn new(worker: impl Into<String>) -> Self {
        Self { worker: worker.into(), properties: Line::default(), metrics: Vec::new() }
    }

    /// Sets a property by which the line can be found (`account`, `run_id`, `request_id`, ...). A
    /// property is not a dimension, so its number of values is unlimited. The value must be a
    /// string, a number or a boolean.
    pub fn property(&mut self, name: &'static str, value: impl Into<Value>) {
        self.properties.set_field(name, value.into());
    }

    /// Adds to a count; several calls in one unit of work are summed. Zero does not even create the
    /// metric, because AWS charges for a metric in every hour in which it is written.
    pub fn count(&mut self, name: &'static str, count: u64) {
        if count == 0 {
            return;
        }
        let metric = self.metric(name, "Count");
        let sum = metric.values.first().and_then(Value::as_u64).unwrap_or_default().saturating_add(count);
        metric.values = vec![sum.into()];
    }

    /// Adds a duration; several in one unit of work are kept as separate values, up to 100.
    pub fn milliseconds(&mut self, name: &'static str, duration: Duration) {
        let tenths = (duration.as_secs_f64() * 10_000.0).round() / 10.0;
        let metric = self.metric(name, "Milliseconds");
        if metric.values.len() < MAX_METRICS {
            metric.values.push(tenths.into());
        }
    }

    /// Returns the line without a line feed; `None` if there is no metric.
    #[must_use]
    pub fn to_line(&self, timestamp_ms: i64) -> Option<String> {
        let metrics: Vec<_> = self.metrics.iter().take(MAX_METRICS).collect();
        if metrics.is_empty() {
            return None;
        }
        let directives: Vec<_> =
            metrics.iter().map(|metric| json!({ "Name": metric.name, "Unit": metric.unit })).collect();
        let mut line = Line::default();
        line.set(
            "_aws",
            json!({
                "CloudWatchMetrics": [{ "Dimensions": [[DIMENSION]], "Metrics": directives, "Namespace": NAMESPACE }],
                "Timestamp": timestamp_ms,
            }),
        );
        line.extend(&self.properties);
        // The dimension and the metrics are set after the properties, so that a property with the
        // same name cannot replace them.
        line.set(DIMENSION, self.worker.as_str().into());
        for metric in metrics {
            let value =
                if let [value] = metric.values.as_slice() { value.clone() } else { metric.values.clone().into() };
            line.set(metric.name, value);
        }
        String::from_utf8(line.to_bytes()).ok().map(|line| line.trim_end().to_owned())
    }

    fn metric(&mut self, name: &'static str, unit: &'static str) -> &mut Metric {
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
            // A single write, so that lines of other threads are not mixed in.
            let _ = std::io::stdout().lock().write_all(format!("{line}\n").as_bytes());
        }
    }
}
