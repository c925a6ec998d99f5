//! The running month. Admins only.

use axum::extract::State;
use axum::response::Response;
use billing::accrual::{Accrual, Band, BandPosition, DayRate, Figures, Tolerance, accrue, day_rates};
use chrono::{DateTime, TimeDelta, Utc};
use domain::billing::{BalanceSnapshot, CostLine, Invoice, InvoiceStatus, Period, Span};
use domain::{AccountId, Money};
use store::Table;

use super::month::read_at;
use super::parameters::{AccountQuery, accounts};
use crate::AppState;
use crate::caller::Admin;
use crate::extract::Query;
use crate::freshness::Coverage;
use crate::openapi::{AuthResponses, InvalidParametersResponse, ServerErrorResponses};
use crate::problem::ApiProblem;
use crate::representation::Representation;
use crate::views::{AccrualRowView, AccrualView, AccruedAccountView, DayRateView};

/// How far back days are looked at: they say what is ordinary on the first days of a month as well.
const DAYS_BACK: TimeDelta = TimeDelta::days(31);
/// Records read at a time.
const READ_SIZE: usize = 1_000;
/// The workers whose receipts say whether the running month is known: the one asks for balances, the other for the preview to be read.
const WORKERS: [billing::BillingWorkerSpec; 2] = [billing::BALANCE, billing::BILLING_HISTORY];

/// What the running month came to so far and what it will, by account, project and kind, from the preview's lines; beside it the last balance,
/// and whether a day cost more or less than is ordinary. Admins only.
#[utoipa::path(
    get, path = "/billing/accrual", operation_id = "accrual", tag = "billing", params(AccountQuery), security(("id_token" = [])),
    responses((status = 200, description = "All of it.", body = AccrualView), InvalidParametersResponse, AuthResponses, ServerErrorResponses)
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
    let mut coverage = freshness.billing_coverage(&WORKERS, now);
    let (mut rows, mut of_accounts, mut totals) = (Vec::new(), Vec::new(), Figures::default());
    for account in &accounts {
        let preview = table.invoices_in(account, period).await?.into_iter().find(is_preview);
        let accrual = match &preview {
            Some(preview) => accrued(table, preview).await?,
            None => None,
        };
        let is_whole = accrual.is_some() && preview.is_some_and(|preview| preview.current_lines().is_some());
        coverage.complete &= is_whole;
        if let Some(Accrual { as_of, total, .. }) = accrual {
            coverage = Coverage { as_of: coverage.as_of.min(as_of), ..coverage };
            totals += total;
        }
        let balances = balances(table, account, now).await?;
        let days = judged(&balances, now);
        let last = table.latest_balance(account).await?.map(Into::into);
        of_accounts.push(AccruedAccountView::new(account, period, accrual.as_ref(), last, days));
        let groups = accrual.into_iter().flat_map(|accrual| accrual.groups);
        rows.extend(groups.map(|group| AccrualRowView::new(account, period, group)));
    }
    representation.of(&AccrualView::new(rows, of_accounts, totals, coverage))
}

fn is_preview(invoice: &Invoice) -> bool {
    invoice.status == InvoiceStatus::Open
}

/// What the preview's lines come to; `None` where none were read.
async fn accrued(table: &Table, preview: &Invoice) -> Result<Option<Accrual>, ApiProblem> {
    let Some(as_of) = read_at(preview) else { return Ok(None) };
    let (mut lines, mut from) = (Vec::new(), None);
    loop {
        let page = table.lines(preview, from, READ_SIZE).await?.ok_or_else(ApiProblem::internal)?;
        lines.extend(page.lines.into_iter().map(bare));
        from = page.next;
        if from.is_none() {
            return Ok(Some(accrue(&lines, preview.period, as_of)));
        }
    }
}

/// The line without the texts that do not count: a preview may have a hundred thousand.
fn bare(mut line: CostLine) -> CostLine {
    line.charge.product = String::new();
    line.charge.description = String::new();
    line.charge.group_description = None;
    line
}

/// The balances of the last days.
async fn balances(table: &Table, account: &AccountId, now: DateTime<Utc>) -> Result<Vec<BalanceSnapshot>, ApiProblem> {
    let span = Span { from: now - DAYS_BACK, until: now + TimeDelta::milliseconds(1) };
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = table.balances(account, span, after.as_deref(), READ_SIZE).await?;
        found.extend(page.items);
        after = page.next;
        if after.is_none() {
            return Ok(found);
        }
    }
}

/// What each day cost, held against the days before it. Today is not over: only if it cost too much already can that be said.
fn judged(balances: &[BalanceSnapshot], now: DateTime<Utc>) -> Vec<DayRateView> {
    // A balance speaks of the time it was worked out at, which may be of the day, and the month, before it was asked for.
    let points: Vec<_> =
        balances.iter().map(|balance| (balance.generated_at, balance.month_to_date_usage.amount)).collect();
    let rates = day_rates(&points);
    let amounts: Vec<_> = rates.iter().map(|rate| rate.amount).collect();
    let judge = |(number, DayRate { day, amount }): (usize, &DayRate)| {
        let band = Band::from_days(&amounts[..number], &Tolerance::default());
        let place = band.map(|band| band.position(*amount));
        let is_over = *day < now.date_naive();
        DayRateView::new(
            *day,
            Money::usd(*amount),
            band,
            place.filter(|place| is_over || *place == BandPosition::Above),
        )
    };
    rates.iter().enumerate().map(judge).collect()
}
