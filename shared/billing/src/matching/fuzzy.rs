//! Names that are near enough: how alike two names of snapshots are.
//!
//! A name is split into words. What its last words say of when or how often (dates, times, `final`, `copy`, `snapshot`)
//! is set apart; the rest, without what is between the words, is its **stem**. Two names are alike only if their stems
//! are equal and their dates, where both have one, do not contradict each other: `web-01` is never `web-02`, and the
//! snapshot of April is not the one of March. A resource that has no date in its name has the day it was made.
//!
//! They are then alike by the share of letters and digits that they have in common, twice those of the stem and of the
//! date, of the letters and digits of both. From [`MIN_SIMILARITY`] percent on that is near enough, if nothing else comes closer
//! than [`MIN_MARGIN`].

use domain::Kind;

use super::MatchCandidate;
use super::parsed_name::ParsedName;
use crate::classify::{RULES, Search};

/// How alike two names must be, in percent.
pub const MIN_SIMILARITY: u8 = 75;

/// How much less alike the next one must be, in percent.
pub const MIN_MARGIN: u8 = 10;

/// Whether near names are ever asked for in this kind.
pub(super) fn applies_to(kind: &Kind) -> bool {
    RULES.iter().any(|rule| matches!(rule.search, Search::Snapshot(_)) && rule.kind == *kind)
}

/// How alike the name on a line and a resource's name are, in percent; `None` where they are two things.
pub(super) fn similarity(line: &ParsedName, resource: &ParsedName, known: &MatchCandidate) -> Option<u8> {
    if line.stem != resource.stem {
        return None;
    }
    let made_on = known.created_at.map(|made| made.format("%Y%m%d").to_string());
    let made_on = made_on.filter(|_| resource.date.is_empty() && !line.date.is_empty()).unwrap_or_default();
    let date = if resource.date.is_empty() { &made_on } else { &resource.date };
    if !line.date.starts_with(date.as_str()) && !date.starts_with(&line.date) {
        return None;
    }
    let common = line.stem.chars().count() + line.date.len().min(date.len());
    let both = line.len() + resource.len() + made_on.len();
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
            // Made on 2026-04-01.
            ("web-01.example-2026-04-01", "web-01.example", Some(100)),
            ("web-01.example-1775008811000", "web-01.example", Some(81)),
            ("web-01.example-2026-04-02", "web-01.example", None),
            ("a", "a-2026-04-01", Some(20)),
            ("web-01-1775008811000", "web-01-1775008812000", None),
        ];
        for (line, name, expected) in cases {
            let known = MatchCandidate {
                kind: Kind::from_static("snapshot"),
                provider_id: ProviderId::from_static("1"),
                name: name.to_owned(),
                created_at: Some("2026-04-01T02:00:11Z".parse().unwrap()),
                deleted_at: None,
                parent_kind: None,
            };
            assert_eq!(
                similarity(&ParsedName::parse(line), &ParsedName::parse(name), &known),
                expected,
                "{line}, {name}"
            );
        }
    }
}
