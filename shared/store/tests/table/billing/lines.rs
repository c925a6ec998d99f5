use aws_sdk_dynamodb::types::AttributeValue;
use domain::billing::{CostLine, Invoice};
use embedded_table::{EmbeddedTable, TABLE_NAME};
use store::{Error, Page, PublishOutcome, keys};

use super::records::{current, insert_invoice, invoice, lines, read, replace};
use crate::fixtures::keys_of;

/// Creates a table with an invoice that shows these lines.
async fn table_with_lines(lines: &[CostLine]) -> (EmbeddedTable, Invoice) {
    let embedded = EmbeddedTable::start().await;
    let header = invoice("2026-10", "u1");
    insert_invoice(&embedded.table, &header).await;
    let replaced = replace(&embedded.table, &header, "h1", lines).await.unwrap();
    let PublishOutcome::Written(header) = replaced else { panic!("{replaced:?}") };
    (embedded, *header)
}

#[tokio::test]
async fn every_line_is_on_exactly_one_page() {
    for count in [0, 1, 100, 101, 250] {
        let lines = lines("web", count);
        let (embedded, header) = table_with_lines(&lines).await;
        assert_eq!(current(&embedded.table, &header).await, header);
        let items = keys_of(&embedded).await;
        assert_eq!(items.len() - 1, (count as usize).div_ceil(100).max(1), "{items:?}");
        for limit in [23, 100, 101, 199, 1000] {
            assert_eq!(read(&embedded.table, &header, limit).await, lines, "{count} lines, pages of {limit}");
        }
    }
}

#[tokio::test]
async fn an_invoice_without_lines_has_none_to_read() {
    let embedded = EmbeddedTable::start().await;
    let page = embedded.table.lines(&invoice("2026-10", "u1"), None, 10).await.unwrap();
    assert_eq!(page, Some(Page { items: Vec::new(), next: None }));
}

#[tokio::test]
async fn long_lines_make_short_pages() {
    let (embedded, header) = table_with_lines(&lines(&"y".repeat(9_000), 250)).await;
    let sizes: Vec<usize> = embedded.dump().await.iter().map(String::len).collect();
    assert!(sizes.iter().all(|size| *size < 200_000), "{sizes:?}");
    // The lines take more than one DynamoDB response (1 MB).
    assert!(sizes.iter().sum::<usize>() > 2_000_000, "{sizes:?}");
    assert_eq!(read(&embedded.table, &header, 1000).await.len(), 250);
}

#[tokio::test]
async fn a_missing_page_is_an_error_and_not_the_end() {
    for page in 0..3 {
        let (embedded, header) = table_with_lines(&lines("web", 250)).await;
        let key = keys::lines(&header.account, &header.uuid, header.lines.as_ref().unwrap().revision, page);
        let delete = embedded.client.delete_item().table_name(TABLE_NAME);
        let delete = delete.key("pk", AttributeValue::S(key.pk.clone())).key("sk", AttributeValue::S(key.sk.clone()));
        delete.send().await.unwrap();
        let mut from = None;
        let error = loop {
            match embedded.table.lines(&header, from.as_ref(), 250).await {
                Ok(page) => from = Some(page.unwrap().next.expect("a set with a missing page must not end")),
                Err(error) => break error,
            }
        };
        assert!(matches!(&error, Error::Missing { key: missing } if *missing == key.to_string()), "{error}");
    }
}

#[tokio::test]
async fn every_line_that_matches_a_filter_is_on_exactly_one_page() {
    let all = lines("web", 2_150);
    let (embedded, header) = table_with_lines(&all).await;
    for every in [1, 7, 100, 3_000] {
        let wanted = |line: &CostLine| line.line.is_multiple_of(every);
        let expected: Vec<CostLine> = all.iter().filter(|line| wanted(line)).cloned().collect();
        for limit in [3, 100, 5_000] {
            let (mut seen, mut from) = (Vec::new(), None);
            loop {
                let headers = std::slice::from_ref(&header);
                let page =
                    embedded.table.lines_of(headers, from.as_ref(), limit, Some(&wanted)).await.unwrap().unwrap();
                assert!(page.items.len() <= limit);
                seen.extend(page.items.into_iter().map(|(_, line)| line));
                from = page.next;
                if from.is_none() {
                    break;
                }
            }
            assert_eq!(seen, expected, "one in {every}, pages of {limit}");
        }
    }
}
