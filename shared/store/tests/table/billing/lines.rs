use aws_sdk_dynamodb::types::AttributeValue;
use domain::billing::{CostLine, Invoice};
use embedded_table::{EmbeddedTable, TABLE_NAME};
use store::{Error, LinePage, PublishOutcome, keys};

use super::records::{current, insert_invoice, invoice, lines, read, replace};
use crate::fixtures::keys_of;

/// An invoice that shows these lines.
async fn showing(lines: &[CostLine]) -> (EmbeddedTable, Invoice) {
    let embedded = EmbeddedTable::start().await;
    let head = invoice("2026-10", "u1");
    insert_invoice(&embedded.table, &head).await;
    let replaced = replace(&embedded.table, &head, "h1", lines).await.unwrap();
    let PublishOutcome::Written(head) = replaced else { panic!("{replaced:?}") };
    (embedded, *head)
}

#[tokio::test]
async fn every_line_is_on_exactly_one_page() {
    for count in [0, 1, 100, 101, 250] {
        let lines = lines("web", count);
        let (embedded, head) = showing(&lines).await;
        assert_eq!(current(&embedded.table, &head).await, head);
        let items = keys_of(&embedded).await;
        assert_eq!(items.len() - 1, (count as usize).div_ceil(100).max(1), "{items:?}");
        for limit in [23, 100, 101, 199, 1000] {
            assert_eq!(read(&embedded.table, &head, limit).await, lines, "{count} lines, {limit} at a time");
        }
    }
}

#[tokio::test]
async fn an_invoice_without_lines_has_none_to_read() {
    let embedded = EmbeddedTable::start().await;
    let page = embedded.table.lines(&invoice("2026-10", "u1"), None, 10).await.unwrap();
    assert_eq!(page, Some(LinePage { lines: Vec::new(), next: None }));
}

#[tokio::test]
async fn long_lines_make_short_pages() {
    let (embedded, head) = showing(&lines(&"y".repeat(9_000), 250)).await;
    let sizes: Vec<usize> = embedded.dump().await.iter().map(String::len).collect();
    assert!(sizes.iter().all(|size| *size < 200_000), "{sizes:?}");
    // More than DynamoDB gives in one answer.
    assert!(sizes.iter().sum::<usize>() > 2_000_000, "{sizes:?}");
    assert_eq!(read(&embedded.table, &head, 1000).await.len(), 250);
}

#[tokio::test]
async fn a_page_that_is_missing_is_an_error_and_not_the_end() {
    for page in 0..3 {
        let (embedded, head) = showing(&lines("web", 250)).await;
        let key = keys::lines(&head.account, &head.uuid, head.lines.as_ref().unwrap().revision, page);
        let delete = embedded.client.delete_item().table_name(TABLE_NAME);
        let delete = delete.key("pk", AttributeValue::S(key.pk.clone())).key("sk", AttributeValue::S(key.sk.clone()));
        delete.send().await.unwrap();
        let mut from = None;
        let error = loop {
            match embedded.table.lines(&head, from, 250).await {
                Ok(page) => from = Some(page.unwrap().next.expect("a set that lacks a page does not end")),
                Err(error) => break error,
            }
        };
        assert!(matches!(&error, Error::Missing { key: missing } if *missing == key.to_string()), "{error}");
    }
}

#[tokio::test]
async fn of_those_wanted_every_line_is_on_exactly_one_page() {
    let all = lines("web", 2_150);
    let (embedded, head) = showing(&all).await;
    for every in [1, 7, 100, 3_000] {
        let wanted = |line: &CostLine| line.line.is_multiple_of(every);
        let expected: Vec<CostLine> = all.iter().filter(|line| wanted(line)).cloned().collect();
        for limit in [3, 100, 5_000] {
            let (mut seen, mut from) = (Vec::new(), None);
            loop {
                let page = embedded.table.filtered_lines(&head, from, limit, wanted).await.unwrap().unwrap();
                assert!(page.lines.len() <= limit);
                seen.extend(page.lines);
                from = page.next;
                if from.is_none() {
                    break;
                }
            }
            assert_eq!(seen, expected, "one in {every}, {limit} at a time");
        }
    }
}
