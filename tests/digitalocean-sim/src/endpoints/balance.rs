//! The balance (OpenAPI `responses/balance`), computed from the billing history and the preview of
//! the current month.

use http::{Method, StatusCode};
use rust_decimal::Decimal;
use serde_json::json;

use super::{billing_history, invoices};
use crate::billing::{amount_of, money};
use crate::call::{Call, Reply};
use crate::clock::rfc3339;
use crate::error::ApiError;
use crate::route::{Access, Family, Route};

pub(crate) static FAMILY: Family = Family {
    kind: None,
    routes: &[Route {
        method: Method::GET,
        path: "/v2/customers/my/balance",
        access: Access::Other,
        scopes: &[&["billing:read"]],
        handler: show,
    }],
};

fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let owed: Decimal = call.account.objects(&billing_history::KIND).filter_map(|entry| amount_of(entry)).sum();
    let used = invoices::preview(call.account).and_then(|preview| amount_of(preview)).unwrap_or_default();
    let balance = json!({
        "month_to_date_balance": money(owed + used),
        "account_balance": money(owed),
        "month_to_date_usage": money(used),
        "generated_at": rfc3339(call.now),
    });
    Ok(Reply::Json(StatusCode::OK, balance))
}
