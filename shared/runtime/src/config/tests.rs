//! Tests that valid values are accepted, invalid ones are refused, and no value is repeated in an
//! error.

use std::{collections::HashMap, time::Duration};

use super::{Env, ProviderWrites, WorkerConfig};

const COMPLETE: [(&str, &str); 11] = [
    ("STAGE", "dev"),
    ("TABLE_NAME", "arcadia-dev"),
    ("WORKER", "droplets-fast"),
    ("DIGITALOCEAN_URL", "https://api.digitalocean.com"),
    ("PROVIDER_WRITES", "deny"),
    ("STRIKE_INTERVAL_SECONDS", "450"),
    ("INTERNAL_PROJECT", "ops"),
    ("EVENT_RETENTION_DAYS", "30"),
    ("SECRET_PREFIX", "arcadia/dev/do/"),
    ("QUEUE_URL", "https://sqs.eu-central-1.amazonaws.com/123456789012/droplets-fast"),
    ("DLQ_URL", "http://127.0.0.1:4566/000000000000/droplets-fast-dlq"),
];

/// Returns the complete environment with one variable changed or removed.
fn with(variable: &str, value: Option<&str>) -> Env {
    let mut variables: HashMap<_, _> = COMPLETE.into_iter().collect();
    match value {
        Some(value) => variables.insert(variable, value),
        None => variables.remove(variable),
    };
    Env::from_map(variables)
}

#[test]
fn a_complete_environment_is_read() {
    let config = WorkerConfig::read(Env::from_map(COMPLETE)).unwrap();
    assert_eq!(config.worker, "droplets-fast");
    assert_eq!(config.provider_writes, ProviderWrites::Deny);
    assert_eq!(config.strike_interval, Some(Duration::from_secs(450)));
    assert_eq!(config.deployment.event_retention.num_days(), 30);
    assert_eq!(config.deployment.secret_prefix, "arcadia/dev/do");
    assert_eq!(config.queue_url, COMPLETE[9].1);
}

#[test]
fn optional_variables_have_defaults() {
    for value in [None, Some(""), Some(" ")] {
        assert_eq!(WorkerConfig::read(with("STRIKE_INTERVAL_SECONDS", value)).unwrap().strike_interval, None);
        assert_eq!(WorkerConfig::read(with("INTERNAL_PROJECT", value)).unwrap().internal_project, "skyai-internal");
        assert_eq!(
            WorkerConfig::read(with("EVENT_RETENTION_DAYS", value)).unwrap().deployment.event_retention.num_days(),
            400
        );
        assert_eq!(
            WorkerConfig::read(with("SECRET_PREFIX", value)).unwrap().deployment.secret_prefix,
            "arcadia/dev/do"
        );
    }
    assert_eq!(WorkerConfig::read(with("STRIKE_INTERVAL_SECONDS", Some("0"))).unwrap().strike_interval, None);
}

#[test]
fn each_invalid_variable_is_named_without_its_value() {
    let cases = [
        ("STAGE", "", "is missing"),
        ("TABLE_NAME", "  ", "is missing"),
        ("WORKER", "Droplets!s3cret", "is not valid"),
        ("DIGITALOCEAN_URL", "s3cret", "is not valid"),
        ("DIGITALOCEAN_URL", "file:///s3cret", "is not an http(s) URL"),
        ("DIGITALOCEAN_URL", "https://user:s3cret@api.digitalocean.com", "has credentials in it"),
        ("PROVIDER_WRITES", "s3cret", "is not valid (expected allow or deny)"),
        ("STRIKE_INTERVAL_SECONDS", "-5", "is not valid (expected a whole number of seconds, or nothing)"),
        ("EVENT_RETENTION_DAYS", "s3cret", "is not valid (expected a whole number from 1 to 36500)"),
        ("EVENT_RETENTION_DAYS", "0", "is out of range"),
        ("QUEUE_URL", "droplets-s3cret", "is not valid"),
    ];
    for (variable, value, wrong) in cases {
        let error = WorkerConfig::read(with(variable, Some(value))).unwrap_err();
        assert_eq!(error.problems.len(), 1, "{variable}={value}: {error}");
        let text = format!("{error} {error:?}");
        assert!(text.contains(&format!("{variable} {wrong}")), "{variable}={value}: {text}");
        assert!(!text.contains("s3cret"), "{text}");
    }
}

#[test]
fn all_problems_are_reported_at_once() {
    let error = WorkerConfig::read(Env::from_map([("WORKER", "Upper"), ("EVENT_RETENTION_DAYS", "x")])).unwrap_err();
    let variables: Vec<_> = error.problems.iter().map(|problem| problem.variable.as_str()).collect();
    let expected = [
        "STAGE",
        "TABLE_NAME",
        "EVENT_RETENTION_DAYS",
        "WORKER",
        "DIGITALOCEAN_URL",
        "PROVIDER_WRITES",
        "QUEUE_URL",
        "DLQ_URL",
    ];
    assert_eq!(variables, expected);
}

#[test]
fn json_is_parsed_and_its_problems_name_only_the_position() {
    type Limits = HashMap<String, u32>;
    let read = |text: &str| {
        let mut env = Env::from_map([("LIMITS", text)]);
        let limits = env.json::<Limits>("LIMITS", "a JSON object of numbers");
        env.finish(|| limits)
    };
    assert_eq!(read(r#"{"sync": 5}"#).unwrap()["sync"], 5);
    for (text, wrong) in [
        (r#"{"sync": "s3cret"}"#, "is not valid at sync (column 17)"),
        ("s3cret", "is not valid at"),
        (r#"{"sync": 5} s3cret"#, "has extra text after its JSON"),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains(wrong) && !error.contains("s3cret"), "{error}");
    }
}

#[test]
fn debug_shows_names_only() {
    let text = format!("{:?}", Env::from_map([("TOKEN", "s3cret")]));
    assert!(text.contains("TOKEN") && !text.contains("s3cret"), "{text}");
}

#[test]
fn the_process_environment_is_read() {
    assert_eq!(Env::from_process().optional("PATH"), std::env::var("PATH").ok());
}
