//! Dated facts: values with the time during which they held.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A value and the time during which it held: from `from` (inclusive) until `until` (exclusive;
/// absent while it holds).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval<T> {
    /// The value that held.
    pub value: T,
    /// The first moment at which the value held.
    pub from: DateTime<Utc>,
    /// The first moment at which the value no longer held; absent while it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

/// Returns the value that held at `time`. Where intervals touch, the later one wins.
pub fn at<T>(history: &[Interval<T>], time: DateTime<Utc>) -> Option<&T> {
    history.iter().rev().find(|i| i.from <= time && i.until.is_none_or(|until| time < until)).map(|i| &i.value)
}

/// Ends the current interval and begins another with `value` at `from`. No moment belongs to both
/// of them.
///
/// A `from` before the start of the current interval is moved up to that start, because history
/// that was recorded must not change.
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
