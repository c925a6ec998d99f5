use domain::billing::{HistoryEntry, Period};
use domain::{AccountId, InvoiceUuid};
use embedded_table::{CrashPoint, EmbeddedTable};

use super::records::entry;
use crate::fixtures::demo;

/// A page as DigitalOcean gives it, newest first; two of its entries say the very same.
fn page() -> Vec<HistoryEntry> {
    vec![entry(9, "third"), entry(5, "twice"), entry(5, "twice"), entry(5, "other"), entry(1, "first")]
}

async fn read(embedded: &EmbeddedTable, limit: usize) -> Vec<HistoryEntry> {
    let (mut seen, mut after) = (Vec::new(), None::<String>);
    loop {
        let found = embedded.table.history(&demo(), after.as_deref(), limit).await.unwrap();
        assert!(found.items.len() <= limit);
        seen.extend(found.items);
        after = found.next;
        if after.is_none() {
            return seen;
        }
    }
}

fn told(entries: &[HistoryEntry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.description.as_str()).collect()
}

#[tokio::test]
async fn only_what_is_not_there_is_written() {
    let embedded = EmbeddedTable::start().await;
    embedded.requests.reset();
    assert_eq!(embedded.table.put_history(&page()).await.unwrap(), 5);
    assert_eq!(embedded.requests.counts().writes, 5);
    embedded.requests.reset();
    assert_eq!(embedded.table.put_history(&page()).await.unwrap(), 0);
    assert_eq!(embedded.requests.counts().writes, 0, "nothing the second time");
    assert_eq!(embedded.table.put_history(&[]).await.unwrap(), 0);
    // New entries push what was on one page to the next: one of the two that say the same is then on each.
    let shifted = [vec![entry(9, "fourth"), entry(9, "third"), entry(5, "twice")], page().split_off(2)];
    embedded.requests.reset();
    for page in &shifted {
        embedded.table.put_history(page).await.unwrap();
    }
    assert_eq!(embedded.requests.counts().writes, 1, "only the new one");
}

#[tokio::test]
async fn history_is_read_newest_first() {
    let embedded = EmbeddedTable::start().await;
    embedded.table.put_history(&page()).await.unwrap();
    let stranger = HistoryEntry { account: AccountId::new("demo2").unwrap(), ..entry(7, "of another account") };
    assert_eq!(embedded.table.put_history(&[stranger, entry(8, "second")]).await.unwrap(), 2);
    for limit in 1..8 {
        let seen = read(&embedded, limit).await;
        let mut same_time = told(&seen)[2..5].to_vec();
        same_time.sort_unstable();
        assert_eq!(same_time, ["other", "twice", "twice"], "{limit} at a time");
        assert_eq!((&told(&seen)[..2], &told(&seen)[5..]), (["third", "second"].as_slice(), ["first"].as_slice()));
    }
}

#[tokio::test]
async fn a_crash_at_any_write_leaves_what_is_completed_later() {
    let undisturbed = EmbeddedTable::start().await;
    undisturbed.table.put_history(&page()).await.unwrap();
    let expected = undisturbed.dump().await;
    for write in 1..=5 {
        for death in [CrashPoint::Before(write), CrashPoint::After(write)] {
            let embedded = EmbeddedTable::start().await;
            let (dying, requests) = embedded.another_process();
            requests.crash_at(death);
            dying.put_history(&page()).await.unwrap_err();
            embedded.table.put_history(&page()).await.unwrap();
            assert_eq!(embedded.dump().await, expected, "{death:?}");
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
    assert_eq!(told(&found), ["billed", "corrected"]);
    let after = Period::containing(month.end().date_naive());
    assert_eq!(embedded.table.history_of(&demo(), after, &uuid).await.unwrap(), []);
}
