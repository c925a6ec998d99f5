//! Fuzzy matching: the similarity of two names of snapshots.
//!
//! A name is split into words. The last words, as far as they are a date, a time, or a variant such
//! as `final`, `copy` or `snapshot`, are set apart. The words before them, joined without
//! separators, are the **stem**. Two names are similar only if their stems are equal and their
//! dates, where both have one, do not contradict each other: `web-01` is never `web-02`, and the
//! snapshot of April is not the one of March. A resource without a date in its name takes the day
//! of its creation as its date.
//!
//! The similarity is the share of letters and digits in common: twice those of the stem and of the
//! common date, divided by the letters and digits of both names. A name matches from
//! [`MIN_SIMILARITY`] percent on, if the next best is at least [`MIN_MARGIN`] less similar.

use domain::Kind;

use super::MatchCandidate;
use super::parsed_name::ParsedName;
use crate::classify::{RULES, Search};

/// The minimum similarity of a match, in percent.
pub const MIN_SIMILARITY: u8 = 75;

/// The minimum margin to the next best candidate, in percentage points.
pub const MIN_MARGIN: u8 = 10;

/// Returns whether a rule uses fuzzy matching for resources of this kind.
pub(super) fn applies_to(kind: &Kind) -> bool {
    RULES.iter().any(|rule| matches!(rule.search, Search::Snapshot(_)) && rule.kind == *kind)
}

/// Returns the similarity of the name on a line and a resource's name, in percent; `None` if they
/// contradict each other.
pub(super) fn similarity(line: &ParsedName, resource: &ParsedName, candidate: &MatchCandidate) -> Option<u8> {
    if line.stem != resource.stem {
        return None;
    }
    let created_on = candidate.created_at.map(|time| time.format("%Y%m%d").to_string());
    let created_on = created_on.filter(|_| resource.date.is_empty() && !line.date.is_empty()).unwrap_or_default();
    let date = if resource.date.is_empty() { &created_on } else { &resource.date };
    if !line.date.starts_with(date.as_str()) && !date.starts_with(&line.date) {
        return None;
    }
    let common = line.stem.chars().count() + line.date.len().min(date.len());
    let both = line.len() + resource.len() + created_on.len();
    u8::try_from((200 * common).checked_div(both)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ProviderId;

    #[test]
    fn similarity_is_the_share_of_common_characters() {
        let cases = [
            ("web-01.example", "web-01.example", Some(100)),
            ("Web_01 example", "web-01.example", Some(100)),
            ("web-01.example", "web-02.example", None),
            ("web-01.example", "web-01.example.org", None),
            ("fotos-archief", "fotos-archief-final", Some(82)),
            ("web-01.example-2026-04-01", "web-01.example-2026-03-01", None),
            ("web-01.example-2026-04-01", "web-01.example-2026-04", Some(94)),
            ("web-01.example 2026-04-01", "web-01.example-20260401", Some(100)),
            ("web-01.example", "web-01.example-2026-04-01", Some(75)),
            // The resource was created on 2026-04-01.
            ("web-01.example-2026-04-01", "web-01.example", Some(100)),
            ("web-01.example-1775008811000", "web-01.example", Some(81)),
            ("web-01.example-2026-04-02", "web-01.example", None),
            ("a", "a-2026-04-01", Some(20)),
            ("web-01-1775008811000", "web-01-1775008812000", None),
        ];
        for (line, name, expected) in cases {
            let candidate = MatchCandidate {
                kind: Kind::from_static("snapshot"),
                provider_id: ProviderId::from_static("1"),
                name: name.to_owned(),
                created_at: Some("2026-04-01T02:00:11Z".parse().unwrap()),
                deleted_at: None,
                parent_kind: None,
            };
            assert_eq!(
                similarity(&ParsedName::parse(line), &ParsedName::parse(name), &candidate),
                expected,
                "{line}, {name}"
            );
        }
    }
}
