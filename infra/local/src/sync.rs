//! Running a worker and waiting until it has left its receipts.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::api::Api;
use crate::progress::Step;

const PAUSE: Duration = Duration::from_millis(200);

/// The worker that says which project a resource belongs to. It goes last, when the others have discovered everything.
const ATTRIBUTION: &str = "projects";

/// Triggers `worker` for every account and returns its sync states once each enabled account has a new one.
pub(crate) async fn run(api: &Api, worker: &str, patience: Duration, step: &Step) -> Result<Vec<Value>> {
    states(api, worker).await?;
    let asked = Utc::now();
    let accepted = api.expect("POST", &format!("sync/{worker}"), Some(&json!({}))).await?;
    let run = accepted["run_id"].as_str().context("POST /sync answered no run_id")?;
    let began = Instant::now();
    loop {
        let now = states(api, worker).await?;
        let waiting: Vec<_> =
            now.iter().filter(|state| !is_new(state, run, asked)).map(|state| text(state, "account")).collect();
        step.detail(&format!("{} of {} accounts", now.len() - waiting.len(), now.len()));
        if waiting.is_empty() {
            return Ok(now);
        }
        if began.elapsed() > patience {
            bail!(
                "{worker} has left no receipt of run {run} within {} s for {}; the emulator's log has what it said",
                patience.as_secs(),
                waiting.join(", ")
            );
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// All workers, in the order in which to run them once.
pub(crate) fn order(states: &[Value]) -> Vec<String> {
    let mut workers: Vec<String> =
        states.iter().filter_map(|state| state["worker"].as_str().map(str::to_owned)).collect();
    workers.sort_by_key(|worker| (worker == ATTRIBUTION, worker.clone()));
    workers.dedup();
    workers
}

/// Whether every receipt tells of a run that saw everything.
#[must_use]
pub fn all_complete(states: &[Value]) -> bool {
    states.iter().all(|state| state["status"] == "complete")
}

/// The sync states of `worker` in the accounts that are not paused; there is at least one.
async fn states(api: &Api, worker: &str) -> Result<Vec<Value>> {
    let accounts = api.list("accounts").await?;
    let enabled: Vec<_> = accounts
        .iter()
        .filter(|account| account["status"] == "enabled")
        .map(|account| text(account, "account"))
        .collect();
    let mut states = api.list("sync").await?;
    states.retain(|state| state["worker"] == worker && enabled.contains(&text(state, "account")));
    if states.is_empty() {
        bail!("no enabled account has a worker named {worker}; see: cargo local call GET sync");
    }
    Ok(states)
}

/// A state is new when it is the run's, or when its run began after the run was asked for: the worker drops a message that has been
/// overtaken so.
fn is_new(state: &Value, run: &str, asked: DateTime<Utc>) -> bool {
    let began = state["last_attempt_at"].as_str().and_then(|at| at.parse::<DateTime<Utc>>().ok());
    state["run_id"] == run || began.is_some_and(|began| began >= asked)
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn projects_goes_last() {
        let states = ["projects", "droplets", "domains", "droplets"].map(|worker| json!({ "worker": worker }));
        assert_eq!(order(&states), ["domains", "droplets", "projects"]);
    }

    #[test]
    fn a_receipt_is_new_by_its_run_or_by_when_it_began() {
        let asked = "2026-04-01T00:00:10Z".parse().unwrap();
        let state = |run: &str, began: Value| json!({"run_id": run, "last_attempt_at": began});
        assert!(is_new(&state("r", json!("2026-04-01T00:00:11Z")), "r", asked));
        assert!(is_new(&state("later", json!("2026-04-01T00:00:10.5Z")), "r", asked));
        assert!(!is_new(&state("earlier", json!("2026-04-01T00:00:09Z")), "r", asked));
        assert!(!is_new(&json!({"status": "never", "run_id": null, "last_attempt_at": null}), "r", asked));
    }
}
