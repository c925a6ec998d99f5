//! What the mirror holds, as a table.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use serde_json::Value;

use crate::api::Api;

/// Reads the inventory through the API and counts it.
pub(crate) async fn read(api: &Api) -> Result<String> {
    Ok(table(&api.list("inventory/resources").await?, &api.list("inventory/projects").await?))
}

fn table(resources: &[Value], projects: &[Value]) -> String {
    let mut counts: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
    for resource in resources {
        let count = counts.entry((text(resource, "account"), text(resource, "kind"))).or_default();
        count.0 += 1;
        count.1 += usize::from(!resource["project_id"].is_null());
    }
    let mut table = format!("{:<16} {:<20} {:>6} {:>12}\n", "ACCOUNT", "KIND", "COUNT", "IN A PROJECT");
    for ((account, kind), (count, attributed)) in counts {
        // Writing to a string cannot fail.
        let _ = writeln!(table, "{account:<16} {kind:<20} {count:>6} {attributed:>12}");
    }
    let _ = writeln!(table, "\n{:<16} {:<36} {:>9}", "ACCOUNT", "PROJECT", "RESOURCES");
    for project in projects {
        let members = resources
            .iter()
            .filter(|resource| resource["account"] == project["account"] && resource["project_id"] == project["id"])
            .count();
        let _ = writeln!(table, "{:<16} {:<36} {members:>9}", text(project, "account"), text(project, "name"));
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

    #[test]
    fn counts_by_kind_and_by_project() {
        let resource = |kind: &str, project: Value| json!({"account": "demo", "kind": kind, "project_id": project});
        let resources =
            [resource("droplet", json!("p1")), resource("droplet", Value::Null), resource("dns_zone", json!("p1"))];
        let projects = [
            json!({"account": "demo", "id": "p1", "name": "web"}),
            json!({"account": "demo", "id": "p2", "name": "skyai-internal"}),
        ];
        let table = table(&resources, &projects);
        let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
        assert!(rows.contains(&vec!["demo", "droplet", "2", "1"]), "{table}");
        assert!(rows.contains(&vec!["demo", "dns_zone", "1", "1"]), "{table}");
        assert!(rows.contains(&vec!["demo", "web", "2"]), "{table}");
        assert!(rows.contains(&vec!["demo", "skyai-internal", "0"]), "{table}");
    }
}
