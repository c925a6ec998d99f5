use chrono::TimeDelta;
use embedded_table::{CrashPoint, EmbeddedTable};
use store::{Priority, Reservation, Table};

use crate::fixtures::at;

const TOKEN: &str = "8f14e45fceea167a";

async fn reserve(table: &Table, priority: Priority, wanted: u32) -> u32 {
    match table.reserve_requests(TOKEN, priority, wanted, None, at(0)).await.unwrap() {
        Reservation::Granted(count) => count,
        Reservation::Wait(until) => {
            assert!(until > at(0));
            0
        }
    }
}

/// Concurrent functions together get no more than one minute's quota, and no request is granted
/// twice.
#[tokio::test]
async fn concurrent_functions_share_one_budget() {
    let embedded = EmbeddedTable::start().await;
    let asking = (0..12).map(|_| {
        let (table, _) = embedded.another_process();
        tokio::spawn(async move { reserve(&table, Priority::Full, 30).await })
    });
    let mut granted = 0;
    for asked in asking.collect::<Vec<_>>() {
        granted += asked.await.unwrap();
    }
    // 250 a minute, less the reserves of the other priorities.
    assert_eq!(granted, 120);
    assert_eq!(reserve(&embedded.table, Priority::Full, 1).await, 0);
    assert_eq!(reserve(&embedded.table, Priority::Fast, 20).await, 20);
    assert_eq!(reserve(&embedded.table, Priority::Compensation, 200).await, 110);
}

#[tokio::test]
async fn another_token_has_another_budget_and_a_wait_writes_nothing() {
    let embedded = EmbeddedTable::start().await;
    assert_eq!(reserve(&embedded.table, Priority::Full, 500).await, 120);
    embedded.requests.reset();
    assert_eq!(reserve(&embedded.table, Priority::Full, 1).await, 0);
    assert_eq!(embedded.requests.counts().writes, 0);
    let other = embedded.table.reserve_requests("another", Priority::Full, 500, None, at(0)).await.unwrap();
    assert_eq!(other, Reservation::Granted(120));
    assert!(!embedded.dump().await.concat().contains("dop_v1_"));
}

/// A reservation counts even if its response is lost: requests may be counted too often, but never
/// too seldom.
#[tokio::test]
async fn a_lost_response_costs_one_block_at_most() {
    let embedded = EmbeddedTable::start().await;
    let (table, requests) = embedded.another_process();
    requests.crash_at(CrashPoint::After(1));
    assert!(table.reserve_requests(TOKEN, Priority::Full, 64, None, at(0)).await.is_err());
    assert_eq!(reserve(&embedded.table, Priority::Full, 500).await, 120 - 64);
    // An hour later the lost reservation has left the window.
    let later = at(0) + TimeDelta::minutes(61);
    let reserved = embedded.table.reserve_requests(TOKEN, Priority::Full, 500, None, later).await.unwrap();
    assert_eq!(reserved, Reservation::Granted(120));
}
