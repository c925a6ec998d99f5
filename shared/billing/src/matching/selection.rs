//! Selects one of several resources with the same name by the time charged for.

use chrono::TimeDelta;
use domain::billing::{Charge, Period, Span};

use super::MatchCandidate;

/// The time by which a charge may begin before its resource was created, or end after it was found
/// deleted. It is an hour, because DigitalOcean bills by the hour.
const SLACK: TimeDelta = TimeDelta::hours(1);

/// The time that a charge is for.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChargePeriod {
    span: Span,
    /// True if the charge gives its times; otherwise the span is the whole month, of which the
    /// charge may be any part.
    exact: bool,
}

impl ChargePeriod {
    pub(super) fn new(charge: &Charge, period: Period) -> Self {
        charge.span().map_or(Self { span: period.span(), exact: false }, |span| Self { span, exact: true })
    }
}

/// The result of a selection.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Selection<'a> {
    /// Exactly one resource fits.
    One(&'a MatchCandidate),
    /// Several resources fit equally well.
    Ambiguous,
    /// No resource existed in the time charged for.
    Nothing,
}

/// The overlap of a resource's lifetime and the time charged for, the better one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Overlap {
    /// The resource existed during all of the time.
    Full,
    /// The resource existed when the charge began, and was found deleted before the charge ended.
    StartOnly,
}

/// Selects the resource that existed in the time charged for. A charge never begins before its
/// resource was created.
///
/// A full overlap is preferred. Of several resources with the same overlap, the only live one is
/// selected, unless a deleted one has a known creation time and so certainly existed as well: then
/// each has a line of its own, and this line could be either's.
pub(super) fn select<'a>(
    candidates: impl IntoIterator<Item = &'a MatchCandidate>,
    charge_period: &ChargePeriod,
) -> Selection<'a> {
    let mut overlapping: Vec<(Overlap, &MatchCandidate)> = candidates
        .into_iter()
        .filter_map(|candidate| overlap(candidate, charge_period).map(|overlap| (overlap, candidate)))
        .collect();
    let best = overlapping.iter().map(|(overlap, _)| *overlap).min();
    overlapping.retain(|(overlap, _)| Some(*overlap) == best);
    if let [(_, only)] = overlapping[..] {
        return Selection::One(only);
    }
    let mut live = overlapping.iter().filter(|(_, candidate)| candidate.is_live());
    let ambiguous = overlapping.iter().any(|(_, candidate)| !candidate.is_live() && candidate.created_at.is_some());
    match (live.next(), live.next()) {
        (Some((_, only)), None) if !ambiguous => Selection::One(only),
        _ if overlapping.is_empty() => Selection::Nothing,
        _ => Selection::Ambiguous,
    }
}

/// Returns whether a resource existed in the time charged for.
pub(super) fn overlaps(candidate: &MatchCandidate, charge_period: &ChargePeriod) -> bool {
    overlap(candidate, charge_period).is_some()
}

fn overlap(candidate: &MatchCandidate, charge_period: &ChargePeriod) -> Option<Overlap> {
    let Span { from, until } = charge_period.span;
    if !charge_period.exact {
        let overlaps = candidate.created_at.is_none_or(|created| created < until)
            && candidate.deleted_at.is_none_or(|deleted| deleted > from);
        return overlaps.then_some(Overlap::Full);
    }
    if candidate.created_at.is_some_and(|created| created - from > SLACK) {
        return None;
    }
    match candidate.deleted_at {
        Some(deleted) if deleted < from => None,
        Some(deleted) if until - deleted > SLACK => Some(Overlap::StartOnly),
        _ => Some(Overlap::Full),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Utc};
    use domain::{Kind, ProviderId};

    fn day(day: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(day)
    }

    /// The creation and deletion of a resource, in days; the charge is for days 10 to 20.
    type Life = (Option<i64>, Option<i64>);

    fn selected(lives: &[Life], exact: bool) -> String {
        let candidate = |at: usize, (created, deleted): Life| MatchCandidate {
            kind: Kind::from_static("droplet"),
            provider_id: ProviderId::new(at.to_string()).unwrap(),
            name: "web".to_owned(),
            created_at: created.map(day),
            deleted_at: deleted.map(day),
            parent_kind: None,
        };
        let all: Vec<MatchCandidate> = lives.iter().enumerate().map(|(at, life)| candidate(at, *life)).collect();
        match select(&all, &ChargePeriod { span: Span { from: day(10), until: day(20) }, exact }) {
            Selection::One(candidate) => candidate.provider_id.to_string(),
            Selection::Ambiguous => "ambiguous".to_owned(),
            Selection::Nothing => "nothing".to_owned(),
        }
    }

    #[test]
    fn the_charge_period_selects_the_resource() {
        let cases: [(&[Life], &str, &str); 14] = [
            (&[], "nothing", "nothing"),
            (&[(Some(1), None)], "0", "0"),
            (&[(None, None)], "0", "0"),
            // Created during or after the charge: another resource of the same name.
            (&[(Some(15), None)], "nothing", "0"),
            (&[(Some(25), None)], "nothing", "nothing"),
            (&[(Some(1), Some(21))], "0", "0"),
            (&[(Some(1), Some(15))], "0", "0"),
            (&[(Some(1), Some(9))], "nothing", "nothing"),
            // The one that existed all the time is selected, live or deleted.
            (&[(Some(1), Some(15)), (Some(2), None)], "1", "ambiguous"),
            (&[(Some(12), None), (Some(1), Some(20))], "1", "ambiguous"),
            // Two existed all the time: the live one is preferred, unless the deleted one certainly
            // existed too.
            (&[(Some(1), None), (None, Some(30))], "0", "0"),
            (&[(Some(1), None), (Some(2), Some(30))], "ambiguous", "ambiguous"),
            (&[(Some(1), None), (Some(2), None)], "ambiguous", "ambiguous"),
            (&[(Some(1), Some(30)), (Some(2), Some(30))], "ambiguous", "ambiguous"),
        ];
        for (lives, exact, vague) in cases {
            assert_eq!(selected(lives, true), exact, "{lives:?}");
            assert_eq!(selected(lives, false), vague, "{lives:?}, charge without times");
        }
    }
}
