//! Which of the resources with a name was meant, by the time charged for.

use chrono::TimeDelta;
use domain::billing::{Charge, Period, Span};

use super::MatchCandidate;

/// So much may a charge begin before its resource was made, or end after it was found gone: DigitalOcean bills by the
/// hour.
const SLACK: TimeDelta = TimeDelta::hours(1);

/// The time charged for.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChargePeriod {
    span: Span,
    /// Whether the charge said so; else it is the whole month, of which it may be any part.
    exact: bool,
}

impl ChargePeriod {
    pub(super) fn new(charge: &Charge, period: Period) -> Self {
        charge.span().map_or(Self { span: period.span(), exact: false }, |span| Self { span, exact: true })
    }
}

/// Which one was meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Selection<'a> {
    /// This one.
    One(&'a MatchCandidate),
    /// One of several, and nothing says which.
    Ambiguous,
    /// None was there at the time.
    Nothing,
}

/// How the life of a resource and the time charged for lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Overlap {
    /// It was there all the time.
    Full,
    /// It was there when the charge began, and found gone before it ended.
    StartOnly,
}

/// The one of the resources that was there when the charge was made. No charge is older than what it is for.
///
/// What was there all the time goes before what was not. Of several that were, the only live one is meant, unless a
/// gone one was surely there as long: then both have a line of their own, and nothing says which this is.
pub(super) fn select<'a>(
    candidates: impl IntoIterator<Item = &'a MatchCandidate>,
    charge_period: &ChargePeriod,
) -> Selection<'a> {
    let mut overlapping: Vec<(Overlap, &MatchCandidate)> = candidates
        .into_iter()
        .filter_map(|known| overlap(known, charge_period).map(|overlap| (overlap, known)))
        .collect();
    let best = overlapping.iter().map(|(overlap, _)| *overlap).min();
    overlapping.retain(|(overlap, _)| Some(*overlap) == best);
    if let [(_, only)] = overlapping[..] {
        return Selection::One(only);
    }
    let mut live = overlapping.iter().filter(|(_, known)| known.is_live());
    let ambiguous = overlapping.iter().any(|(_, known)| !known.is_live() && known.created_at.is_some());
    match (live.next(), live.next()) {
        (Some((_, only)), None) if !ambiguous => Selection::One(only),
        _ if overlapping.is_empty() => Selection::Nothing,
        _ => Selection::Ambiguous,
    }
}

/// Whether a resource was there at the time.
pub(super) fn overlaps(known: &MatchCandidate, charge_period: &ChargePeriod) -> bool {
    overlap(known, charge_period).is_some()
}

fn overlap(known: &MatchCandidate, charge_period: &ChargePeriod) -> Option<Overlap> {
    let Span { from, until } = charge_period.span;
    if !charge_period.exact {
        let overlaps =
            known.created_at.is_none_or(|made| made < until) && known.deleted_at.is_none_or(|gone| gone > from);
        return overlaps.then_some(Overlap::Full);
    }
    if known.created_at.is_some_and(|made| made - from > SLACK) {
        return None;
    }
    match known.deleted_at {
        Some(gone) if gone < from => None,
        Some(gone) if until - gone > SLACK => Some(Overlap::StartOnly),
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

    /// Resources by when they were made and found gone, in days; the charge is for days 10 to 20.
    type Life = (Option<i64>, Option<i64>);

    fn selected(lives: &[Life], exact: bool) -> String {
        let known = |at: usize, (made, gone): Life| MatchCandidate {
            kind: Kind::from_static("droplet"),
            provider_id: ProviderId::new(at.to_string()).unwrap(),
            name: "web".to_owned(),
            created_at: made.map(day),
            deleted_at: gone.map(day),
            parent_kind: None,
        };
        let all: Vec<MatchCandidate> = lives.iter().enumerate().map(|(at, life)| known(at, *life)).collect();
        match select(&all, &ChargePeriod { span: Span { from: day(10), until: day(20) }, exact }) {
            Selection::One(known) => known.provider_id.to_string(),
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
            // Made while or after the charge ran: another of the same name.
            (&[(Some(15), None)], "nothing", "0"),
            (&[(Some(25), None)], "nothing", "nothing"),
            (&[(Some(1), Some(21))], "0", "0"),
            (&[(Some(1), Some(15))], "0", "0"),
            (&[(Some(1), Some(9))], "nothing", "nothing"),
            // The one that was there all the time, live or gone.
            (&[(Some(1), Some(15)), (Some(2), None)], "1", "ambiguous"),
            (&[(Some(12), None), (Some(1), Some(20))], "1", "ambiguous"),
            // Two that were: live first, but not where the gone one surely was there too.
            (&[(Some(1), None), (None, Some(30))], "0", "0"),
            (&[(Some(1), None), (Some(2), Some(30))], "ambiguous", "ambiguous"),
            (&[(Some(1), None), (Some(2), None)], "ambiguous", "ambiguous"),
            (&[(Some(1), Some(30)), (Some(2), Some(30))], "ambiguous", "ambiguous"),
        ];
        for (lives, exact, vague) in cases {
            assert_eq!(selected(lives, true), exact, "{lives:?}");
            assert_eq!(selected(lives, false), vague, "{lives:?} in no exact time");
        }
    }
}
