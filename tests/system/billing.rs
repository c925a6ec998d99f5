//! The invoices of the demo account, and how a month ends.

use std::time::Duration;

use local::ApiUser;
use serde_json::{Value, json};

use crate::answer::{column, text};
use crate::harness::scenarios;
use crate::world::World;

scenarios![
    every_cent_of_a_month_is_explained,
    a_tenant_sees_none_of_it,
    a_month_ends_under_the_id_of_its_preview,
    a_month_ends_under_another_id,
    a_second_invoice_of_a_month_is_taken_in_beside_the_first,
];

/// The month whose invoice has a line of every type.
const MONTH: &str = "period=2026-04-01";

async fn every_cent_of_a_month_is_explained(world: &World) {
    let rate = world.get(&format!("billing/match-rate?{MONTH}")).await;
    let counts = ["lines", "matched", "explained", "unexplained"].map(|field| rate[field].as_u64().unwrap());
    assert_eq!((counts[0], counts[1] + counts[2], counts[3]), (33, 33, 0), "{rate}");
    let tie_out = world.get(&format!("billing/tie-out?{MONTH}")).await["data"][0].take();
    assert_eq!((&tie_out["status"], &tie_out["differences"]), (&json!("balanced"), &json!([])), "{tie_out}");

    let lines = world.list("billing/cost-lines?period=2026-04").await;
    // Counted in ten-thousandths, so that no sum is rounded.
    let sum: i64 = lines.iter().map(ten_thousandths).sum();
    assert_eq!((lines.len(), sum), (33, ten_thousandths(&tie_out)));
    let unmatched = world.list("billing/cost-lines?period=2026-04&match=unmatched").await;
    assert_eq!(unmatched.len() as u64, counts[2]);
    assert!(column(&unmatched, "unmatched_reason").iter().all(|reason| !reason.is_empty()));
}

async fn a_tenant_sees_none_of_it(world: &World) {
    let tenant = ApiUser::Tenant("acme".to_owned());
    for path in ["cost-lines?period=2026-04", "tie-out?period=2026-04-01", "invoices", "balance"] {
        world.call("GET", &format!("billing/{path}"), None, &tenant).await.expect_problem(403);
    }
}

/// The running month, as the simulator has it without a preview: the current one.
fn running_month() -> String {
    chrono::Utc::now().format("%Y-%m").to_string()
}

const PREVIEW: &str = "11111111-aaaa-4bbb-8ccc-000000000001";
/// Longest time until all invoices of the demo account are ingested: about 160 s on a free machine.
const BACKLOG_LIMIT: Duration = Duration::from_secs(220);
/// Longest time until an invoice is ingested.
const INGEST_LIMIT: Duration = Duration::from_secs(60);

async fn a_month_ends_under_the_id_of_its_preview(world: &World) {
    month_ends(world, "month-same-id", PREVIEW).await;
}

async fn a_month_ends_under_another_id(world: &World) {
    month_ends(world, "month-other-id", "11111111-aaaa-4bbb-8ccc-000000000002").await;
}

async fn a_second_invoice_of_a_month_is_taken_in_beside_the_first(world: &World) {
    let (account, first, second) = ("month-two", "first-of-the-month", "second-of-the-month");
    open_month(world, account).await;
    // DigitalOcean still shows the preview of a month that has an invoice already.
    bill(world, account, first, "6.00").await;
    expect_invoices(world, account, &[(first, "ingested", "6")]).await;
    bill(world, account, second, "7.00").await;
    expect_invoices(world, account, &[(first, "ingested", "6"), (second, "ingested", "7")]).await;
    expect_no_dead_letters(world).await;
}

/// Takes in a month's preview, then its invoice under this id, which is all that the month shows
/// from then on.
async fn month_ends(world: &World, account: &str, invoice: &str) {
    open_month(world, account).await;
    world.simulator.remove(account, "invoices", PREVIEW).await;
    bill(world, account, invoice, "6.00").await;
    expect_invoices(world, account, &[(invoice, "ingested", "6")]).await;
    let lines = world.list(&format!("billing/cost-lines?period={}&account={account}", running_month())).await;
    assert_eq!(column(&lines, "invoice_uuid"), [invoice]);
    expect_no_dead_letters(world).await;
}

/// An account whose running month is taken in from the preview.
async fn open_month(world: &World, account: &str) {
    let preview = json!({
        "invoice_uuid": PREVIEW, "invoice_period": running_month(), "preview": true, "updated_at": "2026-11-24T06:31:50Z",
        "items": [{ "product": "Droplets", "description": "web (s-1vcpu-1gb)", "amount": "5.00" }],
    });
    // The demo account's older invoices come first, two at a time, as its rate limit allows.
    world.wait_until_empty("invoice-ingest", BACKLOG_LIMIT).await;
    world.new_account(account, json!({ "invoices": [preview] })).await;
    world.run(account, "billing-history").await;
    expect_invoices(world, account, &[(PREVIEW, "open", "5")]).await;
}

/// Has DigitalOcean bill the running month and the workers find it.
async fn bill(world: &World, account: &str, uuid: &str, amount: &str) {
    let items = json!([{ "product": "Droplets", "description": "web (s-1vcpu-1gb)", "amount": amount }]);
    let invoice = json!({ "invoice_uuid": uuid, "invoice_period": running_month(), "items": items });
    world.simulator.add(account, "invoices", invoice).await;
    world.run(account, "billing-history").await;
}

/// Waits until these are the account's invoices: id, status, whole dollars.
async fn expect_invoices(world: &World, account: &str, expected: &[(&str, &str, &str)]) {
    let path = format!("billing/invoices?account={account}");
    world
        .wait(&format!("{expected:?} in {account}"), INGEST_LIMIT, async || {
            let invoices = world.list(&path).await;
            let mut found: Vec<_> = invoices.iter().map(|one| (text(one, "uuid"), text(one, "status"), one)).collect();
            found.sort_unstable_by_key(|(uuid, ..)| *uuid);
            assert!(found.iter().all(|(_, status, _)| *status != "failed"), "{invoices:?}");
            let is_expected = |((uuid, status, one), wanted): (&(&str, &str, &Value), &(&str, &str, &str))| {
                let amount = text(&one["amount"], "amount").split('.').next();
                (*uuid, *status, amount) == (wanted.0, wanted.1, Some(wanted.2)) && one["lines"] == 1
            };
            (found.len() == expected.len() && found.iter().zip(expected).all(is_expected)).then_some(())
        })
        .await;
}

async fn expect_no_dead_letters(world: &World) {
    world.wait_until_empty("invoice-ingest", INGEST_LIMIT).await;
    assert_eq!(world.dead_letters("invoice-ingest").await, []);
}

/// The amount of a row: dollars with at most four digits after the point.
fn ten_thousandths(row: &Value) -> i64 {
    let amount = text(&row["amount"], "amount");
    let (whole, part) = amount.split_once('.').unwrap_or((amount, ""));
    format!("{whole}{part:0<4}").parse().unwrap()
}
