//! Invoices and the preview of the current month (OpenAPI: tag "Billing").

mod shape;

use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::billing::{Invoice, Period};
use crate::call::{Call, Reply, Rows};
use crate::clock::rfc3339;
use crate::content::Content;
use crate::error::ApiError;
use crate::model::account::Account;
use crate::route::{Access, Family, Route};

pub(crate) use shape::{KIND, build};

const SCOPES: &[&[&str]] = &[&["billing:read"]];

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        get("/v2/customers/my/invoices", list),
        get("/v2/customers/my/invoices/{invoice_uuid}", items),
        get("/v2/customers/my/invoices/{invoice_uuid}/csv", csv),
        get("/v2/customers/my/invoices/{invoice_uuid}/pdf", pdf),
        get("/v2/customers/my/invoices/{invoice_uuid}/summary", summary),
    ],
};

/// A route of an invoice. An invoice shows all of its content, whatever other scopes the token has
/// (OpenAPI `responses/invoice`).
const fn get(path: &'static str, handler: fn(&mut Call<'_>) -> Result<Reply, ApiError>) -> Route {
    Route { method: Method::GET, path, access: Access::Other, scopes: SCOPES, handler }
}

/// The preview of the current month. If several were added, it is the last one.
pub(crate) fn preview(account: &Account) -> Option<&Arc<Value>> {
    account.objects(&KIND).filter(|invoice| Invoice(invoice).is_preview()).last()
}

/// Lists the newest invoice first, as in the example of OpenAPI `responses/invoices`. The preview
/// is a separate field on every page.
fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut invoices: Vec<Arc<Value>> =
        call.account.objects(&KIND).filter(|invoice| !Invoice(invoice).is_preview()).cloned().collect();
    invoices.sort_by_key(|invoice| std::cmp::Reverse(Invoice(invoice).period()));
    let preview = preview(call.account).map_or_else(|| empty_preview(call), |preview| Invoice(preview).listed());
    let extra = Map::from_iter([("invoice_preview".to_owned(), preview)]);
    let total = invoices.len();
    let row =
        Box::new(move |index: usize| invoices.get(index).map(|invoice| Invoice(invoice).listed()).unwrap_or_default());
    Ok(Reply::Rows(Rows { key: KIND.collection, total, row, extra }))
}

/// The preview of an account that has none: a month without usage.
fn empty_preview(call: &Call<'_>) -> Value {
    json!({
        "invoice_uuid": "00000000-0000-4000-8000-000000000000", "invoice_id": "0", "amount": "0.00",
        "invoice_period": Period::of(call.now).to_string(), "updated_at": rfc3339(call.now),
    })
}

/// The invoice that a path names, by its UUID or as `preview` (OpenAPI: description of the tag
/// "Billing").
fn named<'a>(call: &'a Call<'_>) -> Result<&'a Arc<Value>, ApiError> {
    let found = match call.param(0) {
        "preview" => preview(call.account),
        uuid => call.account.get(&KIND, uuid),
    };
    found.ok_or_else(ApiError::not_found)
}

/// An invoice that has files. DO does not document whether the preview has files. The simulator
/// answers 404, so that no client can depend on them.
fn invoice_with_files<'a>(call: &'a Call<'_>) -> Result<Invoice<'a>, ApiError> {
    let invoice = Invoice(named(call)?);
    if invoice.is_preview() { Err(ApiError::not_found()) } else { Ok(invoice) }
}

fn items(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let invoice = Arc::clone(named(call)?);
    let total = Invoice(&invoice).lines().count();
    let row = Box::new(move |index: usize| Invoice(&invoice).lines().item(index));
    Ok(Reply::Rows(Rows { key: "invoice_items", total, row, extra: Map::new() }))
}

fn summary(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    Ok(Reply::Json(StatusCode::OK, Invoice(named(call)?).summary(&call.account.profile)))
}

fn csv(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let invoice = invoice_with_files(call)?;
    let name = invoice.file_name(&call.account.profile, "csv");
    Ok(Reply::File { media_type: "text/csv", name, body: invoice.csv() })
}

/// Answers a PDF of one empty page.
fn pdf(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    const PAGE: &[u8] =
        b"%PDF-1.1\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj \
        3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
    let name = invoice_with_files(call)?.file_name(&call.account.profile, "pdf");
    Ok(Reply::File { media_type: "application/pdf", name, body: Content::Buffered(PAGE.to_vec()) })
}
