//! Tests that compare log lines and metric lines with expected ones.

use std::{io, time::Duration};

use secrecy::SecretString;
use serde_json::Value;
use tracing::{debug, error, error_span, info, warn};

use super::{CONTEXT, Metrics, metrics::NAMESPACE};
use crate::fake::Logs;

/// Returns the lines that `work` logs at `level`.
fn logged(level: &str, work: impl FnOnce()) -> Vec<String> {
    let logs = Logs::default();
    tracing::subscriber::with_default(logs.subscriber(level), work);
    logs.lines()
}

#[derive(Debug, thiserror::Error)]
#[error("sweep failed")]
struct SweepFailed(#[source] io::Error);

#[test]
fn a_line_is_flat_and_carries_its_spans_fields() {
    let lines = logged("info", || {
        let outer = error_span!(target: CONTEXT, "invocation", request_id = "r-1", worker = "droplets");
        let _outer = outer.enter();
        let inner = error_span!(target: CONTEXT, "record", account = "main", run_id = tracing::field::Empty);
        let _inner = inner.enter();
        inner.record("run_id", "7f3c");
        info!(target: "sync", items = 5_u64, ratio = 0.5, complete = true, kind = %"droplet", "swept {}", 5);
    });
    assert_eq!(
        lines,
        [r#"{"timestamp":"2026-04-01T00:00:00.000Z","level":"INFO","message":"swept 5","target":"sync","#.to_owned()
            + r#""request_id":"r-1","worker":"droplets","account":"main","run_id":"7f3c","#
            + r#""items":5,"ratio":0.5,"complete":true,"kind":"droplet"}"#]
    );
}

#[test]
fn an_error_field_has_its_sources() {
    let lines = logged("info", || {
        let failure = SweepFailed(io::Error::other("connection cut\nat byte 3"));
        error!(target: "sync", error = &failure as &dyn std::error::Error, "message failed");
    });
    let expected = r#""message":"message failed","target":"sync","error":"sweep failed: connection cut\nat byte 3"}"#;
    assert_eq!(lines.len(), 1, "one line even if the text has a line break");
    assert!(lines[0].ends_with(expected), "{}", lines[0]);
}

#[test]
fn context_is_on_a_warning_even_if_the_level_hides_everything_below() {
    let lines = logged("warn", || {
        let runtime = tracing::info_span!(target: "lambda_runtime::layers::trace", "invoke", requestId = "r-1");
        let _runtime = runtime.enter();
        let span = error_span!(target: CONTEXT, "record", account = "main");
        let _span = span.enter();
        info!("hidden");
        warn!(target: "sync", "seen");
    });
    assert_eq!(lines.len(), 1);
    assert!(
        lines[0].ends_with(r#""message":"seen","target":"sync","request_id":"r-1","account":"main"}"#),
        "{}",
        lines[0]
    );
}

#[test]
fn a_field_replaces_neither_the_context_nor_the_standard_members() {
    let lines = logged("info", || {
        let span = error_span!(target: CONTEXT, "record", account = "main", level = "from the span");
        let _span = span.enter();
        info!(target: "sync", account = "other", timestamp = "never", "m");
    });
    let expected = r#""level":"INFO","message":"m","target":"sync","account":"main","field_level":"from the span","#;
    assert!(
        lines[0].contains(expected) && lines[0].ends_with(r#""field_account":"other","field_timestamp":"never"}"#),
        "{}",
        lines[0]
    );
}

#[test]
fn a_secret_is_redacted() {
    let token = SecretString::from("dop_v1_0123456789abcdef");
    let lines = logged("trace", || {
        let span = error_span!(target: CONTEXT, "record", token = ?token);
        let _span = span.enter();
        debug!(?token, "with a secret {:?}", token);
    });
    assert_eq!(lines.len(), 1);
    assert!(lines[0].contains("REDACTED") && !lines[0].contains("dop_v1"), "{}", lines[0]);
}

#[test]
fn long_text_is_cut_at_a_character() {
    let lines = logged("info", || info!(body = "é".repeat(100_000), "m"));
    assert!(lines[0].len() < 10_000);
    assert!(serde_json::from_str::<Value>(&lines[0]).unwrap()["body"].as_str().unwrap().ends_with("é..."));
}

#[test]
fn metrics_are_one_line_in_the_embedded_metric_format() {
    let mut metrics = Metrics::new("droplets");
    metrics.property("account", "main");
    metrics.property("run_id", "7f3c");
    metrics.property("worker", "must not replace the dimension");
    metrics.count("Pages", 2);
    metrics.count("Pages", 1);
    metrics.milliseconds("SweepDuration", Duration::from_micros(12_345));
    metrics.milliseconds("Request", Duration::from_millis(10));
    metrics.milliseconds("Request", Duration::from_micros(20_500));
    metrics.count("Nothing", 0);
    assert_eq!(
        metrics.to_line(1_775_001_600_000).unwrap(),
        [
            r#"{"_aws":{"CloudWatchMetrics":[{"Dimensions":[["worker"]],"Metrics":["#,
            r#"{"Name":"Pages","Unit":"Count"},{"Name":"SweepDuration","Unit":"Milliseconds"},{"Name":"Request","Unit":"Milliseconds"}"#,
            r#"],"Namespace":"Arcadia"}],"Timestamp":1775001600000},"#,
            r#""account":"main","run_id":"7f3c","worker":"droplets","Pages":3,"SweepDuration":12.3,"Request":[10.0,20.5]}"#,
        ]
        .concat()
    );
}

#[test]
fn metrics_refer_to_members_of_the_line_and_their_only_dimension_is_the_worker() {
    let mut metrics = Metrics::new("billing");
    metrics.count("Invoices", 1);
    let line: Value = serde_json::from_str(&metrics.to_line(0).unwrap()).unwrap();
    let directive = &line["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Namespace"], NAMESPACE);
    assert_eq!(directive["Dimensions"], serde_json::json!([["worker"]]));
    assert!(line["worker"].is_string() && line["Invoices"].is_number());
}

#[test]
fn without_metrics_there_is_no_line() {
    let mut metrics = Metrics::new("droplets");
    metrics.property("account", "main");
    metrics.count("Deleted", 0);
    assert_eq!(metrics.to_line(0), None);
}
