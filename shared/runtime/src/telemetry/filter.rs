//! What is logged.

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};

use super::CONTEXT;

/// Targets, by how they begin, that at debug or trace log every byte they move, headers with credentials among them.
const NOISY_TARGETS: [&str; 5] = ["aws_", "h2", "hyper", "lambda_runtime", "rustls"];

/// The filter, and what is wrong with `spec` if it is not used. By targets alone: a directive on a span would let through
/// whatever is logged inside it, by the crates of [`NOISY_TARGETS`] too.
pub(crate) fn filter(spec: Option<&str>) -> (Targets, Option<String>) {
    let (targets, problem) = match parse(spec.unwrap_or("info")) {
        Ok(targets) => (targets, None),
        Err(problem) => (Targets::new().with_default(LevelFilter::INFO), Some(problem)),
    };
    // The Lambda runtime's own span brings the request id.
    let context = [(CONTEXT, LevelFilter::ERROR), ("lambda_runtime::layers::trace", LevelFilter::INFO)];
    (limit_noisy_targets(targets).with_targets(context), problem)
}

fn parse(spec: &str) -> Result<Targets, String> {
    // A bare word is a level. Targets would take one it does not know for a module's name, and log nothing else.
    if !spec.contains(['=', ',']) {
        return level(spec)
            .map(|level| Targets::new().with_default(level))
            .ok_or_else(|| format!("{spec} is not a level"));
    }
    let directives: Vec<_> = spec.split(',').map(str::trim).filter(|directive| !directive.is_empty()).collect();
    directives.join(",").parse().map_err(|error| format!("{error}"))
}

fn level(word: &str) -> Option<LevelFilter> {
    // Lambda's name for its highest level.
    if word.eq_ignore_ascii_case("fatal") { Some(LevelFilter::ERROR) } else { word.parse().ok() }
}

/// Only whoever names one of the [`NOISY_TARGETS`] hears more of it than `info`; where less is asked for, it stays less.
fn limit_noisy_targets(targets: Targets) -> Targets {
    let too_loud = |name: &str| targets.would_enable(name, &Level::DEBUG);
    let is_named = |name: &str| targets.iter().any(|(target, _)| target == name);
    let quiet: Vec<_> = NOISY_TARGETS.into_iter().filter(|name| too_loud(name) && !is_named(name)).collect();
    targets.with_targets(quiet.into_iter().map(|name| (name, LevelFilter::INFO)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_a_level_and_anything_else_is_said_to_be_wrong() {
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
    fn less_than_info_stays_less() {
        for spec in ["warn", "warn,store=debug", "store=debug"] {
            assert!(!filter(Some(spec)).0.would_enable("hyper::client", &Level::INFO), "{spec}");
        }
    }
}
