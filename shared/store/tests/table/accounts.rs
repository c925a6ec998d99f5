use domain::{Account, AccountStatus};
use embedded_table::{CrashPoint, EmbeddedTable};
use store::{RegisterOutcome, UpdateOutcome};

use crate::fixtures::{account, audit, demo, keys_of, register};

#[tokio::test]
async fn a_slug_is_registered_once_and_the_second_attempt_writes_nothing() {
    let embedded = EmbeddedTable::start().await;
    register(&embedded.table, "demo").await;
    let before = embedded.dump().await;
    let other = Account { name: "Another account".to_owned(), ..account("demo") };
    let again = embedded.table.register_account(&other, &audit("second")).await.unwrap();
    assert_eq!(again, RegisterOutcome::Exists);
    assert_eq!(embedded.dump().await, before, "neither the account nor an audit entry is written");
    assert_eq!(embedded.table.account(&demo()).await.unwrap(), Some(account("demo")));
}

#[tokio::test]
async fn accounts_are_listed_by_slug() {
    let embedded = EmbeddedTable::start().await;
    for slug in ["zeta", "alpha", "demo"] {
        register(&embedded.table, slug).await;
    }
    let found = embedded.table.accounts().await.unwrap();
    assert_eq!(found, ["alpha", "demo", "zeta"].map(account));
}

#[tokio::test]
async fn an_update_is_written_only_on_the_version_it_was_read_at() {
    for (version, expected) in [(1, UpdateOutcome::Stale), (2, UpdateOutcome::Written), (3, UpdateOutcome::Stale)] {
        let embedded = EmbeddedTable::start().await;
        register(&embedded.table, "demo").await;
        let before = embedded.dump().await;
        let paused = Account { status: AccountStatus::Paused, version, ..account("demo") };
        let updated = embedded.table.update_account(&paused, &audit("pause")).await.unwrap();
        assert_eq!(updated, expected, "version {version}");
        assert_eq!(embedded.dump().await != before, expected == UpdateOutcome::Written, "version {version}");
    }
}

#[tokio::test]
async fn an_update_of_an_account_that_is_not_registered_creates_none() {
    let embedded = EmbeddedTable::start().await;
    let paused = Account { version: 2, ..account("demo") };
    assert_eq!(embedded.table.update_account(&paused, &audit("pause")).await.unwrap(), UpdateOutcome::Stale);
    assert!(embedded.dump().await.is_empty());
}

#[tokio::test]
async fn the_registration_and_its_audit_are_written_both_or_neither() {
    for (crash_point, expected) in [
        (CrashPoint::Before(1), vec![]),
        (CrashPoint::After(1), vec!["ACCOUNT#demo / ACCOUNT", "AUDIT#2026-11 / 2026-11-01T00:01:00.000Z#first"]),
    ] {
        let embedded = EmbeddedTable::start().await;
        let (table, requests) = embedded.another_process();
        requests.crash_at(crash_point);
        table.register_account(&account("demo"), &audit("first")).await.unwrap_err();
        assert!(requests.has_crashed());
        assert_eq!(keys_of(&embedded).await, expected, "{crash_point:?}");
    }
}
