use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::billing::{CostLine, Invoice, InvoiceStatus};
use embedded_table::{CrashPoint, EmbeddedTable};
use store::{InvoiceWrite, PublishOutcome, Table, keys};

use super::records::{current, insert_invoice, invoice, lines, read, replace};
use crate::fixtures::{at, ttl_of};

fn header() -> Invoice {
    invoice("2026-10", "u1")
}

/// Publishes lines for the invoice as it is in the table now.
async fn publish_now(table: &Table, hash: &str, new: &[CostLine]) -> PublishOutcome {
    replace(table, &current(table, &header()).await, hash, new).await.unwrap()
}

/// Creates a table with an invoice that shows these lines.
async fn table_with_lines(lines: &[CostLine]) -> EmbeddedTable {
    let embedded = EmbeddedTable::start().await;
    insert_invoice(&embedded.table, &header()).await;
    assert!(matches!(publish_now(&embedded.table, "old", lines).await, PublishOutcome::Written(_)));
    embedded.requests.reset();
    embedded
}

async fn seen(table: &Table) -> Vec<CostLine> {
    read(table, &current(table, &header()).await, 60).await
}

/// Asserts that every stored page belongs to the published revision or has an expiry.
async fn assert_no_orphaned_pages(embedded: &EmbeddedTable) {
    let header = current(&embedded.table, &header()).await;
    assert_eq!((&header.staged_revision, &header.superseded_revisions), (&None, &BTreeSet::new()));
    let shown = format!("{} /", keys::lines_partition(&header.account, &header.uuid, header.lines.unwrap().revision));
    for item in embedded.dump().await.iter().filter(|item| item.starts_with("LINES#")) {
        assert_ne!(item.starts_with(&shown), item.contains("\"ttl\""), "{item}");
    }
}

#[tokio::test]
async fn lines_are_replaced_and_the_old_ones_end_after_a_day() {
    let (old, new) = (lines("old", 250), lines("new", 130));
    let embedded = table_with_lines(&old).await;
    let before = current(&embedded.table, &header()).await;
    let PublishOutcome::Written(after) = publish_now(&embedded.table, "new", &new).await else { panic!("stale") };
    assert_eq!(current(&embedded.table, &header()).await, *after);
    assert_eq!(seen(&embedded.table).await, new);
    assert_eq!((after.status, after.lines.as_ref().unwrap().counts.lines), (InvoiceStatus::Ingested, 130));
    assert_no_orphaned_pages(&embedded).await;
    let superseded = keys::lines(&before.account, &before.uuid, before.lines.as_ref().unwrap().revision, 2);
    assert_eq!(ttl_of(&embedded, &superseded).await, (at(5) + TimeDelta::days(1)).timestamp());
}

#[tokio::test]
async fn the_same_content_writes_nothing() {
    let embedded = table_with_lines(&lines("old", 250)).await;
    let before = embedded.dump().await;
    // The matches of the same content may have changed since; only the content decides.
    for again in [lines("old", 250), lines("matched otherwise", 250)] {
        let replaced = publish_now(&embedded.table, "old", &again).await;
        assert!(matches!(replaced, PublishOutcome::Unchanged(_)), "{replaced:?}");
    }
    assert_eq!(embedded.requests.counts().writes, 0);
    assert_eq!(embedded.dump().await, before);
}

#[tokio::test]
async fn a_crash_at_any_write_shows_one_complete_revision_and_is_recovered() {
    let (old, new) = (lines("old", 130), lines("new", 250));
    let undisturbed = table_with_lines(&old).await;
    publish_now(&undisturbed.table, "new", &new).await;
    let expected = undisturbed.dump().await;
    let writes = undisturbed.requests.counts().writes;
    assert_eq!(
        writes,
        1 + 3 + 1 + 2 + 1,
        "staged revision, pages, publication, page expiry, removal of the superseded revision"
    );
    for write in 1..=writes {
        for crash_point in [CrashPoint::Before(write), CrashPoint::After(write)] {
            let embedded = table_with_lines(&old).await;
            let (crashing, requests) = embedded.another_process();
            requests.crash_at(crash_point);
            let before = current(&crashing, &header()).await;
            replace(&crashing, &before, "new", &new).await.unwrap_err();
            assert!(requests.has_crashed(), "{crash_point:?}");
            let shown = write > 5 || crash_point == CrashPoint::After(5);
            assert_eq!(seen(&embedded.table).await, if shown { new.clone() } else { old.clone() }, "{crash_point:?}");
            publish_now(&embedded.table, "new", &new).await;
            assert_eq!(embedded.dump().await, expected, "{crash_point:?}");
        }
    }
}

#[tokio::test]
async fn existing_pages_are_not_written_again() {
    let new = lines("new", 350);
    for written in 0..=4 {
        let embedded = EmbeddedTable::start().await;
        insert_invoice(&embedded.table, &header()).await;
        let (crashing, requests) = embedded.another_process();
        requests.crash_at(CrashPoint::Before(1 + written + 1));
        replace(&crashing, &header(), "new", &new).await.unwrap_err();
        embedded.requests.reset();
        publish_now(&embedded.table, "new", &new).await;
        assert_eq!(embedded.requests.counts().writes, 4 - written + 1, "{written} pages were written before the crash");
        assert_eq!(seen(&embedded.table).await, new);
    }
}

#[tokio::test]
async fn revisions_left_by_a_crash_are_expired_by_the_next_run_with_the_same_content() {
    let embedded = table_with_lines(&lines("old", 130)).await;
    let (crashing, requests) = embedded.another_process();
    requests.crash_at(CrashPoint::After(3));
    let before = current(&crashing, &header()).await;
    let new = lines("new", 1);
    replace(&crashing, &before, "new", &new).await.unwrap_err();
    assert_eq!(current(&embedded.table, &header()).await.superseded_revisions.len(), 1);
    assert!(matches!(publish_now(&embedded.table, "new", &new).await, PublishOutcome::Unchanged(_)));
    assert_no_orphaned_pages(&embedded).await;
    embedded.requests.reset();
    assert!(matches!(publish_now(&embedded.table, "new", &new).await, PublishOutcome::Unchanged(_)));
    assert_eq!(embedded.requests.counts().writes, 0);
}

#[tokio::test]
async fn a_reader_continues_in_the_old_revision_or_starts_again() {
    let (old, new) = (lines("old", 250), lines("new", 250));
    let embedded = table_with_lines(&old).await;
    let before = current(&embedded.table, &header()).await;
    let first = embedded.table.lines(&before, None, 60).await.unwrap().unwrap();
    publish_now(&embedded.table, "new", &new).await;
    assert_eq!(
        read(&embedded.table, &before, 60).await,
        old,
        "a reader with the old header continues in the old revision"
    );
    let after = current(&embedded.table, &header()).await;
    assert_eq!(
        embedded.table.lines(&after, first.next.as_ref(), 60).await.unwrap(),
        None,
        "a cursor of the old revision is refused"
    );
    assert_eq!(read(&embedded.table, &after, 60).await, new);
}

#[tokio::test]
async fn a_reader_never_sees_a_mixture_of_two_revisions() {
    let sets = [lines("a", 250), lines("b", 120)];
    let embedded = table_with_lines(&sets[0]).await;
    let (table, _) = embedded.another_process();
    let writing = async {
        for (hash, set) in ["1", "2", "3", "4"].into_iter().zip([1, 0, 1, 0]) {
            publish_now(&embedded.table, hash, &sets[set]).await;
        }
    };
    let mut reads = 0;
    let reading = async {
        loop {
            let lines = seen(&table).await;
            assert!(sets.contains(&lines), "{} lines", lines.len());
            reads += 1;
        }
    };
    tokio::select! { () = writing => {}, () = reading => {} }
    assert!(reads > 4, "{reads}");
}

#[tokio::test]
async fn a_staged_revision_of_other_lines_is_abandoned() {
    let other = lines("other", 250);
    let mut matched = other.clone();
    matched[200].charge.project_name = None;
    let old = lines("old", 130);
    // The new lines have other content, the same content with other matches, or the content that is
    // shown already.
    for (hash, next) in [("new", lines("new", 150)), ("other", matched), ("old", old.clone())] {
        let embedded = table_with_lines(&old).await;
        let (crashing, requests) = embedded.another_process();
        requests.crash_at(CrashPoint::After(3));
        let before = current(&crashing, &header()).await;
        replace(&crashing, &before, "other", &other).await.unwrap_err();
        publish_now(&embedded.table, hash, &next).await;
        assert_eq!(seen(&embedded.table).await, next, "{hash}");
        assert_no_orphaned_pages(&embedded).await;
        // A later revision never uses the pages of the abandoned one.
        let last = lines("last", 250);
        publish_now(&embedded.table, "last", &last).await;
        assert_eq!(seen(&embedded.table).await, last, "{hash}");
        assert_no_orphaned_pages(&embedded).await;
    }
}

#[tokio::test]
async fn an_overtaken_writer_stops_writing_pages() {
    let (slow, quick) = (lines("slow", 1200), lines("quick", 150));
    let embedded = table_with_lines(&lines("old", 1)).await;
    let (overtaking, _) = embedded.another_process();
    let before = current(&embedded.table, &header()).await;
    let overtaken = replace(&embedded.table, &before, "slow", &slow);
    let overtake = async {
        while current(&overtaking, &before).await.staged_revision.is_none() {}
        publish_now(&overtaking, "quick", &quick).await
    };
    let (overtaken, overtook) = tokio::join!(overtaken, overtake);
    assert!(matches!(overtook, PublishOutcome::Written(_)), "{overtook:?}");
    assert!(matches!(overtaken.unwrap(), PublishOutcome::Stale(Some(_))));
    assert_eq!(seen(&embedded.table).await, quick);
    assert_no_orphaned_pages(&embedded).await;
}

#[tokio::test]
async fn the_invoice_header_follows() {
    let cases = [
        (InvoiceStatus::Pending, InvoiceStatus::Ingested),
        (InvoiceStatus::Failed, InvoiceStatus::Ingested),
        (InvoiceStatus::Open, InvoiceStatus::Open),
    ];
    for (before, after) in cases {
        for hash in ["old", "new"] {
            let embedded = table_with_lines(&lines("old", 1)).await;
            let was = current(&embedded.table, &header()).await;
            let error = Some("The CSV ended early.".to_owned());
            let invoice = Invoice { status: before, error, version: was.version + 1, ..was.clone() };
            let write = InvoiceWrite { before: Some(was.version), invoice };
            embedded.table.commit_invoice(&write).await.unwrap();
            publish_now(&embedded.table, hash, &lines("new", 1)).await;
            let now = current(&embedded.table, &header()).await;
            assert_eq!((now.status, now.error), (after, None), "{before:?}, {hash}");
        }
    }
}
