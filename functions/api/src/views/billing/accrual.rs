//! The representation of the running month.

use billing::accrual::{Accrual, AccrualGroup, Band, BandPosition, Figures};
use chrono::{DateTime, NaiveDate, Utc};
use domain::Coverage;
use domain::billing::{BalanceSnapshot, Period};
use domain::{AccountId, Money};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::representation::Tabular;

/// The cost of the running month so far and its forecast, on a single page.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Accrual)]
pub struct AccrualView {
    /// Rows, one for each account, project and kind that has lines in the previews.
    pub data: Vec<AccrualRowView>,
    /// Accounts with their totals, last balance and daily costs.
    pub accounts: Vec<AccruedAccountView>,
    /// Totals of all rows.
    pub totals: AccrualTotalsView,
    /// Age limit of the data: nothing in the response is older than this, the oldest of the
    /// previews and of the complete reads that it depends on.
    pub as_of: DateTime<Utc>,
    /// True if every account has a preview of the month and the last reads were complete. Otherwise
    /// the totals lack some costs.
    pub complete: bool,
}

/// The cost of one project and kind. All amounts but `month_to_date` are estimates.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AccrualRow)]
pub struct AccrualRowView {
    /// Account of the costs.
    #[schema(example = "main")]
    pub account: String,
    /// Month that is running.
    #[schema(example = "2026-04")]
    pub period: String,
    /// Name of the project as in the preview; null for costs without a project.
    #[schema(required, example = "acme-web")]
    pub project_name: Option<String>,
    /// Kind of cost, as in cost lines.
    #[schema(example = "droplet")]
    pub kind: String,
    /// Cost of the month so far.
    pub month_to_date: Money,
    /// Cost of one more day at the current usage.
    pub per_day: Money,
    /// Cost at the end of the month if no resource is created or destroyed.
    pub forecast: Money,
    /// Number of lines that reach their monthly cap by the end of the month.
    #[schema(example = 3)]
    pub capped: u32,
}

/// The totals of several rows.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AccrualTotals)]
pub struct AccrualTotalsView {
    /// Cost of the month so far.
    pub month_to_date: Money,
    /// Cost of one more day at the current usage.
    pub per_day: Money,
    /// Cost at the end of the month if no resource is created or destroyed.
    pub forecast: Money,
    /// Number of lines that reach their monthly cap by the end of the month.
    #[schema(example = 3)]
    pub capped: u32,
}

/// The running month of an account.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AccruedAccount)]
pub struct AccruedAccountView {
    /// Account of the costs.
    #[schema(example = "main")]
    pub account: String,
    /// Month that is running.
    #[schema(example = "2026-04")]
    pub period: String,
    /// Time when DigitalOcean wrote the preview; null if the month has no preview, so that its cost
    /// is not known from lines.
    #[schema(required)]
    pub preview_at: Option<DateTime<Utc>>,
    /// Totals of the preview's lines; null without a preview.
    #[schema(required)]
    pub totals: Option<AccrualTotalsView>,
    /// Last balance, which is read hourly; null if none was read yet.
    #[schema(required)]
    pub balance: Option<BalanceSnapshot>,
    /// True if the last day that can be evaluated, or today already, cost more or less than the
    /// expected range; null if too few days are known.
    #[schema(required, example = false)]
    pub anomaly: Option<bool>,
    /// Cost of each of the last days, derived from the balances, the oldest first.
    pub days: Vec<DayRateView>,
}

/// The cost of a day and the expected range.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DayRate)]
pub struct DayRateView {
    /// Calendar day in UTC.
    #[schema(example = "2026-04-11")]
    pub day: NaiveDate,
    /// Cost of the day; of today, the cost so far. If several days lie between two balances, each
    /// gets an equal share.
    pub amount: Money,
    /// Lower end of the range that the previous days make expected; null if they are too few.
    #[schema(required)]
    pub low: Option<Money>,
    /// Upper end of that range.
    #[schema(required)]
    pub high: Option<Money>,
    /// Position of the cost relative to the range: `below`, `within` or `above`; null if there is
    /// no range, and for today unless the cost is above it already.
    #[schema(required, pattern = "^(below|within|above)$", example = "within")]
    pub band_position: Option<&'static str>,
}

impl AccrualRowView {
    /// Represents one group of an account's month.
    #[must_use]
    pub fn new(account: &AccountId, period: Period, group: AccrualGroup) -> Self {
        let AccrualGroup { project_name, kind, figures } = group;
        let AccrualTotalsView { month_to_date, per_day, forecast, capped } = figures.into();
        Self {
            account: account.to_string(),
            period: period.to_string(),
            project_name,
            kind: kind.into(),
            month_to_date,
            per_day,
            forecast,
            capped,
        }
    }
}

impl AccruedAccountView {
    /// Represents an account; `accrual` is `None` if the account has no preview of the month.
    #[must_use]
    pub fn new(
        account: &AccountId,
        period: Period,
        accrual: Option<&Accrual>,
        balance: Option<BalanceSnapshot>,
        days: Vec<DayRateView>,
    ) -> Self {
        Self {
            account: account.to_string(),
            period: period.to_string(),
            preview_at: accrual.map(|accrual| accrual.as_of),
            totals: accrual.map(|accrual| accrual.total.into()),
            balance,
            anomaly: days
                .iter()
                .rev()
                .find_map(|day| day.band_position)
                .map(|position| position != name(BandPosition::Within)),
            days,
        }
    }
}

impl DayRateView {
    /// Represents a day; `band` is the range that the previous days make expected, if they are
    /// enough.
    #[must_use]
    pub fn new(day: NaiveDate, amount: Money, band: Option<Band>, position: Option<BandPosition>) -> Self {
        Self {
            day,
            amount: to_cents(amount),
            low: band.map(|band| to_cents(Money::usd(band.low))),
            high: band.map(|band| to_cents(Money::usd(band.high))),
            band_position: position.map(name),
        }
    }
}

impl AccrualView {
    /// Combines rows, accounts, totals and freshness.
    #[must_use]
    pub fn new(
        data: Vec<AccrualRowView>,
        accounts: Vec<AccruedAccountView>,
        totals: Figures,
        coverage: Coverage,
    ) -> Self {
        Self { data, accounts, totals: totals.into(), as_of: coverage.as_of, complete: coverage.complete }
    }
}

impl From<Figures> for AccrualTotalsView {
    fn from(Figures { month_to_date, per_day, forecast, capped }: Figures) -> Self {
        let price = Money::usd;
        Self { month_to_date: price(month_to_date), per_day: price(per_day), forecast: price(forecast), capped }
    }
}

/// Rounds to cents, because shares of an amount may have any number of decimals.
fn to_cents(money: Money) -> Money {
    Money::usd(money.amount.round_dp(2))
}

const fn name(position: BandPosition) -> &'static str {
    match position {
        BandPosition::Below => "below",
        BandPosition::Within => "within",
        BandPosition::Above => "above",
    }
}

impl Tabular for AccrualView {
    type Row = AccrualRowView;

    fn page(&self) -> (&[AccrualRowView], Option<&str>, Coverage) {
        (&self.data, None, Coverage { as_of: self.as_of, complete: self.complete })
    }
}
