//! The bill of the demo account, as an admin defends it.

use local::As;
use serde_json::{Value, json};

use crate::answer::{column, text};
use crate::harness::scenarios;
use crate::world::World;

scenarios![every_cent_of_a_month_is_explained, a_tenant_sees_none_of_it];

/// The month whose invoice has a line of every sort.
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
    let tenant = As::Tenant("nobody".to_owned());
    for path in ["cost-lines?period=2026-04", "tie-out?period=2026-04-01", "invoices", "balance"] {
        world.call("GET", &format!("billing/{path}"), None, &tenant).await.expect_problem(403);
    }
}

/// The amount of a row: dollars with at most four digits after the point.
fn ten_thousandths(row: &Value) -> i64 {
    let amount = text(&row["amount"], "amount");
    let (whole, part) = amount.split_once('.').unwrap_or((amount, ""));
    format!("{whole}{part:0<4}").parse().unwrap()
}
