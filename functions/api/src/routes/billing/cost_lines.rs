//! The lines of a month's invoices. Admins only.

use axum::extract::State;
use axum::response::Response;
use domain::billing::{CostKind, CostLine, Invoice, MatchOutcome, Period, UnmatchedReason};
use domain::{AccountId, Scope};
use serde::{Deserialize, Serialize};
use store::{LinePosition, Table};
use utoipa::{IntoParams, ToSchema};

use super::month;
use super::parameters::{AccountQuery, MONTH, accounts, month};
use crate::AppState;
use crate::caller::Admin;
use crate::extract::Query;
use crate::openapi::{AuthResponses, InvalidParametersResponse, ServerErrorResponses};
use crate::parameters::{FromParameters, Parameters};
use crate::problem::ApiProblem;
use crate::representation::Representation;
use crate::routes::listing::PageQuery;
use crate::views::{CostLineView, List};

/// Reads made for one page at the most: a filter that fits little ends a page early (with a cursor) rather than a request late.
const READS_PER_PAGE: usize = 25;
/// The longest name of a project that is looked for, in bytes.
const MAX_PROJECT: usize = 255;

/// Which lines are wanted; all that are given must fit.
#[derive(Debug, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct LineFilter {
    /// Of invoices for this month: `2026-04`, or any day of it.
    #[param(value_type = String, example = "2026-04-12")]
    period: Period,
    /// Of this kind: a kind of resource, a cost of no resource such as `tax`, or `other:<product>`.
    #[param(value_type = Option<String>)]
    kind: Option<CostKind>,
    /// Of the project that had this name then; upper and lower case are the same.
    project: Option<String>,
    /// With this outcome.
    #[serde(rename = "match")]
    #[param(inline)]
    matched: Option<MatchFilter>,
    /// Of this account's invoices.
    #[param(value_type = Option<String>)]
    account: Option<AccountId>,
}

/// Whether a line has an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum MatchFilter {
    /// It has a resource.
    Matched,
    /// It has none.
    Unmatched,
    /// It has none, and a reason that explains it.
    Explained,
    /// It has neither.
    Unexplained,
}

/// Which lines are wanted, and which page of them.
#[derive(Debug)]
pub(in crate::routes) struct LineQuery {
    filter: LineFilter,
    page: PageQuery,
}

/// Where a page ended: in the lines of the invoice of this number, at their beginning without a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct CostLineCursor {
    invoice: usize,
    lines: Option<LinePosition>,
}

impl FromParameters for LineQuery {
    fn read(parameters: &mut Parameters) -> Option<Self> {
        let period = parameters.required("period", MONTH, month);
        let expected = "a kind such as droplet or tax, or other:<product>";
        let kind = parameters.parse("kind", expected, |text| CostKind::new(text).ok());
        let project = parameters.parse("project", "a project's name of 1 to 255 bytes", |text| {
            (1..=MAX_PROJECT).contains(&text.len()).then(|| text.to_owned())
        });
        let expected = "one of matched, unmatched, explained, unexplained";
        let matched = parameters.parse("match", expected, |text| serde_json::from_value(text.into()).ok());
        let AccountQuery { account } = AccountQuery::read(parameters)?;
        let page = PageQuery::read(parameters)?;
        Some(Self { filter: LineFilter { period: period?, kind, project, matched, account }, page })
    }
}

impl MatchFilter {
    fn fits(self, outcome: &MatchOutcome) -> bool {
        match self {
            Self::Matched => outcome.matched().is_some(),
            Self::Unmatched => outcome.reason().is_some(),
            Self::Explained => outcome.reason().is_some_and(UnmatchedReason::explains),
            Self::Unexplained => outcome.reason().is_some_and(|reason| !reason.explains()),
        }
    }
}

impl LineFilter {
    fn wants_all(&self) -> bool {
        self.kind.is_none() && self.project.is_none() && self.matched.is_none()
    }

    fn wants(&self, line: &CostLine) -> bool {
        let name = line.charge.project_name.as_deref().map(str::to_lowercase);
        self.kind.as_ref().is_none_or(|kind| *kind == line.kind)
            && self.project.as_ref().is_none_or(|project| name == Some(project.to_lowercase()))
            && self.matched.is_none_or(|matched| matched.fits(&line.outcome))
    }
}

/// The lines of a month's invoices, invoice by invoice in their order, each with its resource or the reason why it has none. Those of the
/// running month are the preview's: `invoice_status` is `open`. A cursor holds as long as no invoice of the month gets other lines;
/// then it is refused with 400, so that no list is of two minds. Admins only.
#[utoipa::path(
    get, path = "/billing/cost-lines", operation_id = "listCostLines", tag = "billing", params(LineFilter, PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "A page of lines.", body = List<CostLineView>), InvalidParametersResponse, AuthResponses, ServerErrorResponses)
)]
pub(in crate::routes) async fn list(
    admin: Admin,
    State(state): State<AppState>,
    Query(LineQuery { filter, page }): Query<LineQuery>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let (accounts, freshness) = accounts(&state, &admin, filter.account.as_ref()).await?;
    let period = Some(filter.period);
    let table = state.table(&admin);
    let invoices = month::invoices(table, &accounts, period).await?;
    let sets: Vec<_> = invoices
        .iter()
        .map(|invoice| (&invoice.account, &invoice.uuid, invoice.lines.as_ref().map(|set| set.revision)))
        .collect();
    let binding = state.cursor_key().await?.binding(&Scope::Platform, "cost-lines", &(&filter, sets));
    let from: Option<CostLineCursor> = page.position(&binding)?;
    let (data, next) = read(table, &invoices, &filter, from, page.limit).await?;
    let coverage = month::lines_coverage(&freshness, &accounts, &invoices, period, state.now());
    representation.of(&List::new(data, next.map(|place| binding.seal(&place)).transpose()?, coverage))
}

/// A page of the wanted lines of these invoices.
async fn read(
    table: &Table,
    invoices: &[Invoice],
    filter: &LineFilter,
    from: Option<CostLineCursor>,
    limit: usize,
) -> Result<(Vec<CostLineView>, Option<CostLineCursor>), ApiProblem> {
    let mut data = Vec::new();
    let mut at = from.unwrap_or(CostLineCursor { invoice: 0, lines: None });
    for _ in 0..READS_PER_PAGE {
        let Some(invoice) = invoices.get(at.invoice) else { return Ok((data, None)) };
        let wanted = limit - data.len();
        let found = if filter.wants_all() {
            table.lines(invoice, at.lines, wanted).await
        } else {
            table.filtered_lines(invoice, at.lines, wanted, |line| filter.wants(line)).await
        };
        let found = match found {
            // What the set lacks at a place that was handed in, it may never have had.
            Err(store::Error::Missing { .. }) if from == Some(at) => return Err(ApiProblem::bad_cursor()),
            found => found?.ok_or_else(ApiProblem::bad_cursor)?,
        };
        data.extend(found.lines.into_iter().map(|line| CostLineView::new(invoice, line)));
        at = match found.next {
            Some(lines) => CostLineCursor { lines: Some(lines), ..at },
            None => CostLineCursor { invoice: at.invoice + 1, lines: None },
        };
        if data.len() == limit {
            break;
        }
    }
    Ok((data, (at.invoice < invoices.len()).then_some(at)))
}
