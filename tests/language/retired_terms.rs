//! Words that the project no longer uses: `docs/retired-terms.txt`, a line each, with what to say
//! instead.

use crate::sources::{self, root};

/// Where the words must not stand.
const PLACES: [&str; 10] = [
    "functions",
    "shared",
    "infra",
    "tests/benchmark",
    "tests/digitalocean-sim",
    "tests/embedded-table",
    "docs",
    "README.md",
    "CONTRIBUTING.md",
    "template.yaml",
];

/// A term as a list of lower-case words, and what to say instead.
struct Retired {
    words: Vec<String>,
    instead: String,
}

fn retired() -> Vec<Retired> {
    let list = std::fs::read_to_string(root().join("docs/retired-terms.txt")).unwrap();
    let lines = list.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| {
            let (term, instead) = line.split_once("->").unwrap_or_else(|| panic!("no replacement: {line}"));
            Retired { words: words(term), instead: instead.trim().to_owned() }
        })
        .collect()
}

/// The words of a text in lower case. Names are taken apart: `WakeUpQueue`, `wake_up_queue` and
/// `wake-up queue` are the same three.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in text.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && before.is_lowercase()) {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().unwrap().extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn retired_terms_do_not_come_back() {
    let retired = retired();
    assert!(retired.len() > 20, "{} terms", retired.len());
    let mut findings = Vec::new();
    for source in sources::read(&PLACES, &[".rs", ".md", ".yaml", ".json", ".py"]) {
        // Data of the simulator and of the tests: names of customers, not of ours.
        if source.path.contains("/seeds/") || source.path.contains("/corpus/") {
            continue;
        }
        for (number, line) in source.text.lines().enumerate() {
            let words = words(line);
            for term in &retired {
                if words.windows(term.words.len()).any(|window| window == term.words) {
                    let (path, number, words) = (&source.path, number + 1, term.words.join(" "));
                    findings.push(format!("{path}:{number}: \"{words}\": {}", term.instead));
                }
            }
        }
    }
    sources::expect_none(&findings, "use the word of the field (docs/retired-terms.txt names it)");
}

#[test]
fn names_and_sentences_are_taken_apart_alike() {
    for text in ["WakeUpQueue", "wake_up_queue", "wake-up queue", "Wake up: queue"] {
        assert_eq!(words(text), ["wake", "up", "queue"], "{text}");
    }
}
