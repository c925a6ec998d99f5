//! The mirrored resources as two tables: by kind, and by project.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::api::ApiClient;

/// Reads the counts of the inventory through the API and formats both tables.
pub(crate) async fn read(api: &ApiClient) -> Result<String> {
    let summary = api.expect("GET", "inventory/summary", None).await?;
    let counts = summary["data"].as_array().context("GET inventory/summary answered no data")?;
    Ok(tables(counts, &api.list("inventory/projects").await?))
}

/// The sum over several rows of the summary.
#[derive(Debug, Default, Clone, Copy)]
struct ResourceCounts {
    count: u64,
    attributed: u64,
    unpriced: u64,
    price: Decimal,
}

impl ResourceCounts {
    fn add(&mut self, row: &Value) {
        let number = |key: &str| row[key].as_u64().unwrap_or_default();
        self.count += number("count");
        self.unpriced += number("unpriced");
        if !row["project_id"].is_null() {
            self.attributed += number("count");
        }
        let amount = row["price_monthly"]["amount"].as_str().and_then(|amount| amount.parse::<Decimal>().ok());
        self.price += amount.unwrap_or_default();
    }

    /// Formats the list price a month in USD: with a plus where the price of some resources is
    /// unknown, a dash where that of all is.
    fn price(&self) -> String {
        match self.unpriced {
            unpriced if unpriced >= self.count => "- ".to_owned(),
            0 => format!("{:.2} ", self.price.round_dp(2)),
            _ => format!("{:.2}+", self.price.round_dp(2)),
        }
    }
}

fn tables(counts: &[Value], projects: &[Value]) -> String {
    let mut kinds: BTreeMap<(&str, &str), ResourceCounts> = BTreeMap::new();
    let mut members: BTreeMap<(&str, Option<&str>), ResourceCounts> = BTreeMap::new();
    for row in counts {
        let account = text(row, "account");
        kinds.entry((account, text(row, "kind"))).or_default().add(row);
        members.entry((account, row["project_id"].as_str())).or_default().add(row);
    }
    let mut lines =
        vec![format!("{:<16} {:<20} {:>6} {:>12} {:>13}", "ACCOUNT", "KIND", "COUNT", "IN A PROJECT", "USD A MONTH ")];
    for ((account, kind), sum) in &kinds {
        let ResourceCounts { count, attributed, .. } = sum;
        lines.push(format!("{account:<16} {kind:<20} {count:>6} {attributed:>12} {:>13}", sum.price()));
    }
    lines.push(String::new());
    lines.push(format!("{:<16} {:<33} {:>6} {:>13}", "ACCOUNT", "PROJECT", "COUNT", "USD A MONTH "));
    let mut project = |account: &str, id: Option<&str>, name: &str| {
        let sum = members.get(&(account, id)).copied().unwrap_or_default();
        lines.push(format!("{account:<16} {name:<33} {:>6} {:>13}", sum.count, sum.price()));
    };
    for row in projects {
        project(text(row, "account"), row["id"].as_str(), text(row, "name"));
    }
    for (account, _) in members.keys().filter(|(_, id)| id.is_none()) {
        project(account, None, "(none)");
    }
    let mut table = String::new();
    for line in lines {
        // Writing to a string cannot fail.
        let _ = writeln!(table, "{}", line.trim_end());
    }
    if kinds.values().any(|sum| sum.price().ends_with('+')) {
        let _ = writeln!(table, "\n+ and those of which DigitalOcean tells no price");
    }
    table
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn counted(kind: &str, project: Option<&str>, count: u64, price: Option<&str>, unpriced: u64) -> Value {
        let price = price.map(|amount| json!({ "amount": amount, "currency": "USD" }));
        json!({
            "account": "demo", "kind": kind, "project_id": project, "project_name": null, "tenant_id": null,
            "count": count, "price_monthly": price, "unpriced": unpriced,
        })
    }

    #[test]
    fn counts_by_kind_and_by_project() {
        let counts = [
            counted("droplet", Some("p1"), 2, Some("36.005"), 0),
            counted("droplet", None, 1, Some("12"), 0),
            counted("volume", Some("p1"), 2, Some("10.5"), 1),
            counted("dns_zone", Some("p1"), 7, None, 7),
        ];
        let projects = [
            json!({"account": "demo", "id": "p1", "name": "web"}),
            json!({"account": "demo", "id": "p2", "name": "skyai-internal"}),
        ];
        let table = tables(&counts, &projects);
        let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
        for expected in [
            ["demo", "droplet", "3", "2", "48.00"].as_slice(),
            &["demo", "volume", "2", "2", "10.50+"],
            &["demo", "dns_zone", "7", "7", "-"],
            &["demo", "web", "11", "46.50+"],
            &["demo", "skyai-internal", "0", "-"],
            &["demo", "(none)", "1", "12.00"],
        ] {
            assert!(rows.iter().any(|row| row == expected), "{expected:?}\n{table}");
        }
        assert!(table.contains("tells no price"), "{table}");
        assert!(table.lines().all(|line| line == line.trim_end()), "{table}");
    }

    #[test]
    fn a_kind_without_resources_has_no_line() {
        let table = tables(&[counted("droplet", None, 1, Some("4"), 0)], &[]);
        assert_eq!(table.lines().filter(|line| line.starts_with("demo")).count(), 2, "{table}");
    }
}
