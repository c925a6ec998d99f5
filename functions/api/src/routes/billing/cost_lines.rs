//! The lines of a month's invoices. Admins only.

use axum::extract::State;
use axum::response::Response;
use domain::billing::{CostKind, CostLine, MatchOutcome, Period, UnmatchedReason};
use domain::{AccountId, Scope};
use serde::{Deserialize, Deserializer, Serialize};
use store::Cursor;
use utoipa::{IntoParams, ToSchema};

use super::month;
use super::parameters::{accounts, required_month};
use crate::AppState;
use crate::http::caller::Admin;
use crate::http::extract::PagedQuery;
use crate::http::page::PageQuery;
use crate::http::parameters::parsed;
use crate::http::problem::ApiProblem;
use crate::http::representation::Representation;
use crate::http::responses::ListResponses;
use crate::views::{CostLineView, List};

/// The longest project name in the filter, in bytes.
const MAX_PROJECT: usize = 255;

/// The filters of lines; a line must match all of them.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct LineFilter {
    /// Month of the invoices: `2026-04`, or any day of the month.
    #[param(value_type = String, example = "2026-04-12")]
    #[serde(deserialize_with = "required_month")]
    period: Period,
    /// Kind of cost: a kind of resource, a cost without a resource such as `tax`, or
    /// `other:<product>`.
    #[param(value_type = Option<String>)]
    #[serde(default, deserialize_with = "cost_kind")]
    kind: Option<CostKind>,
    /// Name of the resource's project at that time, regardless of case.
    #[serde(default, deserialize_with = "project_name")]
    project: Option<String>,
    /// Result of the matching: `matched`, `unmatched`, `explained` or `unexplained`.
    #[serde(rename = "match")]
    #[param(inline)]
    matched: Option<MatchFilter>,
    /// Account of the invoices; all accounts if left out.
    #[param(value_type = Option<String>)]
    account: Option<AccountId>,
}

/// The result of matching a line with the inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum MatchFilter {
    /// The line has a resource.
    Matched,
    /// The line has no resource.
    Unmatched,
    /// The line has no resource, but an explanation.
    Explained,
    /// The line has neither a resource nor an explanation.
    Unexplained,
}

fn cost_kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<CostKind>, D::Error> {
    parsed(deserializer, "a kind such as droplet or tax, or other:<product>", |text| CostKind::new(text).ok()).map(Some)
}

fn project_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let fits = |text: &str| (1..=MAX_PROJECT).contains(&text.len()).then(|| text.to_owned());
    parsed(deserializer, "a project's name of 1 to 255 bytes", fits).map(Some)
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
    fn matches_all(&self) -> bool {
        self.kind.is_none() && self.project.is_none() && self.matched.is_none()
    }

    fn matches(&self, line: &CostLine) -> bool {
        let name = line.charge.project_name.as_deref().map(str::to_lowercase);
        self.kind.as_ref().is_none_or(|kind| *kind == line.kind)
            && self.project.as_ref().is_none_or(|project| name == Some(project.to_lowercase()))
            && self.matched.is_none_or(|matched| matched.fits(&line.outcome))
    }
}

/// Lists the lines of a month's invoices, each with its resource or the reason why it has none.
///
/// The lines are listed invoice by invoice. Lines with the `invoice_status` `open` are from the
/// preview of the running month. A cursor becomes invalid (400) when an invoice of the month is
/// re-imported, so that all pages show the same revision. Only platform admins may call this
/// operation.
#[utoipa::path(
    get, path = "/billing/cost-lines", operation_id = "listCostLines", tag = "billing", params(LineFilter, PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "A page of lines.", body = List<CostLineView>), ListResponses)
)]
pub(in crate::routes) async fn list(
    admin: Admin,
    State(state): State<AppState>,
    PagedQuery(filter, page): PagedQuery<LineFilter>,
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
    let from: Option<Cursor> = page.position(&binding)?;
    let matches = |line: &CostLine| filter.matches(line);
    let wanted = (!filter.matches_all()).then_some(&matches as &(dyn Fn(&CostLine) -> bool + Sync));
    let found = match table.lines_of(&invoices, from.as_ref(), page.limit, wanted).await {
        // If the lines after the cursor are missing, the cursor is invalid rather than the table.
        Err(store::Error::Missing { .. }) if from.is_some() => return Err(ApiProblem::bad_cursor()),
        found => found?.ok_or_else(ApiProblem::bad_cursor)?,
    };
    let data: Vec<_> = found.items.into_iter().map(|(invoice, line)| CostLineView::new(invoice, line)).collect();
    let coverage = month::lines_coverage(&freshness, &accounts, &invoices, period, state.now());
    representation.of(&List::new(data, found.next.map(|cursor| binding.seal(&cursor)).transpose()?, coverage))
}
