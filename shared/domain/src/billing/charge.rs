//! One charge, in DigitalOcean's words.

use chrono::{DateTime, NaiveTime, SubsecRound, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::Money;

/// One row of an invoice, from its CSV or its JSON items. A value that is blank there is absent
/// here.
///
/// <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Billing>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// DigitalOcean's name of the product, such as `Droplet Backups`.
    pub product: String,
    /// The name that the charge is grouped under: the cluster of a Kubernetes node or of a
    /// database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_description: Option<String>,
    /// DigitalOcean's description of the charge, mostly the resource's name and size.
    pub description: String,
    /// Hours of use; absent for taxes and credits. For backups it is the number of backups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Decimal>,
    /// The start of the charge, as DigitalOcean writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<DateTime<Utc>>,
    /// The end of the charge, as DigitalOcean writes it. [`Charge::span`] interprets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<DateTime<Utc>>,
    /// The amount charged; negative for credits.
    pub amount: Money,
    /// The name that the project had at the time: invoices contain no project ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_name: Option<String>,
    /// `iaas` or `paas`; absent on older invoices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
}

/// A period of time: from `from` (inclusive) until `until` (exclusive).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first moment of the period.
    pub from: DateTime<Utc>,
    /// The first moment after the period.
    pub until: DateTime<Utc>,
}

impl Charge {
    /// Returns the period charged for; `None` if the charge has no start or no end.
    ///
    /// DigitalOcean ends usage with the moment after it (`2020-02-01T00:00:00Z`), but taxes and
    /// credits with the last second of the day (`2020-01-31T23:59:59Z`). The latter is read as the
    /// midnight that follows.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        Some(Span { from: self.start?, until: self.until()? })
    }

    /// Returns the end of [`Charge::span`], to the second.
    #[must_use]
    pub fn until(&self) -> Option<DateTime<Utc>> {
        self.end.map(exclusive)
    }
}

/// Returns the moment after an end that may be written as the last second of its day.
fn exclusive(end: DateTime<Utc>) -> DateTime<Utc> {
    let end = end.trunc_subsecs(0);
    let next = end.checked_add_signed(TimeDelta::seconds(1)).unwrap_or(end);
    if next.time() == NaiveTime::MIN { next } else { end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inclusive_end_means_the_midnight_after_it() {
        let cases = [
            ("2020-02-01T00:00:00Z", "2020-02-01T00:00:00Z"),
            ("2020-01-31T23:59:59Z", "2020-02-01T00:00:00Z"),
            ("2020-01-31T23:59:59.999Z", "2020-02-01T00:00:00Z"),
            ("2020-07-22T18:14:39Z", "2020-07-22T18:14:39Z"),
            ("2020-07-22T18:59:59Z", "2020-07-22T18:59:59Z"),
        ];
        for (written, meant) in cases {
            assert_eq!(exclusive(written.parse().unwrap()), meant.parse::<DateTime<Utc>>().unwrap(), "{written}");
        }
    }
}
