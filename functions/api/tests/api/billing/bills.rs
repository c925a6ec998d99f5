//! Billing test data, written to the table as the workers write it.

use chrono::{DateTime, Utc};
use domain::billing::{
    AmountSource, BalanceSnapshot, Charge, Confidence, CostKind, CostLine, Difference, EntryType, Existence,
    HistoryEntry, Invoice, InvoiceStatus, ItemId, Match, MatchMethod, MatchOutcome, MatchedResource, Period, TieOut,
    TieOutStatus, UnmatchedReason,
};
use domain::{InvoiceUuid, Kind, Money, ProviderId, SweepStatus};
use store::{InvoiceCommitOutcome, InvoiceWrite, LineSetBuilder, NewRevision, PublishOutcome, Table};

use crate::app::time;
use crate::seed;

/// The end of the last run of every billing worker.
pub(crate) const RAN_AT: &str = "2026-04-12T11:07:00Z";

pub(crate) fn dollars(amount: &str) -> Money {
    Money::usd(amount.parse().unwrap())
}

pub(crate) fn period(month: &str) -> Period {
    Period::new(month).unwrap()
}

/// Writes a run with this status for every billing worker of the account.
pub(crate) async fn workers_ran(table: &Table, account: &str, status: SweepStatus) {
    for worker in billing::WORKERS {
        seed::sweep(table, account, worker.sync_kind.as_str(), status, time(RAN_AT)).await;
    }
}

pub(crate) async fn balance(table: &Table, account: &str, at: DateTime<Utc>, usage: Money) {
    let balance = BalanceSnapshot {
        account: seed::account_id(account),
        at,
        generated_at: at,
        month_to_date_balance: Money::usd(usage.amount + dollars("5").amount),
        account_balance: dollars("5"),
        month_to_date_usage: usage,
    };
    assert!(table.put_balance(&balance).await.unwrap());
}

/// Builds a payment with a negative amount.
pub(crate) fn payment(account: &str, date: &str, amount: &str) -> HistoryEntry {
    HistoryEntry {
        account: seed::account_id(account),
        date: time(date),
        entry_type: EntryType("Payment".to_owned()),
        description: "Payment (MC 2018)".to_owned(),
        amount: dollars(amount),
        invoice_id: None,
        invoice_uuid: None,
    }
}

/// Builds an invoice whose lines were not read yet.
pub(crate) fn invoice(account: &str, month: &str, uuid: &str, amount: &str) -> Invoice {
    Invoice {
        account: seed::account_id(account),
        uuid: InvoiceUuid::new(uuid).unwrap(),
        invoice_id: Some(format!("number-of-{uuid}")),
        period: period(month),
        amount: dollars(amount),
        status: InvoiceStatus::Pending,
        updated_at: None,
        lines: None,
        staged_revision: None,
        superseded_revisions: std::collections::BTreeSet::new(),
        preview_amount: None,
        error: None,
        version: 1,
    }
}

/// Builds the preview of a month.
pub(crate) fn preview(account: &str, month: &str, uuid: &str, amount: &str, updated_at: &str) -> Invoice {
    let invoice = invoice(account, month, uuid, amount);
    Invoice { invoice_id: None, status: InvoiceStatus::Open, updated_at: Some(time(updated_at)), ..invoice }
}

/// Builds a line of this kind without an owner, for this reason.
pub(crate) fn line(line: u32, kind: &str, amount: &str, reason: UnmatchedReason) -> CostLine {
    CostLine {
        line,
        kind: CostKind::new(kind).unwrap(),
        charge: Charge {
            product: format!("product-of-{kind}"),
            group_description: None,
            description: format!("{kind}-{line} (s-1vcpu-1gb)"),
            hours: None,
            start: None,
            end: None,
            amount: dollars(amount),
            project_name: None,
            category: None,
        },
        item: ItemId::default(),
        outcome: MatchOutcome::Unmatched(reason),
    }
}

/// Builds a matched line of a droplet in a project.
pub(crate) fn droplet(number: u32, amount: &str, project: &str) -> CostLine {
    let mut owned = line(number, "droplet", amount, UnmatchedReason::NameVariance);
    owned.charge.project_name = Some(project.to_owned());
    owned.charge.hours = Some("240".parse().unwrap());
    owned.charge.start = Some(time("2026-04-01T00:00:00Z"));
    owned.charge.end = Some(time("2026-04-11T00:00:00Z"));
    owned.outcome = MatchOutcome::Matched(Match {
        resource: MatchedResource {
            kind: Kind::from_static("droplet"),
            provider_id: ProviderId::new(format!("40{number}")).unwrap(),
            name: format!("droplet-{number}"),
        },
        method: MatchMethod::Name,
        confidence: Confidence::percent(90),
        existence: Existence::Tombstone,
    });
    owned
}

pub(crate) const BALANCED: TieOut =
    TieOut { status: TieOutStatus::Balanced, differences: Vec::new(), missing: Vec::new() };

/// Builds a tie-out whose list of invoices differs from the lines by `difference`.
pub(crate) fn differs(amount: &str, difference: &str) -> TieOut {
    let difference =
        Difference { source: AmountSource::Invoice, amount: dollars(amount), difference: dollars(difference) };
    TieOut { status: TieOutStatus::Differs, differences: vec![difference], missing: Vec::new() }
}

pub(crate) async fn insert(table: &Table, invoice: &Invoice) {
    let write = InvoiceWrite { before: None, invoice: invoice.clone() };
    assert_eq!(table.commit_invoice(&write).await.unwrap(), InvoiceCommitOutcome::Written);
}

/// Publishes these lines for an invoice.
pub(crate) async fn show(table: &Table, invoice: &Invoice, lines: &[CostLine], tie_out: &TieOut) -> Invoice {
    let (mut draft, mut tally) = (LineSetBuilder::default(), billing::LineTally::default());
    lines.iter().for_each(|line| draft.push(line).unwrap());
    tally.extend(lines);
    let content_hash = format!("{}-{}", invoice.version, lines.len());
    let new = NewRevision {
        content_hash: &content_hash,
        lines: &draft,
        counts: tally.counts,
        tie_out,
        at: time("2026-04-12T02:30:00Z"),
    };
    match table.publish_revision(invoice, &new, None).await.unwrap() {
        PublishOutcome::Written(invoice) => *invoice,
        other => panic!("{other:?}"),
    }
}

/// Publishes these lines for an invoice with a balanced tie-out.
pub(crate) async fn ingested(table: &Table, invoice: &Invoice, lines: &[CostLine]) -> Invoice {
    insert(table, invoice).await;
    show(table, invoice, lines, &BALANCED).await
}

/// Creates all kinds of billing data in an account and returns the ids of its invoices.
pub(crate) async fn insert_all(table: &Table, account: &str) -> Vec<String> {
    workers_ran(table, account, SweepStatus::Complete).await;
    balance(table, account, time("2026-04-12T11:07:00Z"), dollars("40.25")).await;
    table.put_history(&[payment(account, "2026-04-02T10:00:00Z", "-86.92")]).await.unwrap();
    let march = invoice(account, "2026-03", &format!("march-of-{account}"), "86.92");
    let march = Invoice { preview_amount: Some(dollars("80.00")), ..march };
    let lines = [droplet(1, "80.00", "shop"), line(2, "tax", "6.92", UnmatchedReason::Tax)];
    ingested(table, &march, &lines).await;
    let april = preview(account, "2026-04", &format!("april-of-{account}"), "12.00", "2026-04-11T00:00:00Z");
    let lines = [droplet(1, "10.00", "shop"), line(2, "other:Quantum", "2.00", UnmatchedReason::UnknownProduct)];
    ingested(table, &april, &lines).await;
    vec![march.uuid.into(), april.uuid.into()]
}
