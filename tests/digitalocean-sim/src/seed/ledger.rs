//! The billing of the demo account. `seeds/billing/ledger.json` says which resources a company had
//! at which time; the invoices, payments and balance are computed from it. One invoice, that of
//! April 2026, was written by hand.

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::billing::{Period, amount_of, mix64, money};
use crate::clock::rfc3339;
use crate::endpoints::{billing_history, invoices};
use crate::model::kind::{BuildContext, Kind};
use crate::model::profile::Profile;

/// All objects of the ledger, each with its kind.
pub(crate) type Billed = Vec<(&'static Kind, Arc<Value>)>;

/// Returns the billing objects of the ledger, computed on the first call.
pub(crate) fn billed() -> Result<&'static Billed, String> {
    static BILLED: OnceLock<Result<Billed, String>> = OnceLock::new();
    BILLED.get_or_init(compute).as_ref().map_err(Clone::clone)
}

fn compute() -> Result<Billed, String> {
    let ledger: Ledger = serde_json::from_str(include_str!("../../seeds/billing/ledger.json"))
        .map_err(|error| format!("seeds/billing/ledger.json: {error}"))?;
    let mut builder = LedgerBuilder::default();
    let mut entries = ledger.entries.iter().peekable();
    let mut period = ledger.first;
    while period < ledger.preview.period {
        let items = ledger.month(period, period.end());
        if !items.is_empty() {
            let issued_at = issue_time(period);
            while let Some(entry) = entries.next_if(|entry| entry.date <= issued_at) {
                builder.enter(entry)?;
            }
            builder.bill(if period == Period::read("2026-04")? {
                april()?
            } else {
                json!({ "invoice_period": period.to_string(), "issued_at": issued_at, "items": items })
            })?;
            builder.pay(issued_at + TimeDelta::minutes(1571))?;
        }
        period = period.next();
    }
    entries.try_for_each(|entry| builder.enter(entry))?;
    let Preview { period, updated_at, until } = ledger.preview;
    builder.bill(json!({
        "preview": true, "invoice_period": period.to_string(), "updated_at": updated_at, "items": ledger.month(period, until),
    }))?;
    Ok(builder.objects)
}

/// The invoice that was written by hand, with the date of its history entry.
fn april() -> Result<Value, String> {
    let read =
        |text: &str| serde_json::from_str::<Value>(text).map_err(|error| format!("seeds/billing/april-2026: {error}"));
    let mut invoice = read(include_str!("../../seeds/billing/april-2026/invoice.json"))?;
    invoice["issued_at"] = read(include_str!("../../seeds/billing/april-2026/history.json"))?["date"].take();
    invoice["items"] = read(include_str!("../../seeds/billing/april-2026/items.json"))?["invoice_items"].take();
    invoice["summary"] = read(include_str!("../../seeds/billing/april-2026/summary.json"))?;
    invoice["csv"] = json!(include_str!("../../seeds/billing/april-2026/invoice.csv"));
    Ok(invoice)
}

/// The time at which a month is invoiced: between 06:00 and 07:00 UTC on the first day of the
/// following month.
fn issue_time(period: Period) -> DateTime<Utc> {
    let seconds = mix64(period.number().unsigned_abs()) % 3600;
    period.end() + TimeDelta::hours(6) + TimeDelta::seconds(i64::try_from(seconds).unwrap_or(0))
}

/// Objects, balance and entry count while the months are computed one after the other.
#[derive(Default)]
struct LedgerBuilder {
    objects: Billed,
    balance: Decimal,
    entries: usize,
}

impl LedgerBuilder {
    fn bill(&mut self, invoice: Value) -> Result<(), String> {
        let (now, profile, mut next_id) = (DateTime::UNIX_EPOCH, Profile::default(), 0);
        let built = invoices::build(invoice, &mut BuildContext { now, profile: &profile, next_id: &mut next_id })?;
        self.objects.push((&invoices::KIND, Arc::new(built.object)));
        for (kind, entry) in built.parts {
            self.balance += amount_of(&entry).unwrap_or_default();
            self.objects.push((kind, Arc::new(entry)));
        }
        Ok(())
    }

    fn enter(&mut self, entry: &Entry) -> Result<(), String> {
        let Entry { date, entry_type, description, amount } = entry;
        self.entries += 1;
        let id = format!("entry-{}", self.entries);
        let seed =
            json!({ "id": id, "date": date, "type": entry_type, "description": description, "amount": money(*amount) });
        self.balance += amount;
        self.objects.push((&billing_history::KIND, Arc::new(billing_history::object(seed)?)));
        Ok(())
    }

    /// Pays the open balance. The payment is entered about a day after the invoice.
    fn pay(&mut self, date: DateTime<Utc>) -> Result<(), String> {
        if self.balance <= Decimal::ZERO {
            return Ok(());
        }
        let card = if date < Period::read("2019-01")?.start() { "MC 2018" } else { "Visa 4242" };
        let (entry_type, description) = ("Payment".to_owned(), format!("Payment ({card})"));
        self.enter(&Entry { date, entry_type, description, amount: -self.balance })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ledger {
    /// First month that the ledger covers.
    first: Period,
    preview: Preview,
    taxes: Vec<Tax>,
    /// Entries of the billing history that are neither invoices nor payments, in the order of their
    /// times.
    entries: Vec<Entry>,
    holdings: Vec<Holding>,
}

/// The current month, used up to the time `until`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Preview {
    period: Period,
    updated_at: DateTime<Utc>,
    until: DateTime<Utc>,
}

/// A tax on all items, valid from a month until the next tax begins.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tax {
    name: String,
    percent: Decimal,
    from: Period,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    date: DateTime<Utc>,
    #[serde(rename = "type")]
    entry_type: String,
    description: String,
    amount: Decimal,
}

/// A resource that the company had from a time on, until `to` if it is set.
#[derive(Deserialize)]
struct Holding {
    rate: Rate,
    from: DateTime<Utc>,
    #[serde(default)]
    to: Option<DateTime<Utc>>,
    /// Fields that every item of the resource has.
    #[serde(flatten)]
    item: Map<String, Value>,
}

/// The price of a resource in US dollars, and how it is counted.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Rate {
    /// Price of a month, reached after 672 hours
    /// (<https://docs.digitalocean.com/products/droplets/details/pricing/>).
    Monthly(Decimal),
    /// Price of an hour, without a monthly limit.
    Hourly(Decimal),
    /// Price of a backup, of which there is one a week.
    Weekly(Decimal),
    /// Price of any part of a month.
    Flat(Decimal),
    /// An amount that is credited and has no hours.
    Credit(Decimal),
}

impl Ledger {
    /// The items of a month up to a time. The tax comes first and the oldest holding comes last.
    fn month(&self, period: Period, until: DateTime<Utc>) -> Vec<Value> {
        let mut items: Vec<Value> = self.holdings.iter().filter_map(|holding| holding.month(period, until)).collect();
        let base: Decimal = items.iter().filter_map(amount_of).sum();
        let tax = self.taxes.iter().rev().find(|tax| tax.from <= period);
        if let Some(Tax { name, percent, .. }) = tax.filter(|_| base > Decimal::ZERO) {
            let amount = cents(base * percent / Decimal::ONE_HUNDRED);
            items.push(json!({ "product": "Taxes", "description": format!("{name} ({percent}%)"), "amount": amount }));
        }
        items.reverse();
        items
    }
}

impl Holding {
    fn month(&self, period: Period, until: DateTime<Utc>) -> Option<Value> {
        let from = self.from.max(period.start());
        let to = self.to.unwrap_or(until).min(until);
        let (hours, weeks) = ((to - from).num_hours(), (to - from).num_weeks());
        let (amount, duration) = match self.rate {
            _ if from >= to => return None,
            Rate::Monthly(price) => (price * Decimal::from(hours.min(672)) / Decimal::from(672), hours),
            Rate::Hourly(price) => (price * Decimal::from(hours), hours),
            Rate::Weekly(_) if weeks == 0 => return None,
            Rate::Weekly(price) => (price * Decimal::from(weeks), weeks),
            Rate::Flat(price) => (price, hours),
            Rate::Credit(amount) => (amount, 0),
        };
        let mut item = self.item.clone();
        item.insert("amount".to_owned(), json!(cents(amount)));
        if duration > 0 {
            item.insert("duration".to_owned(), json!(duration.to_string()));
            item.insert("start_time".to_owned(), json!(rfc3339(from)));
            item.insert("end_time".to_owned(), json!(rfc3339(to)));
        }
        // Projects did not exist before, so no item was in one.
        if period < Period::read("2018-10").ok()? {
            item.remove("project_name");
        }
        Some(Value::Object(item))
    }
}

fn cents(amount: Decimal) -> String {
    money(amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
}
