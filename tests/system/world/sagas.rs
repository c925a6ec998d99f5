//! Sagas, started and watched through the API.

use std::time::Duration;

use local::ApiUser;
use serde_json::{Value, json};

use super::World;
use crate::answer::text;

/// How long an undisturbed saga may take.
const TIMEOUT: Duration = Duration::from_secs(60);
/// The statuses in which nothing more happens.
const ENDED: [&str; 3] = ["succeeded", "rolled_back", "closed"];

impl World {
    /// Starts a saga of these steps in an account; its id.
    pub(crate) async fn start_saga(&self, account: &str, steps: Value) -> String {
        let body = json!({ "account": account, "steps": steps });
        let saga = self.call("POST", "sagas", Some(body), &ApiUser::Admin).await.expect(202);
        text(&saga, "id").to_owned()
    }

    /// Starts a saga and waits for its end; how it is then.
    pub(crate) async fn run_saga(&self, account: &str, steps: Value) -> Value {
        let id = self.start_saga(account, steps).await;
        self.wait_for_end(&id, TIMEOUT).await
    }

    /// Waits for the end of a saga; how it is then.
    pub(crate) async fn wait_for_end(&self, id: &str, timeout: Duration) -> Value {
        self.wait(&format!("the end of the saga {id}"), timeout, async || {
            let saga = self.get(&format!("sagas/{id}")).await;
            assert_ne!(saga["status"], "stuck", "{saga}");
            ENDED.contains(&text(&saga, "status")).then_some(saga)
        })
        .await
    }

    /// Returns the ledger entries of the steps, in the form `fail: failed`.
    pub(crate) async fn step_outcomes(&self, id: &str) -> Vec<String> {
        let entries = self.list(&format!("sagas/{id}/ledger")).await;
        let told = entries.iter().filter(|entry| text(entry, "kind").starts_with("step_"));
        told.map(|entry| format!("{}: {}", text(entry, "step"), text(entry, "status"))).collect()
    }

    /// The one-time schedules that are set for sagas.
    pub(crate) async fn one_time_schedules(&self) -> Vec<Value> {
        let schedules = self.aws("scheduler", "list_schedules", json!({})).await;
        let all = schedules["Schedules"].as_array().expect("there are schedules").clone();
        let mut found = Vec::new();
        for schedule in all {
            let named = json!({ "Name": schedule["Name"], "GroupName": schedule["GroupName"] });
            let schedule = self.aws("scheduler", "get_schedule", named).await;
            if text(&schedule, "ScheduleExpression").starts_with("at(") {
                found.push(schedule);
            }
        }
        found
    }
}
