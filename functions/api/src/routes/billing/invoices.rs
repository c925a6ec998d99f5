//! The invoices. Admins only.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::billing::{Invoice, InvoiceStatus};
use domain::{AccountId, InvoiceUuid, Scope};
use serde::Serialize;
use utoipa::IntoParams;

use super::month;
use super::parameters::{AccountQuery, InvoicePath, PeriodQuery, accounts};
use crate::AppState;
use crate::http::caller::Admin;
use crate::http::extract::{Path, Query};
use crate::http::parameters::{FromParameters, Parameters};
use crate::http::problem::ApiProblem;
use crate::http::representation::Representation;
use crate::http::responses::{AuthResponses, InvalidParametersResponse, NotFoundResponse, ServerErrorResponses};
use crate::routes::listing::PageQuery;
use crate::views::{InvoiceView, List, page_of};

/// The filter of invoices by status.
#[derive(Debug, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct StatusQuery {
    /// Status of the invoices: `pending`, `ingesting`, `ingested`, `failed` or `open`.
    #[param(value_type = Option<String>)]
    status: Option<InvoiceStatus>,
}

/// The filters of invoices and the page.
#[derive(Debug)]
pub(in crate::routes) struct InvoiceQuery {
    of: PeriodQuery,
    status: StatusQuery,
    page: PageQuery,
}

impl FromParameters for InvoiceQuery {
    fn read(parameters: &mut Parameters) -> Option<Self> {
        let expected = "one of pending, ingesting, ingested, failed, open";
        let status = |text: &str| serde_json::from_value(text.into()).ok();
        Some(Self {
            of: PeriodQuery::read(parameters)?,
            status: StatusQuery { status: parameters.parse("status", expected, status) },
            page: PageQuery::read(parameters)?,
        })
    }
}

/// Lists the invoices and the state of their ingestion, the newest month first.
///
/// The preview of the running month has the status `open`. Only platform admins may call this
/// operation.
#[utoipa::path(
    get, path = "/billing/invoices", operation_id = "listInvoices", tag = "billing", params(PeriodQuery, StatusQuery, PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "A page of invoices.", body = List<InvoiceView>), InvalidParametersResponse, AuthResponses, ServerErrorResponses)
)]
pub(in crate::routes) async fn list(
    admin: Admin,
    State(state): State<AppState>,
    Query(InvoiceQuery { of, status, page }): Query<InvoiceQuery>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let binding = state.cursor_key().await?.binding(&Scope::Platform, "invoices", &(&of, &status));
    let after: Option<billing::InvoiceSortKey> = page.position(&binding)?;
    let (accounts, freshness) = accounts(&state, &admin, of.account.as_ref()).await?;
    let mut invoices = month::invoices(state.table(&admin), &accounts, of.period).await?;
    invoices.retain(|invoice| status.status.is_none_or(|status| status == invoice.status));
    let (invoices, next) = page_of(invoices, billing::invoice_sort_key, after.as_ref(), page.limit, &binding)?;
    let data: Vec<InvoiceView> = invoices.into_iter().map(Into::into).collect();
    representation.of(&List::new(data, next, month::invoices_coverage(&freshness, state.now())))
}

/// Returns a single invoice.
///
/// Only platform admins may call this operation.
#[utoipa::path(
    get, path = "/billing/invoices/{uuid}", operation_id = "getInvoice", tag = "billing", security(("id_token" = [])),
    params(("uuid" = String, Path, description = "DigitalOcean's id of the invoice."), AccountQuery),
    responses((status = 200, description = "The requested invoice.", body = InvoiceView), InvalidParametersResponse, AuthResponses, NotFoundResponse, ServerErrorResponses)
)]
pub(in crate::routes) async fn one(
    admin: Admin,
    State(state): State<AppState>,
    Path(InvoicePath(uuid)): Path<InvoicePath>,
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
