use domain::billing::{Invoice, Period};
use domain::{AccountId, InvoiceUuid};
use embedded_table::{CrashPoint, EmbeddedTable};
use store::{InvoiceCommitOutcome, InvoiceWrite};

use super::records::{current, dollars, insert_invoice, invoice};
use crate::fixtures::{demo, keys_of};

fn next(invoice: &Invoice, cents: i64) -> Invoice {
    Invoice { version: invoice.version + 1, amount: dollars(cents), ..invoice.clone() }
}

/// The name of the case, the invoices written before, the version in the write, the invoice in the
/// write, and the expected outcome.
type Case<'a> = (&'static str, Vec<&'a Invoice>, Option<u64>, Invoice, InvoiceCommitOutcome);

#[tokio::test]
async fn an_invoice_is_written_only_on_the_version_it_was_computed_from() {
    let first = invoice("2026-10", "u1");
    let second = next(&first, 200);
    let conflict = |invoice: Option<&Invoice>| InvoiceCommitOutcome::Conflict(invoice.cloned().map(Box::new));
    let cases: [Case<'_>; 6] = [
        ("new", vec![], None, first.clone(), InvoiceCommitOutcome::Written),
        ("next", vec![&first], Some(1), second.clone(), InvoiceCommitOutcome::Written),
        ("new, but an invoice exists", vec![&first], None, next(&first, 1), conflict(Some(&first))),
        ("stale", vec![&first, &second], Some(1), next(&first, 1), conflict(Some(&second))),
        ("next, but no invoice exists", vec![], Some(1), second.clone(), conflict(None)),
        ("again", vec![&first, &second], Some(1), second.clone(), InvoiceCommitOutcome::Written),
    ];
    for (case, existing, before, invoice, expected) in cases {
        let embedded = EmbeddedTable::start().await;
        for invoice in existing {
            let before = invoice.version.checked_sub(1).filter(|version| *version > 0);
            let write = InvoiceWrite { before, invoice: invoice.clone() };
            assert_eq!(embedded.table.commit_invoice(&write).await.unwrap(), InvoiceCommitOutcome::Written);
        }
        let write = InvoiceWrite { before, invoice: invoice.clone() };
        assert_eq!(embedded.table.commit_invoice(&write).await.unwrap(), expected, "{case}");
        if expected == InvoiceCommitOutcome::Written {
            assert_eq!(current(&embedded.table, &invoice).await, invoice, "{case}");
            assert_eq!(keys_of(&embedded).await, ["INVOICES#demo / 2026-10#u1"], "{case}");
        }
    }
}

#[tokio::test]
async fn a_lost_response_is_recognised_by_the_retry() {
    let embedded = EmbeddedTable::start().await;
    let (crashing, requests) = embedded.another_process();
    requests.crash_at(CrashPoint::After(1));
    let write = InvoiceWrite { before: None, invoice: invoice("2026-10", "u1") };
    crashing.commit_invoice(&write).await.unwrap_err();
    assert_eq!(embedded.table.commit_invoice(&write).await.unwrap(), InvoiceCommitOutcome::Written);
}

#[tokio::test]
async fn invoices_are_listed_newest_first_and_by_month() {
    let embedded = EmbeddedTable::start().await;
    let other = Invoice { account: AccountId::new("other").unwrap(), ..invoice("2026-09", "u4") };
    let all = [invoice("2026-10", "u1"), invoice("2026-09", "u3"), invoice("2026-09", "u2"), invoice("2025-12", "u5")];
    for invoice in all.iter().rev().chain([&other]) {
        insert_invoice(&embedded.table, invoice).await;
    }
    assert_eq!(embedded.table.invoices(&demo()).await.unwrap(), all);
    let of = embedded.table.invoices_in(&demo(), Period::new("2026-09").unwrap()).await.unwrap();
    assert_eq!(of, [invoice("2026-09", "u2"), invoice("2026-09", "u3")]);
    assert_eq!(embedded.table.invoices_in(&demo(), Period::new("2026-08").unwrap()).await.unwrap(), []);
    // The index lists a month's invoices of all accounts.
    let dumped = embedded.dump().await;
    let listed = |entry: &str| dumped.iter().filter(|item| item.contains(&format!("\"{entry}\""))).count();
    assert_eq!(["PERIOD#2026-09", "PERIOD#2026-10", "other#u4", "demo#u2"].map(listed), [3, 1, 1, 1]);
}

#[tokio::test]
async fn an_invoice_is_found_without_its_month() {
    let embedded = EmbeddedTable::start().await;
    let other = Invoice { account: AccountId::new("other").unwrap(), ..invoice("2026-09", "u4") };
    for invoice in [&invoice("2026-10", "u1"), &invoice("2025-12", "u5"), &other] {
        insert_invoice(&embedded.table, invoice).await;
    }
    for (uuid, expected) in [("u5", Some(invoice("2025-12", "u5"))), ("u4", None), ("u", None)] {
        let found = embedded.table.find_invoice(&demo(), &InvoiceUuid::new(uuid).unwrap()).await.unwrap();
        assert_eq!(found, expected, "{uuid}");
    }
}
