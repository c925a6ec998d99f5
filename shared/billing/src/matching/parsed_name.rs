//! The names of snapshots, taken apart.

use std::fmt::Write;

use chrono::{DateTime, Datelike};

/// Last words that say nothing of what a snapshot is of.
const VARIANTS: [&str; 7] = ["snapshot", "snap", "backup", "image", "copy", "final", "latest"];

/// A name, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ParsedName {
    /// What it is of, without what is between the words.
    pub(super) stem: String,
    /// The digits of its date and time, as far as it tells them.
    pub(super) date: String,
    /// Letters and digits that are neither.
    rest: usize,
}

impl ParsedName {
    /// Takes a name apart. Its first word always is of the stem.
    pub(super) fn parse(name: &str) -> Self {
        let words = words(name);
        let mut left = words.as_slice();
        let (mut date, mut rest) = (String::new(), 0);
        while let [_, .., last] = left {
            if VARIANTS.contains(&last.as_str()) {
                rest += last.chars().count();
                left = &left[..left.len() - 1];
            } else if let Some((digits, count)) = date_at_end(left).filter(|_| date.is_empty()) {
                date = digits;
                left = &left[..left.len() - count];
            } else {
                break;
            }
        }
        Self { stem: left.concat(), date, rest }
    }

    /// How many letters and digits it has.
    pub(super) fn len(&self) -> usize {
        self.stem.chars().count() + self.date.len() + self.rest
    }
}

/// Lower-case words: runs of letters, runs of digits.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = None;
    for letter in name.chars().flat_map(char::to_lowercase) {
        let sort = letter.is_alphanumeric().then(|| letter.is_ascii_digit());
        match words.last_mut().filter(|_| sort.is_some() && sort == before) {
            Some(word) => word.push(letter),
            None if sort.is_some() => words.push(letter.to_string()),
            None => {}
        }
        before = sort;
    }
    words
}

/// The date that the last words tell, in digits from the year on, and how many words tell it. The first word tells
/// none.
fn date_at_end(words: &[String]) -> Option<(String, usize)> {
    let numbers = words.iter().skip(1).rev().take_while(|word| word.bytes().all(|b| b.is_ascii_digit())).count();
    (1..=numbers).rev().find_map(|count| {
        let digits = words[words.len() - count..].concat();
        let first = words[words.len() - count].len();
        let date = if count == 1 { moment(&digits) } else { None };
        date.or_else(|| (first >= 4 && is_date(&digits)).then_some(digits)).map(|date| (date, count))
    })
}

/// Whether digits tell a year of this century, and a month and a day of it if they go on.
fn is_date(digits: &str) -> bool {
    let number = |range: std::ops::Range<usize>| digits.get(range).and_then(|part| part.parse::<u32>().ok());
    let part = |range: std::ops::Range<usize>, most| {
        digits.len() < range.end || number(range).is_some_and(|n| (1..=most).contains(&n))
    };
    let whole = digits.len() <= 17 && digits.len().is_multiple_of(2) || digits.len() == 17;
    whole && number(0..4).is_some_and(|year| (2010..2100).contains(&year)) && part(4..6, 12) && part(6..8, 31)
}

/// The date of a count of seconds or milliseconds since 1970, as DigitalOcean names snapshots by itself.
fn moment(digits: &str) -> Option<String> {
    let count: i64 = digits.parse().ok()?;
    let time = match digits.len() {
        10 => DateTime::from_timestamp(count, 0),
        13 => DateTime::from_timestamp_millis(count),
        _ => None,
    }?;
    let mut date = time.format("%Y%m%d%H%M%S").to_string();
    if digits.len() == 13 {
        write!(date, "{:03}", time.timestamp_subsec_millis()).ok()?;
    }
    (2010..2100).contains(&time.year()).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_stem_a_date_and_the_rest() {
        let cases = [
            ("web-01.example", "web01example", "", 0),
            ("web-01.example-2026-04-01", "web01example", "20260401", 0),
            ("Web 01 Example 20260401", "web01example", "20260401", 0),
            ("web-01-2026-04", "web01", "202604", 0),
            ("web-01-2026-04-01-0200", "web01", "202604010200", 0),
            ("web-01-1775008811000", "web01", "20260401020011000", 0),
            ("web-01-1775008811", "web01", "20260401020011", 0),
            ("web-01 snapshot 2026-04-01 final", "web01", "20260401", 13),
            ("web-01-final-final", "web01", "", 10),
            ("web-02", "web02", "", 0),
            ("web-2026-13-40", "web20261340", "", 0),
            ("release 12.4", "release124", "", 0),
            ("final", "final", "", 0),
            ("2026-04-01", "20260401", "", 0),
            ("", "", "", 0),
            ("Überseecafé-2026", "überseecafé", "2026", 0),
        ];
        for (name, stem, date, rest) in cases {
            let expected = ParsedName { stem: stem.to_owned(), date: date.to_owned(), rest };
            assert_eq!(ParsedName::parse(name), expected, "{name}");
        }
    }
}
