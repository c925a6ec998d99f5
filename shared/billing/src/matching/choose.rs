//! Which of the resources with a name was meant, by the time charged for.

use chrono::TimeDelta;
use domain::billing::{Charge, Period, Span};

use super::Known;

/// So much may a charge begin before its resource was made, or end after it was found gone: DigitalOcean bills by the
/// hour.
const SLACK: TimeDelta = TimeDelta::hours(1);

/// The time charged for.
#[derive(Debug, Clone, Copy)]
pub(super) struct When {
    span: Span,
    /// Whether the charge said so; else it is the whole month, of which it may be any part.
    exact: bool,
}

impl When {
    pub(super) fn of(charge: &Charge, period: Period) -> Self {
        charge.span().map_or(Self { span: period.span(), exact: false }, |span| Self { span, exact: true })
    }
}

/// Which one was meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Choice<'a> {
    /// This one.
    One(&'a Known),
    /// One of several, and nothing says which.
    Several,
    /// None was there at the time.
    Nobody,
}

/// How the life of a resource and the time charged for lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// It was there all the time.
    Whole,
    /// It was there when the charge began, and found gone before it ended.
    Start,
}

/// The one of the resources that was there when the charge was made. No charge is older than what it is for.
///
/// What was there all the time goes before what was not. Of several that were, the only live one is meant, unless a
/// gone one was surely there as long: then both have a line of their own, and nothing says which this is.
pub(super) fn choose<'a>(candidates: impl IntoIterator<Item = &'a Known>, when: &When) -> Choice<'a> {
    let mut fitting: Vec<(Fit, &Known)> =
        candidates.into_iter().filter_map(|known| fit(known, when).map(|fit| (fit, known))).collect();
    let best = fitting.iter().map(|(fit, _)| *fit).min();
    fitting.retain(|(fit, _)| Some(*fit) == best);
    if let [(_, only)] = fitting[..] {
        return Choice::One(only);
    }
    let mut live = fitting.iter().filter(|(_, known)| known.is_live());
    let rivals = fitting.iter().any(|(_, known)| !known.is_live() && known.created_at.is_some());
    match (live.next(), live.next()) {
        (Some((_, only)), None) if !rivals => Choice::One(only),
        _ if fitting.is_empty() => Choice::Nobody,
        _ => Choice::Several,
    }
}

/// Whether a resource was there at the time.
pub(super) fn was_there(known: &Known, when: &When) -> bool {
    fit(known, when).is_some()
}

fn fit(known: &Known, when: &When) -> Option<Fit> {
    let Span { from, until } = when.span;
    if !when.exact {
        let overlaps =
            known.created_at.is_none_or(|made| made < until) && known.deleted_at.is_none_or(|gone| gone > from);
        return overlaps.then_some(Fit::Whole);
    }
    if known.created_at.is_some_and(|made| made - from > SLACK) {
        return None;
    }
    match known.deleted_at {
        Some(gone) if gone < from => None,
        Some(gone) if until - gone > SLACK => Some(Fit::Start),
        _ => Some(Fit::Whole),
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

    fn chosen(lives: &[Life], exact: bool) -> String {
        let known = |at: usize, (made, gone): Life| Known {
            kind: Kind::from_static("droplet"),
            provider_id: ProviderId::new(at.to_string()).unwrap(),
            name: "web".to_owned(),
            created_at: made.map(day),
            deleted_at: gone.map(day),
            parent_kind: None,
        };
        let all: Vec<Known> = lives.iter().enumerate().map(|(at, life)| known(at, *life)).collect();
        match choose(&all, &When { span: Span { from: day(10), until: day(20) }, exact }) {
            Choice::One(known) => known.provider_id.to_string(),
            Choice::Several => "several".to_owned(),
            Choice::Nobody => "nobody".to_owned(),
        }
    }

    #[test]
    fn the_time_says_which_one_was_meant() {
        let cases: [(&[Life], &str, &str); 14] = [
            (&[], "nobody", "nobody"),
            (&[(Some(1), None)], "0", "0"),
            (&[(None, None)], "0", "0"),
            // Made while or after the charge ran: another of the same name.
            (&[(Some(15), None)], "nobody", "0"),
            (&[(Some(25), None)], "nobody", "nobody"),
            (&[(Some(1), Some(21))], "0", "0"),
            (&[(Some(1), Some(15))], "0", "0"),
            (&[(Some(1), Some(9))], "nobody", "nobody"),
            // The one that was there all the time, live or gone.
            (&[(Some(1), Some(15)), (Some(2), None)], "1", "several"),
            (&[(Some(12), None), (Some(1), Some(20))], "1", "several"),
            // Two that were: live first, but not where the gone one surely was there too.
            (&[(Some(1), None), (None, Some(30))], "0", "0"),
            (&[(Some(1), None), (Some(2), Some(30))], "several", "several"),
            (&[(Some(1), None), (Some(2), None)], "several", "several"),
            (&[(Some(1), Some(30)), (Some(2), Some(30))], "several", "several"),
        ];
        for (lives, exact, vague) in cases {
            assert_eq!(chosen(lives, true), exact, "{lives:?}");
            assert_eq!(chosen(lives, false), vague, "{lives:?} in no exact time");
        }
    }
}
