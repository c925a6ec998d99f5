//! Dated facts: what held from when until when.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One value and the time it held: from `from` (inclusive) until `until` (exclusive; absent while it holds).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval<T> {
    /// What held.
    pub value: T,
    /// Since when.
    pub from: DateTime<Utc>,
    /// Until when; absent while it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

/// The value that held at `time`. Where intervals touch, the later one holds.
pub fn at<T>(history: &[Interval<T>], time: DateTime<Utc>) -> Option<&T> {
    history.iter().rev().find(|i| i.from <= time && i.until.is_none_or(|until| time < until)).map(|i| &i.value)
}

/// Ends the interval that holds now and begins another with `value` at `from`; no time belongs to two of them.
///
/// A `from` before the current interval's own start is moved up to it: history already told is not told differently.
pub fn begin<T>(history: &mut Vec<Interval<T>>, value: T, from: DateTime<Utc>) {
    let mut from = from;
    if let Some(current) = history.last_mut()
        && current.until.is_none()
    {
        from = from.max(current.from);
        current.until = Some(from);
    }
    history.push(Interval { value, from, until: None });
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn a_moved_resource_has_two_owners_that_month() {
        let start = DateTime::UNIX_EPOCH;
        let mut history = Vec::new();
        begin(&mut history, "a", start);
        begin(&mut history, "b", start + TimeDelta::days(12));
        assert_eq!(at(&history, start + TimeDelta::days(11)), Some(&"a"));
        assert_eq!(at(&history, start + TimeDelta::days(12)), Some(&"b"));
        assert_eq!(at(&history, start - TimeDelta::seconds(1)), None);
    }

    #[test]
    fn an_interval_never_begins_before_the_one_it_ends() {
        let start = DateTime::UNIX_EPOCH + TimeDelta::days(10);
        let mut history = Vec::new();
        begin(&mut history, "a", start);
        begin(&mut history, "b", start - TimeDelta::days(5));
        assert_eq!(at(&history, start), Some(&"b"));
        assert_eq!(at(&history, start - TimeDelta::days(5)), None);
    }
}
