//! The functions' logs, as CloudWatch Logs has them.

use serde_json::json;

use crate::world::World;

/// Lines that Lambda itself writes around the function's lines.
const PLATFORM: [&str; 3] = ["START RequestId: ", "END RequestId: ", "REPORT RequestId: "];

/// The names of all log groups.
pub(crate) async fn groups(world: &World) -> Vec<String> {
    let told = world.aws("logs", "describe_log_groups", json!({})).await;
    let groups = told["logGroups"].as_array().expect("there are log groups");
    groups.iter().map(|group| group["logGroupName"].as_str().unwrap().to_owned()).collect()
}

/// The lines that a function wrote.
pub(crate) async fn lines(world: &World, group: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut wanted = json!({ "logGroupName": group });
    loop {
        let told = world.aws("logs", "filter_log_events", wanted.clone()).await;
        let events = told["events"].as_array().expect("a log group has events");
        let texts = events.iter().filter_map(|event| event["message"].as_str()).flat_map(str::lines);
        let own = texts.filter(|line| !line.is_empty() && !PLATFORM.iter().any(|prefix| line.starts_with(prefix)));
        lines.extend(own.map(str::to_owned));
        let Some(next) = told["nextToken"].as_str() else { return lines };
        wanted["nextToken"] = json!(next);
    }
}
