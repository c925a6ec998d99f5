use domain::billing::{CostLine, Invoice, InvoiceStatus, MatchCounts};
use embedded_table::{CrashPoint, EmbeddedTable};
use store::{InvoiceCommitOutcome, InvoiceWrite, LineSetBuilder, NewRevision, PublishOutcome, Table, keys};

use super::records::{BALANCED, current, dollars, insert_invoice, invoice, lines, read, replace};
use crate::fixtures::{at, demo, ttl_of};

fn real() -> Invoice {
    invoice("2026-10", "real")
}

fn preview() -> Invoice {
    Invoice { status: InvoiceStatus::Open, amount: dollars(777), ..invoice("2026-10", "so-far") }
}

/// Creates a month whose preview is published, and whose invoice is registered but not ingested.
async fn table_with_preview(shown: &[CostLine]) -> EmbeddedTable {
    let embedded = EmbeddedTable::start().await;
    insert_invoice(&embedded.table, &preview()).await;
    replace(&embedded.table, &preview(), "so far", shown).await.unwrap();
    insert_invoice(&embedded.table, &real()).await;
    embedded.requests.reset();
    embedded
}

async fn of_month(table: &Table) -> Vec<Invoice> {
    table.invoices_in(&demo(), real().period).await.unwrap()
}

/// Publishes the invoice in place of the preview; both are read from the table first.
async fn promote(table: &Table, new: &[CostLine]) -> Result<PublishOutcome, store::Error> {
    let mut line_set = LineSetBuilder::default();
    new.iter().try_for_each(|line| line_set.push(line))?;
    let counts = MatchCounts { lines: u32::try_from(new.len()).unwrap(), ..MatchCounts::default() };
    let new = NewRevision { content_hash: "real", lines: &line_set, counts, tie_out: &BALANCED, at: at(5) };
    let of_month = table.invoices_in(&demo(), real().period).await?;
    let invoice = of_month.iter().find(|invoice| invoice.uuid == real().uuid).unwrap();
    let preview = of_month.iter().find(|invoice| invoice.status == InvoiceStatus::Open);
    table.publish_revision(invoice, &new, preview).await
}

#[tokio::test]
async fn the_invoice_replaces_the_preview_in_one_write() {
    let (so_far, lines) = (lines("so-far", 130), lines("real", 250));
    let embedded = table_with_preview(&so_far).await;
    let held = current(&embedded.table, &preview()).await;
    assert!(matches!(promote(&embedded.table, &lines).await.unwrap(), PublishOutcome::Written(_)));
    let [now] = &of_month(&embedded.table).await[..] else { panic!("expected exactly one invoice") };
    assert_eq!((now.status, now.preview_amount), (InvoiceStatus::Ingested, Some(dollars(777))));
    assert_eq!(read(&embedded.table, now, 60).await, lines);
    assert_eq!(
        read(&embedded.table, &held, 60).await,
        so_far,
        "a reader that holds the preview can continue for a day"
    );
    let page = keys::lines(&held.account, &held.uuid, held.lines.as_ref().unwrap().revision, 1);
    assert_eq!(ttl_of(&embedded, &page).await, (at(5) + chrono::TimeDelta::days(1)).timestamp());
}

#[tokio::test]
async fn a_crash_at_any_write_shows_the_month_once_and_is_recovered() {
    let (so_far, lines) = (lines("so-far", 130), lines("real", 150));
    let undisturbed = table_with_preview(&so_far).await;
    promote(&undisturbed.table, &lines).await.unwrap();
    let (expected, writes) = (undisturbed.dump().await, undisturbed.requests.counts().writes);
    assert_eq!(writes, 1 + 2 + 2 + 1, "staged revision, pages, expiry of the preview's pages, publication");
    for write in 1..=writes {
        for crash_point in [CrashPoint::Before(write), CrashPoint::After(write)] {
            let embedded = table_with_preview(&so_far).await;
            let (crashing, requests) = embedded.another_process();
            requests.crash_at(crash_point);
            promote(&crashing, &lines).await.unwrap_err();
            assert!(requests.has_crashed(), "{crash_point:?}");
            let mut shown = of_month(&embedded.table).await;
            shown.retain(|invoice| invoice.lines.is_some());
            let [shown] = &shown[..] else { panic!("{crash_point:?}: {} invoices", shown.len()) };
            let expected_lines = if shown.uuid == real().uuid { &lines } else { &so_far };
            assert_eq!(&read(&embedded.table, shown, 60).await, expected_lines, "{crash_point:?}");
            promote(&embedded.table, &lines).await.unwrap();
            assert_eq!(embedded.dump().await, expected, "{crash_point:?}");
        }
    }
}

#[tokio::test]
async fn a_preview_that_changed_meanwhile_makes_the_promotion_stale() {
    let embedded = table_with_preview(&lines("so-far", 1)).await;
    let stale = current(&embedded.table, &preview()).await;
    let newer = Invoice { amount: dollars(888), version: stale.version + 1, ..stale.clone() };
    let write = InvoiceWrite { before: Some(stale.version), invoice: newer.clone() };
    assert_eq!(embedded.table.commit_invoice(&write).await.unwrap(), InvoiceCommitOutcome::Written);
    assert!(!embedded.table.delete_preview(&stale, at(5)).await.unwrap());
    let mut line_set = LineSetBuilder::default();
    line_set.push(&lines("real", 1)[0]).unwrap();
    let new = NewRevision {
        content_hash: "real",
        lines: &line_set,
        counts: MatchCounts::default(),
        tie_out: &BALANCED,
        at: at(5),
    };
    let replaced = embedded.table.publish_revision(&real(), &new, Some(&stale)).await.unwrap();
    assert!(matches!(replaced, PublishOutcome::Stale(Some(_))), "{replaced:?}");
    assert_eq!(of_month(&embedded.table).await.len(), 2);
    promote(&embedded.table, &lines("real", 1)).await.unwrap();
    let [now] = &of_month(&embedded.table).await[..] else { panic!("expected exactly one invoice") };
    assert_eq!(now.preview_amount, Some(dollars(888)));
}

#[tokio::test]
async fn a_preview_can_be_deleted_separately_with_its_staged_revisions_and_twice() {
    let embedded = table_with_preview(&lines("so-far", 130)).await;
    let (crashing, requests) = embedded.another_process();
    requests.crash_at(CrashPoint::After(2));
    replace(&crashing, &current(&embedded.table, &preview()).await, "later", &lines("later", 130)).await.unwrap_err();
    let left = current(&embedded.table, &preview()).await;
    assert!(left.staged_revision.is_some());
    assert!(embedded.table.delete_preview(&left, at(9)).await.unwrap());
    assert!(embedded.table.delete_preview(&left, at(9)).await.unwrap());
    assert_eq!(of_month(&embedded.table).await, [real()]);
    let pages: Vec<String> = embedded.dump().await.into_iter().filter(|item| item.starts_with("LINES#")).collect();
    assert_eq!(pages.len(), 3);
    assert!(pages.iter().all(|page| page.contains("\"ttl\"")), "{pages:?}");
}
