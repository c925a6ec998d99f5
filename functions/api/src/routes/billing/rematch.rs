//! Repeats the matching of invoice lines. Admins only.

use axum::Json;
use axum::extract::State;
use http::StatusCode;

use super::invoices::find;
use super::parameters::{AccountQuery, InvoicePath};
use crate::AppState;
use crate::http::caller::Admin;
use crate::http::extract::{Path, Query};
use crate::http::problem::ApiProblem;
use crate::http::responses::ActionResponses;
use crate::routes::runs::enabled_account;
use crate::views::RunView;

/// Requests that the lines of an invoice are matched again with the current inventory.
///
/// The request is queued; the cost lines show the result. Only platform admins may call this
/// operation.
#[utoipa::path(
    post, path = "/billing/invoices/{uuid}/rematch", operation_id = "rematchInvoice", tag = "billing", security(("id_token" = [])),
    params(InvoicePath, AccountQuery),
    responses(
        (status = 202, description = "The run is queued.", body = RunView),
        ActionResponses
    )
)]
pub(in crate::routes) async fn rematch(
    admin: Admin,
    State(state): State<AppState>,
    Path(InvoicePath { uuid }): Path<InvoicePath>,
    Query(AccountQuery { account }): Query<AccountQuery>,
) -> Result<(StatusCode, Json<RunView>), ApiProblem> {
    let invoice = find(&admin, &state, account.as_ref(), &uuid).await?;
    let account = enabled_account(&admin, &state, invoice.account.into()).await?.account;
    if invoice.lines.is_none() {
        return Err(ApiProblem::conflict(
            "no-lines",
            "The invoice has no lines to match, because they were not read yet. See its status and error.",
        ));
    }
    let task = billing::Task::Rematch { period: invoice.period, invoice: invoice.uuid };
    let run_id = state.enqueue(billing::INVOICE_INGEST.name, account.as_str(), &task).await?;
    Ok((StatusCode::ACCEPTED, Json(run_id.into())))
}
