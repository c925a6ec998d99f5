//! Converts DigitalOcean's responses to the types of the domain.

use billing::Summary;
use chrono::{DateTime, Utc};
use digitalocean::{Balance, BillingHistoryEntry, InvoiceItem, InvoiceSummary};
use domain::billing::{BalanceSnapshot, Charge, EntryType, HistoryEntry, ItemId};
use domain::{AccountId, InvalidId, InvoiceUuid, Money, ProviderId};

/// Converts a balance that was requested at this time.
pub(crate) fn balance(account: &AccountId, at: DateTime<Utc>, balance: &Balance) -> BalanceSnapshot {
    BalanceSnapshot {
        account: account.clone(),
        at,
        generated_at: balance.generated_at,
        month_to_date_balance: Money::usd(balance.month_to_date_balance),
        account_balance: Money::usd(balance.account_balance),
        month_to_date_usage: Money::usd(balance.month_to_date_usage),
    }
}

/// Converts an entry of the billing history. An invalid invoice id is an error for the whole list,
/// because leaving the entry out would mean "not billed".
pub(crate) fn entry(account: &AccountId, entry: BillingHistoryEntry) -> Result<HistoryEntry, InvalidId> {
    Ok(HistoryEntry {
        account: account.clone(),
        date: domain::to_millis(entry.date),
        entry_type: EntryType(entry.entry_type.as_str().to_owned()),
        description: entry.description,
        amount: Money::usd(entry.amount),
        invoice_id: entry.invoice_id,
        invoice_uuid: entry.invoice_uuid.map(InvoiceUuid::new).transpose()?,
    })
}

/// Converts a JSON item to a charge and the ids that came with it. An invalid id is dropped,
/// because it cannot match any resource.
pub(crate) fn charge(item: InvoiceItem) -> (Charge, ItemId) {
    let id = |id: Option<String>| id.and_then(|id| ProviderId::new(id).ok());
    let ids = ItemId { resource_id: id(item.resource_id), resource_uuid: id(item.resource_uuid) };
    let in_hours = item.duration_unit.as_deref().is_none_or(|unit| unit.eq_ignore_ascii_case("hours"));
    let charge = Charge {
        product: item.product,
        group_description: item.group_description,
        description: item.description,
        hours: item.duration.filter(|_| in_hours),
        start: item.start_time,
        end: item.end_time,
        amount: Money::usd(item.amount),
        project_name: item.project_name,
        category: item.category,
    };
    (charge, ids)
}

/// Converts a summary. A part without an amount counts as zero; the tie-out compares the sum of the
/// parts with the lines and so detects a missing one.
pub(crate) fn summary(summary: &InvoiceSummary) -> Summary {
    Summary {
        amount: summary.amount,
        product_charges: summary.product_charges.amount.unwrap_or_default(),
        overages: summary.overages.amount.unwrap_or_default(),
        taxes: summary.taxes.amount.unwrap_or_default(),
        credits_and_adjustments: summary.credits_and_adjustments.amount.unwrap_or_default(),
    }
}
