//! The bill of the demo account, as an admin defends it and a tenant may not see it.

use local::As;
use serde_json::json;

use crate::answer::{column, text};
use crate::harness::scenarios;
use crate::world::World;

scenarios![every_cent_of_a_month_is_explained, a_tenant_sees_what_is_its_own_and_no_sums];

/// The month whose invoice has a line of every sort.
const MONTH: &str = "period=2026-04-01";

async fn every_cent_of_a_month_is_explained(world: &World) {
    let rate = world.get(&format!("billing/match-rate?{MONTH}")).await;
    let counts = ["lines", "matched", "explained", "unexplained"].map(|field| rate[field].as_u64().unwrap());
    assert_eq!((counts[0], counts[1] + counts[2], counts[3]), (33, 33, 0), "{rate}");
    let tie_out = world.get(&format!("billing/tie-out?{MONTH}")).await;
    assert_eq!((&tie_out["status"], &tie_out["differences"]), (&json!("balanced"), &json!([])), "{tie_out}");

    let lines = world.list("billing/cost-lines?period=2026-04").await;
    // Counted in ten-thousandths, so that no sum is rounded.
    let cents: i64 = lines.iter().map(|line| ten_thousandths(text(line, "amount"))).sum();
    assert_eq!((lines.len(), cents), (33, ten_thousandths(text(&tie_out, "amount"))));
    let unmatched = world.list("billing/cost-lines?period=2026-04&match=unmatched").await;
    assert_eq!(unmatched.len() as u64, counts[2]);
    assert!(column(&unmatched, "unmatched_reason").iter().all(|reason| !reason.is_empty()));
}

async fn a_tenant_sees_what_is_its_own_and_no_sums(world: &World) {
    let tenant = As::Tenant("nobody".to_owned());
    assert!(world.list_as("billing/cost-lines?period=2026-04", &tenant).await.is_empty());
    for path in [format!("billing/tie-out?{MONTH}"), "billing/invoices".to_owned(), "billing/balance".to_owned()] {
        world.call("GET", &path, None, &tenant).await.expect_problem(403);
    }
}

/// An amount of dollars with at most four digits after the point.
fn ten_thousandths(amount: &str) -> i64 {
    let (whole, part) = amount.split_once('.').unwrap_or((amount, ""));
    format!("{whole}{part:0<4}").parse().unwrap()
}
