//! Billing records for the tests, and the invoice as readers see it.

use domain::InvoiceUuid;
use domain::billing::{
    BalanceSnapshot, Charge, CostKind, CostLine, EntryType, HistoryEntry, Invoice, InvoiceStatus, ItemId, MatchCounts,
    MatchOutcome, Period, TieOut, TieOutStatus, UnmatchedReason,
};
use domain::{Kind, Money};
use rust_decimal::Decimal;
use store::{Error, InvoiceCommitOutcome, InvoiceWrite, LineSetBuilder, NewRevision, PublishOutcome, Table};

use crate::fixtures::{at, demo};

pub(super) static BALANCED: TieOut =
    TieOut { status: TieOutStatus::Balanced, differences: Vec::new(), missing: Vec::new() };

pub(super) fn dollars(cents: i64) -> Money {
    Money::usd(Decimal::new(cents, 2))
}

pub(super) fn balance(minutes: i64, cents: i64) -> BalanceSnapshot {
    BalanceSnapshot {
        account: demo(),
        at: at(minutes),
        generated_at: at(minutes - 60),
        month_to_date_balance: dollars(cents),
        account_balance: dollars(-cents),
        month_to_date_usage: dollars(2 * cents),
    }
}

pub(super) fn entry(minutes: i64, description: &str) -> HistoryEntry {
    HistoryEntry {
        account: demo(),
        date: at(minutes),
        entry_type: EntryType("Payment".to_owned()),
        description: description.to_owned(),
        amount: dollars(-1234),
        invoice_id: None,
        invoice_uuid: None,
    }
}

pub(super) fn invoice(month: &str, uuid: &str) -> Invoice {
    Invoice {
        account: demo(),
        uuid: InvoiceUuid::new(uuid).unwrap(),
        invoice_id: None,
        period: Period::new(month).unwrap(),
        amount: dollars(12345),
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

/// Returns `count` lines; `word` is part of each.
pub(super) fn lines(word: &str, count: u32) -> Vec<CostLine> {
    let line = |line: u32| CostLine {
        line,
        kind: CostKind::Known(Kind::from_static("droplet")),
        charge: Charge {
            product: "Droplets".to_owned(),
            group_description: None,
            description: format!("{word}-{line} (s-1vcpu-1gb)"),
            hours: Some(Decimal::from(line)),
            start: Some(at(0)),
            end: Some(at(60)),
            amount: dollars(line.into()),
            project_name: Some("Shop".to_owned()),
            category: Some("iaas".to_owned()),
        },
        item: ItemId::default(),
        outcome: MatchOutcome::Unmatched(UnmatchedReason::NameVariance),
    };
    (1..=count).map(line).collect()
}

/// Publishes these lines for the invoice as it was read. The content hash is arbitrary.
pub(super) async fn replace(
    table: &Table,
    was: &Invoice,
    content_hash: &str,
    lines: &[CostLine],
) -> Result<PublishOutcome, Error> {
    let mut line_set = LineSetBuilder::default();
    lines.iter().try_for_each(|line| line_set.push(line))?;
    let count = u32::try_from(lines.len()).unwrap();
    let counts = MatchCounts { lines: count, matched: 0, explained: count };
    let new = NewRevision { content_hash, lines: &line_set, counts, tie_out: &BALANCED, at: at(5) };
    table.publish_revision(was, &new, None).await
}

/// Writes the header of a new invoice.
pub(super) async fn insert_invoice(table: &Table, invoice: &Invoice) {
    let write = InvoiceWrite { before: None, invoice: invoice.clone() };
    assert_eq!(table.commit_invoice(&write).await.unwrap(), InvoiceCommitOutcome::Written);
}

/// Reads the current header of the invoice.
pub(super) async fn current(table: &Table, invoice: &Invoice) -> Invoice {
    table.invoice(&invoice.account, invoice.period, &invoice.uuid).await.unwrap().expect("the invoice exists")
}

/// Reads all lines that this header leads to, in pages of `limit`.
pub(super) async fn read(table: &Table, invoice: &Invoice, limit: usize) -> Vec<CostLine> {
    let (mut seen, mut from) = (Vec::new(), None);
    loop {
        let page =
            table.lines(invoice, from.as_ref(), limit).await.unwrap().expect("the position belongs to this revision");
        assert!(page.items.len() <= limit);
        seen.extend(page.items);
        from = page.next;
        if from.is_none() {
            return seen;
        }
    }
}
