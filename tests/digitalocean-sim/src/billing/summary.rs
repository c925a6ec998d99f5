//! The summary of an invoice (OpenAPI `schemas/invoice_summary`).

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::item::{is_credit, is_tax};
use super::lines::Lines;
use super::{amount_of, money};
use crate::model::profile::Profile;

/// The sums of a summary.
#[derive(Default)]
struct Parts {
    /// Name, sum and number of items of each product, in the order of their first items.
    products: Vec<(String, Decimal, usize)>,
    overages: Decimal,
    taxes: Decimal,
    credits: Decimal,
}

impl Parts {
    fn add(&mut self, product: &str, amount: Decimal) {
        if is_tax(product) {
            self.taxes += amount;
        } else if is_credit(product) {
            self.credits += amount;
        } else if product == "Overages" {
            self.overages += amount;
        } else if let Some((_, sum, count)) = self.products.iter_mut().find(|(name, ..)| name == product) {
            (*sum, *count) = (*sum + amount, *count + 1);
        } else {
            self.products.push((product.to_owned(), amount, 1));
        }
    }
}

/// Computes the summary of a stored invoice from its lines.
pub(super) fn of(invoice: &Value, lines: &Lines<'_>, profile: &Profile) -> Value {
    let mut parts = Parts::default();
    match lines {
        Lines::Given(items) => items.iter().for_each(|item| {
            parts.add(item["product"].as_str().unwrap_or_default(), amount_of(item).unwrap_or_default());
        }),
        Lines::Generated(generated) => (0..generated.lines).for_each(|index| {
            let line = generated.line(index);
            parts.add(line.product(), line.amount());
        }),
    }
    let Parts { products, overages, taxes, credits } = parts;
    let charges: Decimal = products.iter().map(|(_, sum, _)| sum).sum();
    let item = |(name, sum, count): &(String, Decimal, usize)| json!({ "name": name, "amount": money(*sum), "count": count.to_string() });
    let part = |name: &str, amount| json!({ "name": name, "amount": money(amount) });
    json!({
        "invoice_uuid": invoice["invoice_uuid"],
        "invoice_id": invoice["invoice_id"],
        "billing_period": invoice["invoice_period"],
        "amount": invoice["amount"],
        "user_name": profile.name,
        "user_billing_address": {
            "address_line1": "1 Example Quay", "city": "Singapore", "region": "SG", "postal_code": "000000",
            "country_iso2_code": "SG", "created_at": "2023-11-20T09:00:00.000+00:00", "updated_at": "2023-11-20T09:00:00.000+00:00",
        },
        "user_company": profile.team_name,
        "user_email": profile.email,
        "product_charges": {
            "name": "Product usage charges", "amount": money(charges), "items": products.iter().map(item).collect::<Vec<_>>(),
        },
        "overages": part("Overages", overages),
        "taxes": part("Taxes", taxes),
        "credits_and_adjustments": part("Credits & adjustments", credits),
    })
}
