//! Comments: short lines, and sentences that say more than the name below them.

use crate::sources::{self, PRODUCT};

/// The last column of a comment line.
const LAST_COLUMN: usize = 100;
/// A shorter doc comment repeats the name that it stands above.
const FEWEST_WORDS: usize = 4;

#[test]
fn comment_lines_end_at_column_100() {
    let mut findings = Vec::new();
    for source in sources::read(&["functions", "shared", "infra", "tests", "template.yaml"], &[".rs", ".yaml"]) {
        let marker = if source.path.ends_with(".rs") { "//" } else { "#" };
        for (number, line) in source.text.lines().enumerate() {
            // Neither a link nor a row of a table can be broken.
            let text = line.trim_start().trim_start_matches(['/', '!']).trim_start();
            let is_whole = line.contains("://") || text.starts_with('|');
            let is_comment = line.trim_start().starts_with(marker);
            if is_comment && !is_whole && line.chars().count() > LAST_COLUMN {
                findings.push(format!("{}:{}: {} columns", source.path, number + 1, line.chars().count()));
            }
        }
    }
    sources::expect_none(&findings, "break the line");
}

#[test]
fn a_doc_comment_has_at_least_four_words() {
    let mut findings = Vec::new();
    for source in sources::read(&PRODUCT, &[".rs"]).iter().filter(|source| !source.is_test()) {
        let mut comment: Vec<&str> = Vec::new();
        for (number, line) in source.text.lines().enumerate() {
            if let Some(text) = line.trim_start().strip_prefix("///") {
                comment.push(text);
                continue;
            }
            if !comment.is_empty() {
                let words = comment.iter().flat_map(|text| text.split_whitespace()).count();
                if words < FEWEST_WORDS {
                    findings.push(format!("{}:{number}:{}", source.path, comment.join(" ")));
                }
                comment.clear();
            }
        }
    }
    sources::expect_none(&findings, "say what the reader cannot see: unit, range, source, reason");
}
