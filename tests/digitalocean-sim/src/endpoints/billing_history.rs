//! The billing history (OpenAPI `responses/billing_history`): separate entries, and one entry for
//! each invoice.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::call::{Call, Reply, Rows};
use crate::clock::rfc3339;
use crate::error::ApiError;
use crate::model::kind::{BuildContext, BuiltObject, Kind, set_known, spec};
use crate::route::{Access, Family, Route};

/// Stored field of an entry that is not shown, because DO gives entries no id.
const ID: &str = "id";

pub(crate) static KIND: Kind = Kind {
    collection: "billing_history",
    single: "entry",
    id: ID,
    urn: None,
    read_scope: "billing:read",
    scoped_fields: &[],
    build,
    set: set_known,
};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[Route {
        method: Method::GET,
        path: "/v2/customers/my/billing_history",
        access: Access::Other,
        scopes: &[&["billing:read"]],
        handler: list,
    }],
};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    #[serde(default)]
    id: Option<String>,
    date: DateTime<Utc>,
    #[serde(rename = "type", default = "payment")]
    entry_type: String,
    #[serde(default)]
    description: String,
    amount: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invoice_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invoice_uuid: Option<String>,
}

fn payment() -> String {
    "Payment".to_owned()
}

fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let mut object = object(value)?;
    if object[ID].is_null() {
        object[ID] = json!(format!("entry-{}", context.numeric_id(None)));
    }
    Ok(object.into())
}

/// Builds an entry from its seed form. An entry that belongs to no invoice has neither `invoice_id`
/// nor `invoice_uuid`.
pub(crate) fn object(value: Value) -> Result<Value, String> {
    let entry: Spec = spec(value)?;
    let mut object = json!(entry);
    object["date"] = json!(rfc3339(entry.date));
    Ok(object)
}

/// Lists the newest entry first, as in the example for invoices. The example for the history does
/// not show the order.
fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut entries: Vec<Arc<Value>> = call.account.objects(&KIND).cloned().collect();
    entries.sort_by(|one, other| other["date"].as_str().cmp(&one["date"].as_str()));
    let (key, total, extra) = (KIND.collection, entries.len(), Map::new());
    let row = Box::new(move |index: usize| entries.get(index).map(|entry| shown(entry)).unwrap_or_default());
    Ok(Reply::Rows(Rows { key, total, row, extra }))
}

fn shown(entry: &Value) -> Value {
    let mut shown = entry.clone();
    if let Some(fields) = shown.as_object_mut() {
        fields.remove(ID);
    }
    shown
}
