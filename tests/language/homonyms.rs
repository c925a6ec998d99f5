//! Each public type name once in product code: a reader who meets a name knows which type it is.

use std::collections::BTreeMap;

use crate::sources::{self, PRODUCT, Source};

/// Names that may stand more than once, each with its reason.
const ALLOWED: [(&str, &str); 6] = [
    ("Error", "one a crate, named by the crate's path"),
    ("Account", "DigitalOcean's answer in the client, the mirrored record in domain"),
    ("AccountStatus", "DigitalOcean's answer in the client, the mirrored record in domain"),
    ("Invoice", "DigitalOcean's answer in the client, the invoice header in domain"),
    ("Project", "DigitalOcean's answer in the client, the mirrored record in domain"),
    ("ActionStatus", "DigitalOcean's answer in the client, what the saga engine observes of it"),
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
    for (name, _) in ALLOWED {
        assert!(places.get(name).is_some_and(|places| places.len() > 1), "{name} is in ALLOWED, but stands once");
    }
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
    let mut names: Vec<String> = source.text.lines().filter_map(public_type).collect();
    // The client's macro for enums with a variant for unknown values: its first line without a
    // comment is the name.
    for declared in source.text.split("open_enum! {").skip(1) {
        let name = declared.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("//"));
        names.extend(name.and_then(|line| line.strip_suffix(" {")).map(str::to_owned));
    }
    names
}

fn public_type(line: &str) -> Option<String> {
    let rest = line.trim_start().strip_prefix("pub")?;
    let rest = if let Some(restricted) = rest.strip_prefix('(') { restricted.split_once(')')?.1 } else { rest };
    let mut words = rest.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let keyword = words.next().filter(|_| rest.starts_with(' '))?;
    if !["struct", "enum", "trait", "type", "union"].contains(&keyword) {
        return None;
    }
    // In a macro a type has the name of a parameter.
    words.next().filter(|name| name.starts_with(char::is_uppercase)).map(str::to_owned)
}

#[test]
fn public_types_are_found_in_each_form() {
    let found =
        ["pub struct A;", "    pub(crate) enum B {", "pub(in crate::routes) type C<T> = D;", "pub trait E: F {}"];
    assert_eq!(found.map(|line| public_type(line).unwrap()), ["A", "B", "C", "E"]);
    assert_eq!(["struct A;", "pub fn a()", "pub use b::C;", "// pub struct A"].map(public_type), [const { None }; 4]);
}
