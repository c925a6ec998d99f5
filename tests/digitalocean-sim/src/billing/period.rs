//! A billing period, which is always a calendar month.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use serde::Deserialize;

/// A month, written `YYYY-MM` (OpenAPI `schemas/invoice_summary.billing_period`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Period(NaiveDate);

impl Period {
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let first = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok();
        first.filter(|_| text.len() == 7).map(Self).ok_or_else(|| format!("`{text}` is not a month such as 2026-04"))
    }

    /// The month in which a time falls, in UTC.
    pub(crate) fn of(time: DateTime<Utc>) -> Self {
        Self(time.date_naive().with_day(1).unwrap_or_default())
    }

    pub(crate) fn next(self) -> Self {
        Self::of(self.start() + TimeDelta::days(31))
    }

    pub(crate) fn start(self) -> DateTime<Utc> {
        self.0.and_time(chrono::NaiveTime::MIN).and_utc()
    }

    /// The first moment after the month.
    pub(crate) fn end(self) -> DateTime<Utc> {
        self.next().start()
    }

    pub(crate) fn last_second(self) -> DateTime<Utc> {
        self.end() - TimeDelta::seconds(1)
    }

    pub(crate) fn hours(self) -> i64 {
        (self.end() - self.start()).num_hours()
    }

    /// Number of months since January of the year 0.
    pub(crate) fn number(self) -> i64 {
        i64::from(self.0.year()) * 12 + i64::from(self.0.month0())
    }

    /// The month in a `strftime` format, for texts such as `Invoice for April 2026` (`%B %Y`) and
    /// for file names (`%Y %b`).
    pub(crate) fn formatted(self, format: &str) -> String {
        self.0.format(format).to_string()
    }
}

impl TryFrom<String> for Period {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::read(&text)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m"))
    }
}
