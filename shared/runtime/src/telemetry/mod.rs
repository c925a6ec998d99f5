//! Logs and metrics on stdout, for `CloudWatch`; `docs/logging.md` is the convention.
//!
//! A log line is one flat JSON object. The fields of the surrounding spans (`request_id`, `worker`,
//! `account`, `run_id`, ...) are on the line itself, so that `CloudWatch` Logs Insights finds a run
//! by `filter run_id = "..."` alone.

pub(crate) mod filter;
mod json;
mod line;
mod metrics;

use std::{panic, sync::Once};

use tracing_subscriber::{Layer, Registry, layer::SubscriberExt, util::SubscriberInitExt};

pub use domain::error_chain as chain;
pub use filter::CONTEXT;
pub use json::JsonLayer;
pub use metrics::{Metrics, NAMESPACE};

/// Sets up logs and metrics. `LOG_LEVEL` is a level or directives such as `info,store=debug`; if it
/// is absent, `AWS_LAMBDA_LOG_LEVEL` applies, and then `info`. `LOG_FORMAT` is `json`, or `text`
/// for a terminal, without metrics. A second call has no effect, and neither has the first if the
/// process already has a subscriber.
pub fn init() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let level = ["LOG_LEVEL", "AWS_LAMBDA_LOG_LEVEL"].into_iter().find_map(|variable| {
            std::env::var(variable).ok().map(|level| level.trim().to_owned()).filter(|level| !level.is_empty())
        });
        let text = std::env::var("LOG_FORMAT").is_ok_and(|format| format.trim().eq_ignore_ascii_case("text"));
        let (filter, problem) = filter::filter(level.as_deref());
        let layer: Box<dyn Layer<Registry> + Send + Sync> = if text {
            tracing_subscriber::fmt::layer().compact().boxed()
        } else {
            JsonLayer::new(std::io::stdout).boxed()
        };
        if tracing_subscriber::registry().with(layer).with(filter).try_init().is_err() {
            return;
        }
        if !text {
            metrics::enable();
        }
        log_panics();
        if let Some(problem) = problem {
            tracing::warn!(problem, "LOG_LEVEL is not valid, using info");
        }
    });
}

/// Logs a panic as one JSON line with the context of its span, instead of several lines of text on
/// stderr.
fn log_panics() {
    panic::set_hook(Box::new(|panic| {
        let location = panic.location().map(ToString::to_string);
        tracing::error!(error = panic.payload_as_str(), location, "panicked");
    }));
}

#[cfg(test)]
mod tests;
