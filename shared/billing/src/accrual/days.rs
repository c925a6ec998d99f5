//! The cost of each day, derived from the month's running total.

use chrono::{DateTime, NaiveDate, Utc};
use domain::billing::Period;
use rust_decimal::Decimal;

/// The cost of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayRate {
    /// The day, in UTC.
    pub day: NaiveDate,
    /// The cost in dollars. If several days passed between two points, it is an equal share of the
    /// difference.
    pub amount: Decimal,
}

/// Computes the cost of each day, oldest first, from points in time with the month's total at that
/// time (the usage of the balance, or the amount of the preview). The points may be in any order.
///
/// The cost of a day is the difference between its last point and the last point of the latest
/// earlier day. A month begins at zero. The first day of all has no cost unless it is the first of
/// its month, because the total before it is unknown.
#[must_use]
pub fn day_rates(points: &[(DateTime<Utc>, Decimal)]) -> Vec<DayRate> {
    let mut points = points.to_vec();
    points.sort();
    let mut last_of_day: Vec<(NaiveDate, Decimal)> = Vec::new();
    for (at, amount) in points {
        let day = at.date_naive();
        match last_of_day.last_mut() {
            Some(last) if last.0 == day => last.1 = amount,
            _ => last_of_day.push((day, amount)),
        }
    }
    let previous = std::iter::once(None).chain(last_of_day.iter().map(Some));
    previous.zip(&last_of_day).filter_map(|(previous, (day, amount))| rate(previous, *day, *amount)).collect()
}

fn rate(previous: Option<&(NaiveDate, Decimal)>, day: NaiveDate, amount: Decimal) -> Option<DayRate> {
    let month = Period::containing(day);
    let from_start = || day.pred_opt().map(|_| (month.start().date_naive().pred_opt(), Decimal::ZERO));
    let (since, at) = match previous {
        Some((since, at)) if Period::containing(*since) == month => (Some(*since), *at),
        Some(_) => from_start()?,
        None if day == month.start().date_naive() => from_start()?,
        None => return None,
    };
    let days = (day - since?).num_days();
    let share = (amount - at).checked_div(Decimal::from(days))?;
    Some(DayRate { day, amount: share })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_cost_what_the_month_grew_by() {
        let point = |text: &str, cents: i64| (text.parse().unwrap(), Decimal::new(cents, 2));
        let points = [
            point("2026-03-30T23:07:00Z", 2900),
            point("2026-03-31T23:07:00Z", 3010),
            point("2026-04-02T10:07:00Z", 150),
            point("2026-04-02T23:07:00Z", 200),
            point("2026-04-05T23:07:00Z", 650),
            // A correction in favour of the customer.
            point("2026-04-06T23:07:00Z", 640),
        ];
        let mut shuffled = points;
        shuffled.reverse();
        for points in [points, shuffled] {
            let days: Vec<_> =
                day_rates(&points).iter().map(|rate| format!("{} {}", rate.day, rate.amount.round_dp(2))).collect();
            assert_eq!(days, ["2026-03-31 1.10", "2026-04-02 1.00", "2026-04-05 1.50", "2026-04-06 -0.10"]);
        }
        let first = [point("2026-04-01T23:07:00Z", 90)];
        assert_eq!(day_rates(&first)[0].amount, Decimal::new(90, 2));
        assert!(day_rates(&[]).is_empty());
    }
}
