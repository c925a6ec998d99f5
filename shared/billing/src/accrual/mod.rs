//! The accrual of the running month: its cost so far, the cost of a day, a forecast, and the
//! expected range of a day's cost.
//!
//! The lines are those of the preview invoice, which DigitalOcean rewrites every day. Everything
//! but the cost so far is an estimate.

mod band;
mod days;
mod run_rate;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::billing::{CostKind, CostLine, Period};

pub use band::{Band, BandPosition, Tolerance};
pub use days::{DayRate, day_rates};
pub use run_rate::{CAP_HOURS, Figures};

/// The cost of a month so far and its forecast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accrual {
    /// The month that accrues.
    pub period: Period,
    /// The time at which the preview was written.
    pub as_of: DateTime<Utc>,
    /// The figures by project and kind, sorted in that order; lines without a project come first.
    pub groups: Vec<AccrualGroup>,
    /// The sum of the figures of all groups.
    pub total: Figures,
}

/// The figures of the lines of one project and kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccrualGroup {
    /// The project's name as the invoice has it; none for lines without a project.
    pub project_name: Option<String>,
    /// The kind of cost of the lines.
    pub kind: CostKind,
    /// The sums over these lines.
    pub figures: Figures,
}

/// Computes the accrual of a month from the lines of its preview, which was written at `as_of`.
///
/// The forecast continues usage at the hourly rate so far, up to [`CAP_HOURS`]. A line that ended a
/// day or more before `as_of` counts as finished, because the preview is written once a day. Lines
/// without hours (taxes, credits) keep their amount.
#[must_use]
pub fn accrue<'a>(lines: impl IntoIterator<Item = &'a CostLine>, period: Period, as_of: DateTime<Utc>) -> Accrual {
    let mut sums: BTreeMap<(Option<&str>, &CostKind), Figures> = BTreeMap::new();
    for line in lines {
        let group = (line.charge.project_name.as_deref(), &line.kind);
        *sums.entry(group).or_default() += run_rate::figures(&line.charge, period, as_of);
    }
    let mut total = Figures::default();
    let mut groups = Vec::new();
    for ((project_name, kind), sum) in sums {
        let figures = Figures { per_day: sum.per_day.round_dp(2), forecast: sum.forecast.round_dp(2), ..sum };
        total += figures;
        groups.push(AccrualGroup { project_name: project_name.map(str::to_owned), kind: kind.clone(), figures });
    }
    Accrual { period, as_of, groups, total }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Money;
    use domain::billing::{Charge, ItemId, MatchOutcome, UnmatchedReason};
    use rust_decimal::Decimal;

    fn line(project: Option<&str>, kind: &str, cents: i64) -> CostLine {
        CostLine {
            line: 1,
            kind: CostKind::new(kind).unwrap(),
            charge: Charge {
                product: String::new(),
                group_description: None,
                description: String::new(),
                hours: Some(Decimal::ONE),
                start: Some("2026-04-01T00:00:00Z".parse().unwrap()),
                end: Some("2026-04-11T00:00:00Z".parse().unwrap()),
                amount: Money::usd(Decimal::new(cents, 2)),
                project_name: project.map(str::to_owned),
                category: None,
            },
            item: ItemId::default(),
            outcome: MatchOutcome::Unmatched(UnmatchedReason::NameVariance),
        }
    }

    #[test]
    fn a_month_is_added_up_by_project_and_kind() {
        let lines = [
            line(Some("Shop"), "droplet", 240),
            line(Some("Shop"), "droplet", 480),
            line(Some("Shop"), "volume", 100),
            line(Some("Bakery"), "droplet", 240),
            line(None, "snapshot", 10),
        ];
        let as_of = "2026-04-11T00:00:00Z".parse().unwrap();
        let accrual = accrue(&lines, Period::new("2026-04").unwrap(), as_of);
        let shown: Vec<_> = accrual
            .groups
            .iter()
            .map(|g| format!("{:?} {} {} {}", g.project_name, g.kind, g.figures.month_to_date, g.figures.per_day))
            .collect();
        let expected = [
            "None snapshot 0.10 0.01",
            "Some(\"Bakery\") droplet 2.40 0.24",
            "Some(\"Shop\") droplet 7.20 0.72",
            "Some(\"Shop\") volume 1.00 0.10",
        ];
        assert_eq!(shown, expected);
        assert_eq!(accrual.total.month_to_date, Decimal::new(1070, 2));
        assert_eq!(accrual.total.capped, 5);
    }
}
