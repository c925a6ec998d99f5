//! An invoice as a seed describes it.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Builder;

use crate::billing::{Generate, Generated, Invoice, Period, completed, mix64, money, sum};
use crate::clock::rfc3339;
use crate::endpoints::billing_history;
use crate::model::kind::{BuildContext, BuiltObject, Kind, set_known, spec};

pub(crate) static KIND: Kind = Kind {
    collection: "invoices",
    single: "invoice",
    id: "invoice_uuid",
    urn: None,
    read_scope: "billing:read",
    scoped_fields: &[],
    build,
    set,
};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    #[serde(default)]
    invoice_uuid: Option<String>,
    #[serde(default)]
    invoice_id: Option<String>,
    invoice_period: String,
    /// True for the preview of the current month.
    #[serde(default)]
    preview: bool,
    /// Time of the invoice; the preview has `updated_at` instead.
    #[serde(default)]
    issued_at: Option<DateTime<Utc>>,
    #[serde(default)]
    updated_at: Option<DateTime<Utc>>,
    /// The invoice's items as DO shows them. Most fields of an item have defaults.
    #[serde(default)]
    items: Vec<Map<String, Value>>,
    /// Parameters of generated items, which replace `items`.
    #[serde(default)]
    generate: Option<Generate>,
    // Computed from the items unless given.
    #[serde(default)]
    amount: Option<String>,
    #[serde(default)]
    csv: Option<String>,
    #[serde(default)]
    summary: Option<Value>,
}

pub(crate) fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let invoice: Spec = spec(value)?;
    let period = Period::read(&invoice.invoice_period).map_err(|error| format!("invoice_period: {error}"))?;
    let items: Vec<Value> = invoice.items.into_iter().map(|item| completed(item, period)).collect();
    let amount = match (invoice.amount, invoice.generate) {
        (Some(given), _) => given,
        (None, Some(Generate { lines, seed })) => money(Generated { lines, seed, period }.sum()),
        (None, None) => money(total(&items)?),
    };
    let number = period.number().unsigned_abs();
    // Ids grow by a constant per month, on a line from the example in the contract (July 2020) to
    // the invoice of April 2026 in `seeds/billing`.
    let id = 418_071_234 + (period.number() - Period::read("2020-07")?.number()) * 1_580_400;
    let random = [mix64(number), mix64(number + 1_000_000)].map(u64::to_be_bytes).concat();
    let uuid = invoice.invoice_uuid.unwrap_or_else(|| {
        let random = random.try_into().unwrap_or_default();
        Builder::from_random_bytes(random).into_uuid().to_string()
    });
    let mut object = json!({
        "invoice_uuid": uuid,
        "invoice_id": invoice.invoice_id.unwrap_or_else(|| id.to_string()),
        "amount": amount,
        "invoice_period": period.to_string(),
        "preview": invoice.preview,
        "items": items,
        "generate": invoice.generate,
        "csv": invoice.csv,
        "summary": invoice.summary,
    });
    if invoice.preview {
        object["updated_at"] = json!(rfc3339(invoice.updated_at.unwrap_or(context.now)));
        return Ok(object.into());
    }
    let issued_at = invoice.issued_at.unwrap_or(period.end() + TimeDelta::hours(6));
    let entry = Invoice(&object).entry(&rfc3339(issued_at));
    Ok(BuiltObject { parts: vec![(&billing_history::KIND, entry)], ..object.into() })
}

fn total(items: &[Value]) -> Result<Decimal, String> {
    sum(items).ok_or_else(|| "items: an item has no amount, so the invoice needs its own `amount`".to_owned())
}

/// Sets a field. New items change the amount; a different amount has to be set after the items.
fn set(object: &mut Map<String, Value>, field: &str, value: Value) -> Result<(), String> {
    if field != "items" {
        return set_known(object, field, value);
    }
    let items: Vec<Map<String, Value>> = spec(value).map_err(|error| format!("items: {error}"))?;
    let period = Period::read(object["invoice_period"].as_str().unwrap_or_default())?;
    let items: Vec<Value> = items.into_iter().map(|item| completed(item, period)).collect();
    object["amount"] = json!(money(total(&items)?));
    object["items"] = json!(items);
    object["generate"] = Value::Null;
    Ok(())
}
