use domain::billing::{HistoryEntry, Period};
use domain::{AccountId, InvoiceUuid};
use embedded_table::{CrashPoint, EmbeddedTable};
use store::Cursor;

use super::records::entry;
use crate::fixtures::demo;

/// A page as DigitalOcean returns it, newest first, with two identical entries.
fn page() -> Vec<HistoryEntry> {
    vec![entry(9, "third"), entry(5, "twice"), entry(5, "twice"), entry(5, "other"), entry(1, "first")]
}

async fn read(embedded: &EmbeddedTable, limit: usize) -> Vec<HistoryEntry> {
    let (mut seen, mut after) = (Vec::new(), None::<Cursor>);
    loop {
        let found = embedded.table.history(&[demo()], after.as_ref(), limit).await.unwrap();
        assert!(found.items.len() <= limit);
        seen.extend(found.items);
        after = found.next;
        if after.is_none() {
            return seen;
        }
    }
}

fn descriptions(entries: &[HistoryEntry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.description.as_str()).collect()
}

#[tokio::test]
async fn only_entries_that_are_not_stored_are_written() {
    let embedded = EmbeddedTable::start().await;
    embedded.requests.reset();
    assert_eq!(embedded.table.put_history(&page()).await.unwrap(), 5);
    assert_eq!(embedded.requests.counts().writes, 5);
    embedded.requests.reset();
    assert_eq!(embedded.table.put_history(&page()).await.unwrap(), 0);
    assert_eq!(embedded.requests.counts().writes, 0, "the second call writes nothing");
    assert_eq!(embedded.table.put_history(&[]).await.unwrap(), 0);
    // New entries push older ones to the next page. Each page then has one of the two identical
    // entries.
    let shifted = [vec![entry(9, "fourth"), entry(9, "third"), entry(5, "twice")], page().split_off(2)];
    embedded.requests.reset();
    for page in &shifted {
        embedded.table.put_history(page).await.unwrap();
    }
    assert_eq!(embedded.requests.counts().writes, 1, "only the new entry is written");
}

#[tokio::test]
async fn history_is_read_newest_first() {
    let embedded = EmbeddedTable::start().await;
    embedded.table.put_history(&page()).await.unwrap();
    let of_other_account = HistoryEntry { account: AccountId::new("demo2").unwrap(), ..entry(7, "of another account") };
    assert_eq!(embedded.table.put_history(&[of_other_account, entry(8, "second")]).await.unwrap(), 2);
    for limit in 1..8 {
        let seen = read(&embedded, limit).await;
        let mut same_time = descriptions(&seen)[2..5].to_vec();
        same_time.sort_unstable();
        assert_eq!(same_time, ["other", "twice", "twice"], "pages of {limit}");
        assert_eq!(
            (&descriptions(&seen)[..2], &descriptions(&seen)[5..]),
            (["third", "second"].as_slice(), ["first"].as_slice())
        );
    }
}

#[tokio::test]
async fn a_crash_at_any_write_leaves_what_is_completed_later() {
    let undisturbed = EmbeddedTable::start().await;
    undisturbed.table.put_history(&page()).await.unwrap();
    let expected = undisturbed.dump().await;
    for write in 1..=5 {
        for crash_point in [CrashPoint::Before(write), CrashPoint::After(write)] {
            let embedded = EmbeddedTable::start().await;
            let (crashing, requests) = embedded.another_process();
            requests.crash_at(crash_point);
            crashing.put_history(&page()).await.unwrap_err();
            embedded.table.put_history(&page()).await.unwrap();
            assert_eq!(embedded.dump().await, expected, "{crash_point:?}");
        }
    }
}

#[tokio::test]
async fn the_entries_of_an_invoice_are_found_from_its_month_on() {
    let embedded = EmbeddedTable::start().await;
    let uuid = InvoiceUuid::new("u1").unwrap();
    let of = |minutes, text: &str| HistoryEntry { invoice_uuid: Some(uuid.clone()), ..entry(minutes, text) };
    let other = HistoryEntry { invoice_uuid: InvoiceUuid::new("u2").ok(), ..entry(3, "another") };
    let page = [of(9, "corrected"), other, of(2, "billed"), entry(1, "paid")];
    embedded.table.put_history(&page).await.unwrap();
    let month = Period::containing(page[0].date.date_naive());
    let found = embedded.table.history_of(&demo(), month, &uuid).await.unwrap();
    assert_eq!(descriptions(&found), ["billed", "corrected"]);
    let after = Period::containing(month.end().date_naive());
    assert_eq!(embedded.table.history_of(&demo(), after, &uuid).await.unwrap(), []);
}
