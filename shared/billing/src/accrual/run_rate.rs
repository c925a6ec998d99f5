//! The run rate of one charge, and its forecast until the end of the month.

use chrono::{DateTime, TimeDelta, Utc};
use domain::billing::{Charge, Period, Span};
use rust_decimal::Decimal;

/// The number of hours (28 days) after which a charge reaches its monthly price: DigitalOcean
/// charges no more for it that month. <https://docs.digitalocean.com/platform/billing/>
pub const CAP_HOURS: i64 = 672;

/// The interval between two previews. A charge whose end is this much older than the preview counts
/// as finished.
const PREVIEW_INTERVAL: TimeDelta = TimeDelta::days(1);

/// The cost and the forecast of some lines, in dollars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// The exact cost so far.
    pub month_to_date: Decimal,
    /// The cost of one more day at the current rate, rounded to cents. It is zero for charges that
    /// have ended, are billed once, or have reached their cap.
    pub per_day: Decimal,
    /// The cost by the end of the month, rounded to cents, if nothing is created or destroyed.
    pub forecast: Decimal,
    /// The number of lines that reach their monthly cap by the end of the month.
    pub capped: u32,
}

impl std::ops::AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        let Self { month_to_date, per_day, forecast, capped } = other;
        self.month_to_date += month_to_date;
        self.per_day += per_day;
        self.forecast += forecast;
        self.capped += capped;
    }
}

/// Computes the cost of a charge by `as_of`, and its forecast until the end of the month.
pub(super) fn figures(charge: &Charge, period: Period, as_of: DateTime<Utc>) -> Figures {
    let amount = charge.amount.amount;
    let as_charged = Figures { month_to_date: amount, forecast: amount, ..Figures::default() };
    let Some(Span { from, until }) = charge.span().filter(|_| charge.hours.is_some_and(|hours| !hours.is_zero()))
    else {
        return as_charged;
    };
    if as_of - until >= PREVIEW_INTERVAL {
        return as_charged;
    }
    let used = hours(until.min(as_of) - from.max(period.start()));
    let cap = Decimal::from(CAP_HOURS);
    let hours_left = hours(period.end() - as_of).max(Decimal::ZERO);
    let Some(per_hour) = amount.checked_div(used).filter(|_| used > Decimal::ZERO && used < cap) else {
        return Figures { capped: u32::from(used >= cap), ..as_charged };
    };
    let more = hours_left.min(cap - used);
    Figures {
        per_day: if hours_left.is_zero() { Decimal::ZERO } else { per_hour * Decimal::from(24) },
        forecast: amount + per_hour * more,
        capped: u32::from(hours_left >= cap - used),
        ..as_charged
    }
}

fn hours(time: TimeDelta) -> Decimal {
    Decimal::from(time.num_seconds()) / Decimal::from(3600)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Money;

    #[test]
    fn usage_is_extrapolated_up_to_the_monthly_cap() {
        // (start, end, hours, cents, as of) in April, which has 720 hours -> (cents a day, forecast
        // in cents, capped).
        let cases = [
            // A droplet of $6 a month after ten days: 18 more days are charged, the last two are
            // not.
            (("01 00", "11 00"), Some(240), 214, "11 00", ("21.40", "599.20", 1)),
            // Created on the 8th, three days ago: at most 23 days, below the cap.
            (("08 00", "11 00"), Some(72), 64, "11 00", ("21.33", "490.67", 0)),
            // Ended in the night before the preview was written: may continue. Ended days ago:
            // finished.
            (("01 00", "10 12"), Some(228), 204, "11 00", ("21.47", "601.26", 1)),
            (("01 00", "08 00"), Some(168), 150, "11 00", ("0", "150.00", 0)),
            // The cap is reached.
            (("01 00", "29 12"), Some(684), 600, "29 12", ("0", "600.00", 1)),
            // A subscription and a tax keep their amount.
            (("01 00", "30 00"), Some(0), 500, "11 00", ("0", "500.00", 0)),
            (("01 00", "30 00"), None, 718, "11 00", ("0", "718.00", 0)),
            // Nothing was used yet.
            (("11 00", "11 00"), Some(1), 1, "11 00", ("0", "1.00", 0)),
            // The month is over.
            (("20 00", "31 00"), Some(264), 236, "31 00", ("0", "236.00", 0)),
        ];
        let time = |text: &str| {
            let (day, hour) = text.split_once(' ').unwrap();
            let (month, day) = if day == "31" { ("05", "01") } else { ("04", day) };
            format!("2026-{month}-{day}T{hour}:00:00Z").parse::<DateTime<Utc>>().unwrap()
        };
        for ((start, end), hours, cents, as_of, (per_day, forecast, capped)) in cases {
            let charge = Charge {
                product: "Droplets".to_owned(),
                group_description: None,
                description: "web (s-1vcpu-1gb)".to_owned(),
                hours: hours.map(Decimal::from),
                start: Some(time(start)),
                end: Some(time(end)),
                amount: Money::usd(Decimal::new(cents, 2)),
                project_name: None,
                category: None,
            };
            let figures = figures(&charge, Period::new("2026-04").unwrap(), time(as_of));
            let in_cents = |amount: Decimal| (amount * Decimal::ONE_HUNDRED).round_dp(2);
            assert_eq!(figures.month_to_date, Decimal::new(cents, 2));
            assert_eq!(in_cents(figures.per_day).to_string(), per_day, "{start} to {end}: a day");
            assert_eq!(in_cents(figures.forecast).to_string(), forecast, "{start} to {end}: the month");
            assert_eq!(figures.capped, capped, "{start} to {end}: capped");
        }
    }
}
