//! The month that an invoice is for.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use super::Span;
use crate::InvalidId;

/// A calendar month in UTC, written as `YYYY-MM` like DigitalOcean's `invoice_period`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period(
    /// The first day of the month.
    NaiveDate,
);

impl Period {
    /// Parses a month, which must be written as `YYYY-MM`.
    pub fn new(text: &str) -> Result<Self, InvalidId> {
        let invalid = InvalidId { what: "period", rule: "a month as YYYY-MM" };
        let (year, month) = text.split_once('-').ok_or_else(|| invalid.clone())?;
        let digits = |text: &str, len: usize| text.len() == len && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return Err(invalid);
        }
        let parts = year.parse().ok().zip(month.parse().ok());
        parts.and_then(|(year, month)| NaiveDate::from_ymd_opt(year, month, 1)).map(Self).ok_or(invalid)
    }

    /// Returns the month that a day belongs to.
    #[must_use]
    pub fn containing(day: NaiveDate) -> Self {
        Self(day.with_day(1).unwrap_or(day))
    }

    /// Returns the first moment of the month.
    #[must_use]
    pub fn start(self) -> DateTime<Utc> {
        self.0.and_time(NaiveTime::MIN).and_utc()
    }

    /// Returns the first moment of the next month.
    #[must_use]
    pub fn end(self) -> DateTime<Utc> {
        let next = self.0.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX);
        next.and_time(NaiveTime::MIN).and_utc()
    }

    /// Returns the whole month as a span of time.
    #[must_use]
    pub fn span(self) -> Span {
        Span { from: self.start(), until: self.end() }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

impl FromStr for Period {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        Self::new(text)
    }
}

impl TryFrom<String> for Period {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        Self::new(&text)
    }
}

impl From<Period> for String {
    fn from(period: Period) -> String {
        period.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_a_whole_month() {
        let cases = [
            ("2026-04", "2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z"),
            ("2014-12", "2014-12-01T00:00:00Z", "2015-01-01T00:00:00Z"),
            ("2028-02", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"),
        ];
        for (text, start, end) in cases {
            let period = Period::new(text).unwrap();
            assert_eq!(period.to_string(), text);
            assert_eq!(period.start(), start.parse::<DateTime<Utc>>().unwrap());
            assert_eq!(period.end(), end.parse::<DateTime<Utc>>().unwrap());
            assert_eq!(Period::containing(period.end().date_naive().pred_opt().unwrap()), period);
        }
        for bad in ["", "2026", "2026-4", "2026-13", "2026-00", "2026-04-01", "+026-04", "26-04", "abcd-ef"] {
            assert!(Period::new(bad).is_err(), "{bad}");
        }
    }
}
