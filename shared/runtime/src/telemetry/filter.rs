//! The log filter: which events are logged.

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};

/// The target of spans that carry context. Such spans are enabled at any `LOG_LEVEL`, so that the
/// line of a warning has its context too:
///
/// ```
/// let span = tracing::error_span!(target: runtime::telemetry::CONTEXT, "saga", saga_id = "0d1f");
/// ```
pub const CONTEXT: &str = "runtime::context";

/// Prefixes of targets that log all transferred bytes at debug or trace, including headers with
/// credentials.
const NOISY_TARGETS: [&str; 5] = ["aws_", "h2", "hyper", "lambda_runtime", "rustls"];

/// Builds the filter from `spec`; if `spec` is invalid, the filter is `info` and the second value
/// is the problem. Only directives on targets are accepted: a directive on a span would enable
/// everything logged inside it, also by the crates of [`NOISY_TARGETS`].
pub(crate) fn filter(spec: Option<&str>) -> (Targets, Option<String>) {
    let (targets, problem) = match parse(spec.unwrap_or("info")) {
        Ok(targets) => (targets, None),
        Err(problem) => (Targets::new().with_default(LevelFilter::INFO), Some(problem)),
    };
    // The Lambda runtime's own span has the request id.
    let context = [(CONTEXT, LevelFilter::ERROR), ("lambda_runtime::layers::trace", LevelFilter::INFO)];
    (limit_noisy_targets(targets).with_targets(context), problem)
}

fn parse(spec: &str) -> Result<Targets, String> {
    // A single word must be a level. `Targets` would treat an unknown word as the name of a module
    // and log only that module.
    if !spec.contains(['=', ',']) {
        return level(spec)
            .map(|level| Targets::new().with_default(level))
            .ok_or_else(|| format!("{spec} is not a level"));
    }
    let directives: Vec<_> = spec.split(',').map(str::trim).filter(|directive| !directive.is_empty()).collect();
    directives.join(",").parse().map_err(|error| format!("{error}"))
}

fn level(word: &str) -> Option<LevelFilter> {
    // `FATAL` is Lambda's name for its highest level.
    if word.eq_ignore_ascii_case("fatal") { Some(LevelFilter::ERROR) } else { word.parse().ok() }
}

/// Limits the [`NOISY_TARGETS`] to `info`, unless a directive names them. A lower level is kept.
fn limit_noisy_targets(targets: Targets) -> Targets {
    let enables_debug = |name: &str| targets.would_enable(name, &Level::DEBUG);
    let is_named = |name: &str| targets.iter().any(|(target, _)| target == name);
    let limited: Vec<_> = NOISY_TARGETS.into_iter().filter(|name| enables_debug(name) && !is_named(name)).collect();
    targets.with_targets(limited.into_iter().map(|name| (name, LevelFilter::INFO)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_valid_level_is_accepted_and_an_invalid_one_is_reported() {
        for good in [None, Some("debug"), Some("WARN"), Some("FATAL"), Some("off"), Some("info, store=debug,")] {
            assert_eq!(filter(good).1, None, "{good:?}");
        }
        assert_eq!(filter(Some("verbose")).1.unwrap(), "verbose is not a level");
        assert!(filter(Some("store=loud")).1.is_some());
    }

    #[test]
    fn no_directive_reaches_the_crates_that_log_credentials_unless_it_names_them() {
        let signer = "aws_sigv4::http_request::sign";
        for spec in
            ["debug", "trace", "trace,store=info", "store=info, trace", "a=trace,trace,", "aws=trace", "h=trace"]
        {
            let filter = filter(Some(spec)).0;
            for target in [signer, "aws_smithy_runtime::client", "hyper_util::client", "h2::codec", "rustls::conn"] {
                assert!(!filter.would_enable(target, &Level::DEBUG), "{spec}: {target} in {filter}");
            }
        }
        assert!(filter(Some("trace,store=info")).0.would_enable("sync", &Level::TRACE));
        for named in ["trace,aws_=debug", "aws_sigv4=trace"] {
            assert!(filter(Some(named)).0.would_enable(signer, &Level::DEBUG), "{named}");
        }
        let one = filter(Some("trace,aws_sigv4=trace")).0;
        assert!(!one.would_enable("aws_smithy_runtime::client", &Level::DEBUG), "{one}");
    }

    #[test]
    fn a_level_below_info_is_kept() {
        for spec in ["warn", "warn,store=debug", "store=debug"] {
            assert!(!filter(Some(spec)).0.would_enable("hyper::client", &Level::INFO), "{spec}");
        }
    }
}
