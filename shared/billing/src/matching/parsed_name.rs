//! Splits the names of snapshots into a stem, a date and variant words.

use std::fmt::Write;

use chrono::{DateTime, Datelike};

/// Words at the end of a name that say nothing about the resource that the snapshot is of.
const VARIANTS: [&str; 7] = ["snapshot", "snap", "backup", "image", "copy", "final", "latest"];

/// A name split into its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ParsedName {
    /// The words that name the resource, joined without separators.
    pub(super) stem: String,
    /// The digits of the date and time in the name, from the year on; empty if there is none.
    pub(super) date: String,
    /// The number of letters and digits in variant words.
    variant_len: usize,
}

impl ParsedName {
    /// Splits a name. Its first word always belongs to the stem.
    pub(super) fn parse(name: &str) -> Self {
        let words = words(name);
        let mut remaining = words.as_slice();
        let (mut date, mut variant_len) = (String::new(), 0);
        while let [_, .., last] = remaining {
            if VARIANTS.contains(&last.as_str()) {
                variant_len += last.chars().count();
                remaining = &remaining[..remaining.len() - 1];
            } else if let Some((digits, count)) = date_at_end(remaining).filter(|_| date.is_empty()) {
                date = digits;
                remaining = &remaining[..remaining.len() - count];
            } else {
                break;
            }
        }
        Self { stem: remaining.concat(), date, variant_len }
    }

    /// Returns the number of letters and digits of the name.
    pub(super) fn len(&self) -> usize {
        self.stem.chars().count() + self.date.len() + self.variant_len
    }
}

/// Splits a name into lower-case words: runs of letters and runs of digits.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = None;
    for letter in name.chars().flat_map(char::to_lowercase) {
        let class = letter.is_alphanumeric().then(|| letter.is_ascii_digit());
        match words.last_mut().filter(|_| class.is_some() && class == previous) {
            Some(word) => word.push(letter),
            None if class.is_some() => words.push(letter.to_string()),
            None => {}
        }
        previous = class;
    }
    words
}

/// Returns the date that the last words form, in digits from the year on, and the number of words
/// that form it. The first word is never part of the date.
fn date_at_end(words: &[String]) -> Option<(String, usize)> {
    let numbers = words.iter().skip(1).rev().take_while(|word| word.bytes().all(|b| b.is_ascii_digit())).count();
    (1..=numbers).rev().find_map(|count| {
        let digits = words[words.len() - count..].concat();
        let first = words[words.len() - count].len();
        let date = if count == 1 { moment(&digits) } else { None };
        date.or_else(|| (first >= 4 && is_date(&digits)).then_some(digits)).map(|date| (date, count))
    })
}

/// Returns whether the digits begin with a year from 2010 to 2099 and, if there are more of them, a
/// month and a day.
fn is_date(digits: &str) -> bool {
    let number = |range: std::ops::Range<usize>| digits.get(range).and_then(|part| part.parse::<u32>().ok());
    let part = |range: std::ops::Range<usize>, most| {
        digits.len() < range.end || number(range).is_some_and(|n| (1..=most).contains(&n))
    };
    let valid_length = digits.len() <= 17 && digits.len().is_multiple_of(2) || digits.len() == 17;
    valid_length && number(0..4).is_some_and(|year| (2010..2100).contains(&year)) && part(4..6, 12) && part(6..8, 31)
}

/// Converts a count of seconds or milliseconds since 1970 to the digits of its date. DigitalOcean
/// uses such counts in default names of snapshots.
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
    fn a_name_is_a_stem_a_date_and_variant_words() {
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
        for (name, stem, date, variant_len) in cases {
            let expected = ParsedName { stem: stem.to_owned(), date: date.to_owned(), variant_len };
            assert_eq!(ParsedName::parse(name), expected, "{name}");
        }
    }
}
