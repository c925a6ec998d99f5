//! What is logged.

use tracing_subscriber::{EnvFilter, filter::LevelFilter};

use super::CONTEXT;

/// Targets, by how they begin, that at debug or trace log every byte they move, headers with credentials among them.
const QUIET: [&str; 5] = ["aws_", "h2", "hyper", "lambda_runtime", "rustls"];

/// The filter, and what is wrong with `spec` if it is not used.
pub(crate) fn filter(spec: Option<&str>) -> (EnvFilter, Option<String>) {
    let spec = spec.unwrap_or("info");
    // A bare word is a level. EnvFilter would take one it does not know for a module's name, and log nothing else.
    let parsed = if spec.contains(['=', ',']) {
        EnvFilter::builder().parse(spec).map_err(|error| error.to_string())
    } else {
        level(spec).ok_or_else(|| format!("{spec} is not a level")).map(bare)
    };
    let (filter, problem) = match parsed {
        Ok(filter) => (filter, None),
        Err(problem) => (bare(LevelFilter::INFO), Some(problem)),
    };
    // The Lambda runtime's own span brings the request id.
    (with(filter, &[format!("{CONTEXT}=error"), "lambda_runtime::layers::trace=info".to_owned()]), problem)
}

fn level(word: &str) -> Option<LevelFilter> {
    // Lambda's name for its highest level.
    if word.eq_ignore_ascii_case("fatal") { Some(LevelFilter::ERROR) } else { word.parse().ok() }
}

fn bare(level: LevelFilter) -> EnvFilter {
    let filter = EnvFilter::default().add_directive(level.into());
    // `info` would raise them if the level were lower.
    if level > LevelFilter::INFO { with(filter, &QUIET.map(|name| format!("{name}=info"))) } else { filter }
}

fn with<const N: usize>(filter: EnvFilter, directives: &[String; N]) -> EnvFilter {
    directives.iter().filter_map(|directive| directive.parse().ok()).fold(filter, EnvFilter::add_directive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_a_level_and_anything_else_is_said_to_be_wrong() {
        for good in [None, Some("debug"), Some("WARN"), Some("FATAL"), Some("off"), Some("info,store=debug")] {
            assert_eq!(filter(good).1, None, "{good:?}");
        }
        assert_eq!(filter(Some("verbose")).1.unwrap(), "verbose is not a level");
        assert!(filter(Some("store=loud")).1.is_some());
    }

    #[test]
    fn debug_does_not_reach_the_crates_that_log_credentials() {
        let text = filter(Some("debug")).0.to_string();
        assert!(text.contains("aws_=info") && text.contains("debug"), "{text}");
        assert!(!filter(Some("warn")).0.to_string().contains("aws_"));
    }
}
