//! What callers of the API read: descriptions of the document and details of problems.

use serde_json::Value;

use crate::sources::{self, root};

const FEWEST_WORDS: usize = 3;

/// A sentence that begins so speaks of something that the reader has not seen.
const PRONOUNS: [&str; 22] = [
    "it", "its", "they", "them", "their", "theirs", "he", "she", "we", "us", "our", "ours", "this", "that", "these",
    "those", "whose", "who", "whom", "what", "whoever", "whether",
];

/// Why a text says too little; `None` where it does not.
fn too_little(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() < FEWEST_WORDS {
        return Some(format!("only {} words: {text:?}", words.len()));
    }
    let first = words[0].trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    PRONOUNS.contains(&first.as_str()).then(|| format!("begins with \"{first}\": {text:?}"))
}

#[test]
fn every_description_of_the_document_can_be_understood_alone() {
    let document = std::fs::read_to_string(root().join("infra/openapi.json")).unwrap();
    let document: Value = serde_json::from_str(&document).unwrap();
    let (mut findings, mut count) = (Vec::new(), 0);
    walk(&document, "", &mut |place, text| {
        count += 1;
        findings.extend(too_little(text).map(|why| format!("{place}: {why}")));
    });
    assert!(count > 300, "{count} descriptions");
    sources::expect_none(&findings, "write a sentence whose subject is a noun");
}

fn walk(value: &Value, place: &str, found: &mut impl FnMut(&str, &str)) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == "description" || name == "summary" => found(place, text),
                    _ => walk(value, &format!("{place}/{name}"), found),
                }
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| walk(item, &format!("{place}/{index}"), found));
        }
        _ => {}
    }
}

/// The details are constant texts of one file.
#[test]
fn every_detail_of_a_problem_can_be_understood_alone() {
    let source = std::fs::read_to_string(root().join("functions/api/src/http/problem.rs")).unwrap();
    // A backslash at the end of a line joins it to the next one.
    let source = source.split("\\\n").map(str::trim_start).collect::<String>();
    let texts = source.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(texts_of);
    let details: Vec<&str> = texts.filter(|text| text.ends_with('.')).collect();
    assert!(details.len() > 15, "{} details", details.len());
    let findings: Vec<String> = details.into_iter().filter_map(too_little).collect();
    sources::expect_none(&findings, "write a sentence whose subject is a noun");
}

/// The string literals of a line.
fn texts_of(line: &str) -> impl Iterator<Item = &str> {
    line.split('"').skip(1).step_by(2)
}

#[test]
fn a_text_that_says_too_little_is_found() {
    for text in ["It.", "The saga.", "Its id there, always.", "Whose it is, where it is a tenant's."] {
        assert!(too_little(text).is_some(), "{text}");
    }
    assert_eq!(too_little("The id of the saga."), None);
}
