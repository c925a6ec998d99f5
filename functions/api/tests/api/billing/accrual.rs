//! The accrual of the running month.

use chrono::TimeDelta;
use domain::billing::UnmatchedReason;
use domain::{AccountStatus, SweepStatus};
use serde_json::{Value, json};
use store::Table;

use super::bills::{self, dollars};
use crate::app::{App, Who, time};
use crate::seed;

fn usd(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "USD" })
}

/// Creates a preview of the first ten days of April and hourly balances up to noon of the 12th:
/// three dollars a day, and the given usage this morning.
async fn april(table: &Table, account: &str, this_morning: &str) {
    seed::account(table, account, AccountStatus::Enabled).await;
    bills::workers_ran(table, account, SweepStatus::Complete).await;
    let preview = bills::preview(account, "2026-04", &format!("april-of-{account}"), "9.70", "2026-04-11T00:00:00Z");
    let lines = [
        bills::droplet(1, "2.40", "shop"),
        bills::droplet(2, "4.80", "shop"),
        bills::droplet(3, "2.40", "bakery"),
        bills::line(4, "tax", "0.10", UnmatchedReason::Tax),
    ];
    bills::ingested(table, &preview, &lines).await;
    let mut at = time("2026-04-01T23:07:00Z");
    let mut usage = dollars("3.00");
    while at < time("2026-04-12T00:00:00Z") {
        bills::balance(table, account, at, usage).await;
        at += TimeDelta::days(1);
        usage = domain::Money::usd(usage.amount + dollars("3.00").amount);
    }
    let usage = domain::Money::usd(dollars("33.00").amount + dollars(this_morning).amount);
    bills::balance(table, account, time("2026-04-12T11:07:00Z"), usage).await;
}

#[tokio::test]
async fn the_month_is_reported_by_project_and_kind_with_a_forecast() {
    let app = App::start().await;
    april(&app.table.table, "main", "1.00").await;
    let answer = app.get(Who::Admin, "/billing/accrual").await;
    let rows: Vec<Value> = answer.body["data"].as_array().unwrap().clone();
    // A dollar in ten days is ten cents a day, up to the cap of 28 days.
    let row = |project: Option<&str>, kind: &str, so_far: &str, per_day: &str, forecast: &str, capped: u32| {
        json!({
            "account": "main", "period": "2026-04", "project_name": project, "kind": kind, "month_to_date": usd(so_far),
            "per_day": usd(per_day), "forecast": usd(forecast), "capped": capped
        })
    };
    let expected = [
        row(None, "tax", "0.10", "0.00", "0.10", 0),
        row(Some("bakery"), "droplet", "2.40", "0.24", "6.72", 1),
        row(Some("shop"), "droplet", "7.20", "0.72", "20.16", 2),
    ];
    assert_eq!(rows, expected);
    let totals = json!({ "month_to_date": usd("9.70"), "per_day": usd("0.96"), "forecast": usd("26.98"), "capped": 3 });
    assert_eq!(answer.body["totals"], totals);
    let account = &answer.body["accounts"][0];
    assert_eq!((&account["account"], &account["preview_at"]), (&json!("main"), &json!("2026-04-11T00:00:00Z")));
    assert_eq!(account["totals"], totals);
    assert_eq!(account["balance"]["month_to_date_usage"], usd("34.00"));
    assert_eq!(answer.body["complete"], json!(true));
    let (header, table) = app.get_csv(Who::Admin, "/billing/accrual").await.table();
    assert_eq!((table.len(), header[0].as_str(), table[2][3].as_str()), (3, "account", "droplet"));
}

#[tokio::test]
async fn a_day_outside_the_expected_range_is_an_anomaly() {
    let app = App::start().await;
    let table = &app.table.table;
    // The usage up to eleven o'clock: a low one does not classify today, a high one is above the
    // range already.
    for (account, this_morning) in [("quiet", "0.10"), ("loud", "4.50")] {
        april(table, account, this_morning).await;
    }
    seed::account(table, "new", AccountStatus::Enabled).await;
    let accounts = app.get(Who::Admin, "/billing/accrual").await.body["accounts"].clone();
    let of = |name: &str| accounts.as_array().unwrap().iter().find(|account| account["account"] == name).unwrap();
    assert_eq!((&of("quiet")["anomaly"], &of("loud")["anomaly"]), (&json!(false), &json!(true)));
    let day = |account: &str, number: usize| of(account)["days"][number].clone();
    let today = json!({
        "day": "2026-04-12", "amount": usd("4.50"), "low": usd("2.00"), "high": usd("4.00"), "band_position": "above"
    });
    assert_eq!((day("loud", 11), &day("quiet", 11)["band_position"]), (today, &json!(null)));
    assert_eq!(
        (&day("quiet", 10)["band_position"], &day("quiet", 3)["band_position"]),
        (&json!("within"), &json!(null))
    );
    // Unknown values are neither zero nor within the range.
    let nothing = of("new");
    let fields = ["preview_at", "totals", "balance", "anomaly"].map(|field| &nothing[field]);
    assert_eq!((fields, &nothing["days"]), ([&json!(null); 4], &json!([])));

    // On the next day, the usage of 4.50 is classified as a whole day, and a day of almost no usage
    // is outside the range as well.
    app.clock.advance(TimeDelta::days(1));
    let accounts = app.get(Who::Admin, "/billing/accrual").await.body["accounts"].clone();
    for account in accounts.as_array().unwrap().iter().filter(|account| account["account"] != "new") {
        assert_eq!(account["anomaly"], json!(true), "{account}");
    }
}

#[tokio::test]
async fn the_account_filter_limits_rows_and_totals() {
    let app = App::start().await;
    april(&app.table.table, "main", "1.00").await;
    april(&app.table.table, "other", "1.00").await;
    let both = app.get(Who::Admin, "/billing/accrual").await;
    assert_eq!(both.body["totals"]["month_to_date"], usd("19.40"));
    let one = app.get(Who::Admin, "/billing/accrual?account=other").await;
    assert_eq!((one.all("account"), &one.body["totals"]["month_to_date"]), (vec!["other".to_owned(); 3], &usd("9.70")));
    assert_eq!(app.get(Who::Admin, "/billing/accrual?period=2026-04").await.pointers(), ["#/query/period"]);
}
