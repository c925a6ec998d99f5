//! The accrual of the running month. Admins only.

use axum::extract::State;
use axum::response::Response;
use billing::accrual::{Accrual, Band, BandPosition, DayRate, Figures, Tolerance, accrue, day_rates};
use chrono::{DateTime, TimeDelta, Utc};
use domain::Coverage;
use domain::billing::{BalanceSnapshot, CostLine, Invoice, InvoiceStatus, Period, Span};
use domain::{AccountId, Money};
use store::{Cursor, Table};

use super::parameters::{AccountQuery, accounts};
use crate::AppState;
use crate::http::caller::Admin;
use crate::http::extract::Query;
use crate::http::problem::ApiProblem;
use crate::http::representation::Representation;
use crate::http::responses::ListResponses;
use crate::views::{AccrualRowView, AccrualView, AccruedAccountView, DayRateView};

/// The time range of the daily costs. It reaches into the previous month, so that the expected
/// range is known on the first days of a month.
const DAYS_BACK: TimeDelta = TimeDelta::days(31);
/// The number of records in one read from the table.
const READ_SIZE: usize = 1_000;
/// Reports the cost of the running month so far and its forecast.
///
/// The rows are grouped by account, project and kind, and calculated from the preview's lines. Each
/// account has its last balance and the days that cost more or less than the expected range. Only
/// platform admins may call this operation.
#[utoipa::path(
    get, path = "/billing/accrual", operation_id = "accrual", tag = "billing", params(AccountQuery), security(("id_token" = [])),
    responses((status = 200, description = "All rows, accounts and totals.", body = AccrualView), ListResponses)
)]
pub(in crate::routes) async fn accrual(
    admin: Admin,
    State(state): State<AppState>,
    Query(AccountQuery { account }): Query<AccountQuery>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let (accounts, freshness) = accounts(&state, &admin, account.as_ref()).await?;
    let table = state.table(&admin);
    let now = state.now();
    let period = Period::containing(now.date_naive());
    // One worker reads the balances, the other has the preview ingested.
    let sync_kinds = [billing::BALANCE.sync_kind, billing::BILLING_HISTORY.sync_kind];
    let mut coverage = freshness.coverage_of_runs(&sync_kinds, now);
    let (mut rows, mut of_accounts, mut totals) = (Vec::new(), Vec::new(), Figures::default());
    for account in &accounts {
        let preview = table.invoices_in(account, period).await?.into_iter().find(is_preview);
        let accrual = match &preview {
            Some(preview) => accrued(table, preview).await?,
            None => None,
        };
        let is_complete = accrual.is_some() && preview.is_some_and(|preview| preview.current_lines().is_some());
        coverage.complete &= is_complete;
        if let Some(Accrual { as_of, total, .. }) = accrual {
            coverage = Coverage { as_of: coverage.as_of.min(as_of), ..coverage };
            totals += total;
        }
        let balances = balances(table, account, now).await?;
        let days = classified_days(&balances, now);
        let last = table.latest_balance(account).await?;
        of_accounts.push(AccruedAccountView::new(account, period, accrual.as_ref(), last, days));
        let groups = accrual.into_iter().flat_map(|accrual| accrual.groups);
        rows.extend(groups.map(|group| AccrualRowView::new(account, period, group)));
    }
    representation.of(&AccrualView::new(rows, of_accounts, totals, coverage))
}

fn is_preview(invoice: &Invoice) -> bool {
    invoice.status == InvoiceStatus::Open
}

/// Calculates the accrual of the preview's lines; `None` if no lines were read yet.
async fn accrued(table: &Table, preview: &Invoice) -> Result<Option<Accrual>, ApiProblem> {
    let Some(as_of) = billing::lines_read_at(preview) else { return Ok(None) };
    let (mut lines, mut from) = (Vec::new(), None::<Cursor>);
    loop {
        let page = table.lines(preview, from.as_ref(), READ_SIZE).await?.ok_or_else(ApiProblem::internal)?;
        lines.extend(page.items.into_iter().map(without_texts));
        from = page.next;
        if from.is_none() {
            return Ok(Some(accrue(&lines, preview.period, as_of)));
        }
    }
}

/// Removes texts that the calculation does not need, because a preview may have a hundred thousand
/// lines.
fn without_texts(mut line: CostLine) -> CostLine {
    line.charge.product = String::new();
    line.charge.description = String::new();
    line.charge.group_description = None;
    line
}

/// Reads the balances of the last days.
async fn balances(table: &Table, account: &AccountId, now: DateTime<Utc>) -> Result<Vec<BalanceSnapshot>, ApiProblem> {
    let span = Span { from: now - DAYS_BACK, until: now + TimeDelta::milliseconds(1) };
    let (mut found, mut from) = (Vec::new(), None::<Cursor>);
    loop {
        let page = table.balances(std::slice::from_ref(account), span, from.as_ref(), READ_SIZE).await?;
        found.extend(page.items);
        from = page.next;
        if from.is_none() {
            return Ok(found);
        }
    }
}

/// Calculates the cost of each day and compares it with the days before. Today is not over, so its
/// cost is only classified if it is above the range already.
fn classified_days(balances: &[BalanceSnapshot], now: DateTime<Utc>) -> Vec<DayRateView> {
    // A balance describes the time when it was calculated. That may be on the day, or in the month,
    // before it was read.
    let points: Vec<_> =
        balances.iter().map(|balance| (balance.generated_at, balance.month_to_date_usage.amount)).collect();
    let rates = day_rates(&points);
    let amounts: Vec<_> = rates.iter().map(|rate| rate.amount).collect();
    let classify = |(number, DayRate { day, amount }): (usize, &DayRate)| {
        let band = Band::from_days(&amounts[..number], &Tolerance::default());
        let position = band.map(|band| band.position(*amount));
        let is_over = *day < now.date_naive();
        DayRateView::new(
            *day,
            Money::usd(*amount),
            band,
            position.filter(|position| is_over || *position == BandPosition::Above),
        )
    };
    rates.iter().enumerate().map(classify).collect()
}
