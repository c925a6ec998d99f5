use domain::billing::Span;
use embedded_table::EmbeddedTable;
use store::Cursor;

use super::records::balance;
use crate::fixtures::{at, demo, keys_of};

#[tokio::test]
async fn the_first_balance_of_a_moment_is_kept() {
    let embedded = EmbeddedTable::start().await;
    assert_eq!(embedded.table.latest_balance(&demo()).await.unwrap(), None);
    let first = balance(1, 100);
    assert!(embedded.table.put_balance(&first).await.unwrap());
    let before = embedded.dump().await;
    for again in [first.clone(), balance(1, 999)] {
        assert!(!embedded.table.put_balance(&again).await.unwrap());
        assert_eq!(embedded.dump().await, before, "the first balance is kept");
    }
    assert_eq!(keys_of(&embedded).await, ["BALANCE#demo / 2026-11-01T00:01:00.000Z"]);
    assert_eq!(embedded.table.latest_balance(&demo()).await.unwrap(), Some(first));
}

#[tokio::test]
async fn balances_are_read_from_one_time_until_another() {
    let embedded = EmbeddedTable::start().await;
    // The balances are written in another order than that of their times.
    for minute in [3, 1, 5, 2, 4] {
        embedded.table.put_balance(&balance(minute, minute)).await.unwrap();
    }
    assert_eq!(embedded.table.latest_balance(&demo()).await.unwrap(), Some(balance(5, 5)));
    let cases: [(i64, i64, &[i64]); 5] =
        [(0, 9, &[1, 2, 3, 4, 5]), (2, 4, &[2, 3]), (5, 6, &[5]), (6, 9, &[]), (4, 4, &[])];
    for (from, until, expected) in cases {
        let span = Span { from: at(from), until: at(until) };
        for limit in 1..7 {
            let (mut seen, mut after) = (Vec::new(), None::<Cursor>);
            loop {
                let found = embedded.table.balances(&[demo()], span, after.as_ref(), limit).await.unwrap();
                assert!(found.items.len() <= limit);
                seen.extend(found.items);
                after = found.next;
                if after.is_none() {
                    break;
                }
            }
            let expected: Vec<_> = expected.iter().map(|minute| balance(*minute, *minute)).collect();
            assert_eq!(seen, expected, "{from} until {until}, pages of {limit}");
        }
    }
}
