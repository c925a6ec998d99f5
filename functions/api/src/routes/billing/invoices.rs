//! The invoices. Admins only.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::billing::{Invoice, InvoiceStatus, Period};
use domain::{AccountId, InvoiceUuid, Scope};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::month;
use super::parameters::{AccountQuery, InvoicePath, accounts, optional_month};
use crate::AppState;
use crate::http::caller::Admin;
use crate::http::extract::{PagedQuery, Path, Query};
use crate::http::page::PageQuery;
use crate::http::problem::ApiProblem;
use crate::http::representation::Representation;
use crate::http::responses::{ItemResponses, ListResponses};
use crate::views::{InvoiceView, List, page_of};

/// The filters of invoices; an invoice must match all of them.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct InvoiceFilter {
    /// Month of the items: `2026-04`, or any day of the month; all months if left out.
    #[serde(default, deserialize_with = "optional_month")]
    #[param(value_type = Option<String>, example = "2026-04")]
    period: Option<Period>,
    /// Account of the items; all accounts if left out.
    #[param(value_type = Option<String>)]
    account: Option<AccountId>,
    /// Status of the invoices: `pending`, `ingesting`, `ingested`, `failed` or `open`.
    #[param(value_type = Option<String>)]
    status: Option<InvoiceStatus>,
}

/// Lists the invoices and the state of their ingestion, the newest month first.
///
/// The preview of the running month has the status `open`. Only platform admins may call this
/// operation.
#[utoipa::path(
    get, path = "/billing/invoices", operation_id = "listInvoices", tag = "billing", params(InvoiceFilter, PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "A page of invoices.", body = List<InvoiceView>), ListResponses)
)]
pub(in crate::routes) async fn list(
    admin: Admin,
    State(state): State<AppState>,
    PagedQuery(filter, page): PagedQuery<InvoiceFilter>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let binding = state.cursor_key().await?.binding(&Scope::Platform, "invoices", &filter);
    let after: Option<billing::InvoiceSortKey> = page.position(&binding)?;
    let (accounts, freshness) = accounts(&state, &admin, filter.account.as_ref()).await?;
    let mut invoices = month::invoices(state.table(&admin), &accounts, filter.period).await?;
    invoices.retain(|invoice| filter.status.is_none_or(|status| status == invoice.status));
    let (invoices, next) = page_of(invoices, billing::invoice_sort_key, after.as_ref(), page.limit, &binding)?;
    let data: Vec<InvoiceView> = invoices.into_iter().map(Into::into).collect();
    representation.of(&List::new(data, next, month::invoices_coverage(&freshness, state.now())))
}

/// Returns a single invoice.
///
/// Only platform admins may call this operation.
#[utoipa::path(
    get, path = "/billing/invoices/{uuid}", operation_id = "getInvoice", tag = "billing", security(("id_token" = [])),
    params(InvoicePath, AccountQuery),
    responses((status = 200, description = "The requested invoice.", body = InvoiceView), ItemResponses)
)]
pub(in crate::routes) async fn one(
    admin: Admin,
    State(state): State<AppState>,
    Path(InvoicePath { uuid }): Path<InvoicePath>,
    Query(AccountQuery { account }): Query<AccountQuery>,
) -> Result<Json<InvoiceView>, ApiProblem> {
    Ok(Json(find(&admin, &state, account.as_ref(), &uuid).await?.into()))
}

/// Finds the invoice with this id in one account or in all; 404 if there is none.
pub(super) async fn find(
    admin: &Admin,
    state: &AppState,
    account: Option<&AccountId>,
    uuid: &InvoiceUuid,
) -> Result<Invoice, ApiProblem> {
    let (accounts, _) = accounts(state, admin, account).await?;
    for account in accounts {
        if let Some(invoice) = state.table(admin).find_invoice(&account, uuid).await? {
            return Ok(invoice);
        }
    }
    Err(ApiProblem::not_found())
}
