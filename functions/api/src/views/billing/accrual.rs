//! The running month.

use billing::accrual::{Accrual, AccrualGroup, Band, BandPosition, Figures};
use chrono::{DateTime, NaiveDate, Utc};
use domain::billing::Period;
use domain::{AccountId, Money};
use serde::Serialize;
use utoipa::ToSchema;

use super::BalanceView;
use crate::freshness::Coverage;
use crate::representation::Tabular;
use crate::views::Price;

/// What the running month came to so far and what it will, all of it on one page.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Accrual)]
pub struct AccrualView {
    /// A row for each account, project and kind that the previews have lines of.
    pub data: Vec<AccrualRowView>,
    /// Each account as a whole, with what its balance says.
    pub accounts: Vec<AccruedAccountView>,
    /// The rows added up.
    pub totals: AccrualTotalsView,
    /// Nothing in the answer is older than this: the oldest of the previews and of the complete reads that it rests on.
    pub as_of: DateTime<Utc>,
    /// Whether every account has a preview of the month and all was read whole the last time; if not, the sums lack something.
    pub complete: bool,
}

/// What the lines of one project and kind come to. All but `month_to_date` is an estimate.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AccrualRow)]
pub struct AccrualRowView {
    /// The account.
    #[schema(example = "main")]
    pub account: String,
    /// The month.
    #[schema(example = "2026-04")]
    pub period: String,
    /// The project's name, as the preview has it; null for what is in none.
    #[schema(required, example = "acme-web")]
    pub project_name: Option<String>,
    /// What sort of cost it is.
    #[schema(example = "droplet")]
    pub kind: String,
    /// What they came to so far.
    pub month_to_date: Price,
    /// What another day of them costs now.
    pub per_day: Price,
    /// What they will come to by the end of the month, if nothing is made or destroyed.
    pub forecast: Price,
    /// How many lines reach their monthly cap by the end of the month.
    #[schema(example = 3)]
    pub capped: u32,
}

/// Rows added up.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AccrualTotals)]
pub struct AccrualTotalsView {
    /// What they came to so far.
    pub month_to_date: Price,
    /// What another day costs now.
    pub per_day: Price,
    /// What they will come to by the end of the month.
    pub forecast: Price,
    /// How many lines reach their monthly cap by the end of the month.
    #[schema(example = 3)]
    pub capped: u32,
}

/// The running month of an account.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AccruedAccount)]
pub struct AccruedAccountView {
    /// The account.
    #[schema(example = "main")]
    pub account: String,
    /// The month.
    #[schema(example = "2026-04")]
    pub period: String,
    /// When DigitalOcean wrote the preview; null where there is none of this month: what the month came to is then not known from lines.
    #[schema(required)]
    pub preview_at: Option<DateTime<Utc>>,
    /// The preview's lines added up; null without a preview.
    #[schema(required)]
    pub totals: Option<AccrualTotalsView>,
    /// The last balance, which is read hourly; null where none was read.
    #[schema(required)]
    pub balance: Option<BalanceView>,
    /// Whether the last day that can be judged, or today already, cost more or less than is ordinary; null while too few days are known.
    #[schema(required, example = false)]
    pub anomaly: Option<bool>,
    /// What each of the last days cost, by the balances, the oldest first.
    pub days: Vec<DayRateView>,
}

/// What a day cost, and what is ordinary.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DayRate)]
pub struct DayRateView {
    /// The day, in UTC.
    #[schema(example = "2026-04-11")]
    pub day: NaiveDate,
    /// What it cost; so far, if it is today. An equal share where several days passed between two balances.
    pub amount: Price,
    /// The least that would be ordinary by the days before; null where they are too few.
    #[schema(required)]
    pub low: Option<Price>,
    /// The most that would be.
    #[schema(required)]
    pub high: Option<Price>,
    /// Where it lies: `below`, `within` or `above`; null where that cannot be said, as of today unless it is above already.
    #[schema(required, pattern = "^(below|within|above)$", example = "within")]
    pub band_position: Option<&'static str>,
}

impl AccrualRowView {
    /// One group of an account's month.
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
    /// An account with the preview's figures, where there is a preview, and the balances' days.
    #[must_use]
    pub fn new(
        account: &AccountId,
        period: Period,
        accrual: Option<&Accrual>,
        balance: Option<BalanceView>,
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
                .map(|place| place != name(BandPosition::Within)),
            days,
        }
    }
}

impl DayRateView {
    /// A day of this cost, held against the days before where they make a band.
    #[must_use]
    pub fn new(day: NaiveDate, amount: Money, band: Option<Band>, place: Option<BandPosition>) -> Self {
        Self {
            day,
            amount: to_cents(amount),
            low: band.map(|band| to_cents(Money::usd(band.low))),
            high: band.map(|band| to_cents(Money::usd(band.high))),
            band_position: place.map(name),
        }
    }
}

impl AccrualView {
    /// These rows and accounts.
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
        let price = |amount| Price::from(Money::usd(amount));
        Self { month_to_date: price(month_to_date), per_day: price(per_day), forecast: price(forecast), capped }
    }
}

/// Shares of what was read may have any number of decimals.
fn to_cents(money: Money) -> Price {
    Money::usd(money.amount.round_dp(2)).into()
}

const fn name(place: BandPosition) -> &'static str {
    match place {
        BandPosition::Below => "below",
        BandPosition::Within => "within",
        BandPosition::Above => "above",
    }
}

impl Tabular for AccrualView {
    type Row = AccrualRowView;

    fn rows(&self) -> &[AccrualRowView] {
        &self.data
    }

    fn next_cursor(&self) -> Option<&str> {
        None
    }

    fn coverage(&self) -> Coverage {
        Coverage { as_of: self.as_of, complete: self.complete }
    }
}
