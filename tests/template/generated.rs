//! `template.yaml` is made from the sources in `infra/template` and from the code's tables of
//! workers.

use std::collections::BTreeMap;
use std::fs;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_yaml_ng::{Mapping, Value};

use crate::code;

/// The sources by name. `workers.yaml`, the rows, is not among them.
const SOURCES: [(&str, &str); 8] = [
    ("api.yaml.j2", include_str!("../../infra/template/api.yaml.j2")),
    ("dashboard.yaml.j2", include_str!("../../infra/template/dashboard.yaml.j2")),
    ("sagas.yaml.j2", include_str!("../../infra/template/sagas.yaml.j2")),
    ("shared.yaml.j2", include_str!("../../infra/template/shared.yaml.j2")),
    ("sign_in.yaml.j2", include_str!("../../infra/template/sign_in.yaml.j2")),
    ("stack.yaml.j2", include_str!("../../infra/template/stack.yaml.j2")),
    ("table.yaml.j2", include_str!("../../infra/template/table.yaml.j2")),
    ("worker.yaml.j2", include_str!("../../infra/template/worker.yaml.j2")),
];

/// `workers.yaml`, which describes each key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Workers {
    rows: Mapping,
    classes: BTreeMap<String, Mapping>,
    cadences: BTreeMap<i64, Pace>,
}

/// A row and, where it says nothing, its class.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    timeout: u32,
    tokens: Vec<String>,
    table_actions: Vec<String>,
    indexes: Vec<String>,
    #[serde(default)]
    sends_to: Vec<String>,
    #[serde(default)]
    creates_schedules: bool,
    #[serde(default)]
    variables: BTreeMap<String, String>,
    minute: Option<u32>,
    hour: Option<u32>,
    concurrency: Option<u32>,
}

/// What follows from a worker's cadence.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pace {
    alarm_after: u32,
    alarm: String,
    receives: u32,
    retries: Option<u32>,
    retention: Option<u32>,
}

/// A worker as the sources read it.
#[derive(Serialize)]
struct Worker {
    name: String,
    /// The prefix of the logical names, such as `FloatingIps`.
    id: String,
    binary: &'static str,
    /// The minutes between two ticks, 0 for a worker that does not tick.
    cadence: i64,
    pace: Pace,
    #[serde(flatten)]
    row: Row,
}

/// The text of the template.
pub(crate) fn template() -> String {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    environment.set_syntax(syntax.build().unwrap());
    for (name, text) in SOURCES {
        environment.add_template(name, text).unwrap_or_else(|error| panic!("{error:#}"));
    }
    let workers = workers();
    let on_demand: Vec<&Worker> = workers.iter().filter(|worker| worker.binary != "saga-worker").collect();
    let stack = environment.get_template("stack.yaml.j2").unwrap();
    stack
        .render(Serde(json!({ "workers": workers, "on_demand": on_demand })))
        .unwrap_or_else(|error| panic!("{error:#}"))
}

/// The workers in the order of the rows.
fn workers() -> Vec<Worker> {
    let text = include_str!("../../infra/template/workers.yaml");
    let Workers { rows, classes, cadences } = serde_yaml_ng::from_str(text).expect("infra/template/workers.yaml");
    let code: BTreeMap<&str, (&'static str, i64)> =
        code::known().into_iter().map(|((binary, name), cadence)| (name, (binary, cadence.unwrap_or(0)))).collect();
    for name in code.keys() {
        assert!(rows.contains_key(*name), "infra/template/workers.yaml has no row for {name}");
    }
    let worker = |(name, own): (Value, Value)| {
        let name = name.as_str().expect("the name of a worker").to_owned();
        let &(binary, cadence) = code.get(name.as_str()).unwrap_or_else(|| panic!("the code knows no worker {name}"));
        let mut row = classes[binary].clone();
        row.extend(own.as_mapping().expect("a row is a mapping").clone());
        let row = serde_yaml_ng::from_value(row.into()).unwrap_or_else(|error| panic!("row of {name}: {error}"));
        let pace = cadences.get(&cadence).unwrap_or_else(|| panic!("no cadence of {cadence} minutes")).clone();
        Worker { id: logical_id(&name), name, binary, cadence, pace, row }
    };
    rows.into_iter().map(worker).collect()
}

/// `FloatingIps` for `floating-ips`.
fn logical_id(name: &str) -> String {
    let word = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('-').map(word).collect()
}

#[test]
fn the_committed_template_is_what_its_sources_make() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../template.yaml");
    let template = template();
    if std::env::var_os("UPDATE_TEMPLATE").is_some() {
        fs::write(path, &template).unwrap();
    }
    assert!(
        fs::read_to_string(path).unwrap() == template,
        "template.yaml is not what infra/template says. Make it again, and look at the difference:\n    \
         UPDATE_TEMPLATE=1 cargo test --test template"
    );
}
