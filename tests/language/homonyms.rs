//! Each public type name once in product code: a reader who meets a name knows which type it is.

use std::collections::BTreeMap;

use crate::sources::{self, PRODUCT, Source};

/// Names that may stand more than once, each with its reason.
const ALLOWED: [(&str, &str); 9] = [
    ("Error", "one a crate, named by the crate's path"),
    ("Inputs", "one a step of sagas, named by the step's module"),
    ("Account", "DigitalOcean's answer in the client, the mirrored record in domain"),
    ("AccountStatus", "DigitalOcean's answer in the client, the mirrored record in domain"),
    ("Invoice", "DigitalOcean's answer in the client, the invoice header in domain"),
    ("Project", "DigitalOcean's answer in the client, the mirrored record in domain"),
    ("ActionStatus", "DigitalOcean's answer in the client, what the saga engine observes of it"),
    ("Droplet", "DigitalOcean's own object"),
    ("Snapshot", "DigitalOcean's own object"),
];

#[test]
fn a_public_type_name_stands_once_in_product_code() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in sources::read(&PRODUCT, &[".rs"]).iter().filter(|source| !source.is_test()) {
        for name in public_types(source) {
            places.entry(name).or_default().push(source.path.clone());
        }
    }
    assert!(places.len() > 300, "{} public types", places.len());
    let allowed = |name: &str| ALLOWED.iter().any(|(allowed, _)| *allowed == name);
    let findings: Vec<String> = places
        .into_iter()
        .filter(|(name, places)| places.len() > 1 && !allowed(name))
        .map(|(name, places)| format!("{name}: {}", places.join(", ")))
        .collect();
    sources::expect_none(&findings, "give each the name of what it alone is, or say in ALLOWED why it may stand twice");
}

/// The names of a file's public types, those that only its crate or a part of it sees included.
fn public_types(source: &Source) -> Vec<String> {
    source.text.lines().filter_map(public_type).collect()
}

fn public_type(line: &str) -> Option<String> {
    let rest = line.trim_start().strip_prefix("pub")?;
    let rest = if let Some(restricted) = rest.strip_prefix('(') { restricted.split_once(')')?.1 } else { rest };
    let mut words = rest.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let keyword = words.next().filter(|_| rest.starts_with(' '))?;
    ["struct", "enum", "trait", "type", "union"].contains(&keyword).then(|| words.next().map(str::to_owned)).flatten()
}

#[test]
fn public_types_are_found_in_each_form() {
    let found = ["pub struct A;", "    pub(crate) enum B {", "pub(in crate::routes) type C<T> = D;", "pub trait E: F {}"];
    assert_eq!(found.map(|line| public_type(line).unwrap()), ["A", "B", "C", "E"]);
    assert_eq!(["struct A;", "pub fn a()", "pub use b::C;", "// pub struct A"].map(public_type), [const { None }; 4]);
}
