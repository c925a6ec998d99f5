//! Running workers and waiting for their receipts.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::api::ApiClient;
use crate::progress::ProgressStep;

const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// The workers that work on what others have discovered, in the order in which they run: the fast
/// poll of droplets, the worker that attributes resources to projects, then billing, whose lines
/// are matched with all resources.
const LATER_GROUPS: [&[&str]; 3] = [&["droplets-fast"], &["projects"], &BILLING];

/// The workers of billing that are run: each leaves a receipt for an account, and the second sends
/// messages to [`INGEST`].
const BILLING: [&str; 2] = ["balance", "billing-history"];

/// The worker that is not run directly: it ingests invoices on request and leaves no receipt of
/// one.
pub(crate) const INGEST: &str = "invoice-ingest";

/// A requested run of a worker.
struct RequestedRun {
    worker: String,
    run: String,
    at: DateTime<Utc>,
}

/// Triggers these workers for every account at the same time, and returns their sync states once
/// each has new ones for all of its kinds in every enabled account. `timeout` is the longest time
/// between two new ones.
pub(crate) async fn run(
    api: &ApiClient,
    workers: &[String],
    timeout: Duration,
    step: &ProgressStep,
) -> Result<Vec<Value>> {
    let known = states(api).await?;
    if let Some(unknown) = workers.iter().find(|worker| states_of(&known, worker).next().is_none()) {
        bail!("no enabled account has a worker named {unknown}; see: cargo local call GET sync");
    }
    let mut open = Vec::new();
    for worker in workers {
        let at = Utc::now();
        let accepted = api.expect("POST", &format!("sync/{worker}"), Some(&json!({}))).await?;
        let run = accepted["run_id"].as_str().context("POST /sync answered no run_id")?.to_owned();
        open.push(RequestedRun { worker: worker.clone(), run, at });
    }
    let began = Instant::now();
    let (mut come, mut last_came) = (0, began);
    let mut done = Vec::new();
    loop {
        let now = states(api).await?;
        open.retain(|requested| {
            let states: Vec<Value> = states_of(&now, &requested.worker).cloned().collect();
            let ended = states.iter().all(|state| is_new(state, requested));
            if ended {
                if workers.len() > 1 {
                    step.note(&format!(
                        "{}: {} in {:.1} s",
                        requested.worker,
                        tally(&states),
                        began.elapsed().as_secs_f32()
                    ));
                }
                done.extend(states);
            }
            !ended
        });
        if open.is_empty() {
            return Ok(done);
        }
        let missing: Vec<&Value> = open
            .iter()
            .flat_map(|requested| states_of(&now, &requested.worker).filter(|state| !is_new(state, requested)))
            .collect();
        let all: usize = workers.iter().map(|worker| states_of(&now, worker).count()).sum();
        step.detail(&format!("{} of {all} receipts", all - missing.len()));
        if all - missing.len() > come {
            (come, last_came) = (all - missing.len(), Instant::now());
        }
        if last_came.elapsed() > timeout {
            bail!(
                "no receipt has come within {} s for {}; the emulator's log has what the workers said",
                timeout.as_secs(),
                missing.into_iter().map(describe).collect::<Vec<_>>().join(", ")
            );
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

/// Returns all workers in groups: the groups run one after the other, the workers of a group at the
/// same time.
pub(crate) async fn groups(api: &ApiClient) -> Result<Vec<Vec<String>>> {
    Ok(order(&states(api).await?))
}

fn order(states: &[Value]) -> Vec<Vec<String>> {
    let mut groups: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for worker in states.iter().filter_map(|state| state["worker"].as_str()).filter(|worker| *worker != INGEST) {
        let place = LATER_GROUPS.iter().position(|late| late.contains(&worker)).map_or(0, |place| place + 1);
        let group = groups.entry(place).or_default();
        if !group.iter().any(|known| known == worker) {
            group.push(worker.to_owned());
        }
    }
    groups.into_values().collect()
}

/// Returns whether every receipt is of a complete run.
#[must_use]
pub fn all_complete(states: &[Value]) -> bool {
    states.iter().all(|state| state["status"] == "complete")
}

/// Returns whether a receipt fails only because the token may not read billing, which the inventory
/// does not need.
#[must_use]
pub fn is_unbilled(state: &Value) -> bool {
    state["status"] == "not_visible" && BILLING.iter().any(|worker| state["worker"] == *worker)
}

/// Returns a line for each receipt of an incomplete run, with its error.
#[must_use]
pub fn incomplete(states: &[Value]) -> Vec<String> {
    let incomplete = states.iter().filter(|state| state["status"] != "complete");
    incomplete
        .map(|state| format!("{}: {}: {}", describe(state), text(state, "status"), text(state, "error")))
        .collect()
}

/// Formats how runs ended, such as `complete` or `17 complete, 1 not_visible`, and how many items
/// they listed.
pub(crate) fn tally(states: &[Value]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for state in states {
        *counts.entry(text(state, "status")).or_default() += 1;
    }
    let told: Vec<String> = match states {
        [one] => vec![text(one, "status").to_owned()],
        _ => counts.into_iter().map(|(status, count)| format!("{count} {status}")).collect(),
    };
    let items: u64 = states.iter().filter_map(|state| state["items"].as_u64()).sum();
    format!("{}, {items} items", told.join(", "))
}

/// The sync states of the accounts that are not paused.
async fn states(api: &ApiClient) -> Result<Vec<Value>> {
    let accounts = api.list("accounts").await?;
    let enabled: Vec<_> = accounts
        .iter()
        .filter(|account| account["status"] == "enabled")
        .map(|account| text(account, "account"))
        .collect();
    let mut states = api.list("sync").await?;
    states.retain(|state| enabled.contains(&text(state, "account")));
    Ok(states)
}

fn states_of<'a>(states: &'a [Value], worker: &'a str) -> impl Iterator<Item = &'a Value> {
    states.iter().filter(move |state| state["worker"] == worker)
}

/// A state is new when it is the run's, or when its run began after the run was asked for: the
/// worker drops a message that has been overtaken so.
fn is_new(state: &Value, requested: &RequestedRun) -> bool {
    let began = state["last_attempt_at"].as_str().and_then(|at| at.parse::<DateTime<Utc>>().ok());
    state["run_id"] == requested.run || began.is_some_and(|began| began >= requested.at)
}

/// Which state it is: `services/certificate in demo`.
fn describe(state: &Value) -> String {
    format!("{}/{} in {}", text(state, "worker"), text(state, "kind"), text(state, "account"))
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(worker: &str, kind: &str, status: &str, items: u32) -> Value {
        json!({ "account": "demo", "worker": worker, "kind": kind, "status": status, "items": items, "error": "403" })
    }

    #[test]
    fn lists_go_first_and_at_once_then_projects_then_billing() {
        let workers =
            "backups balance billing-history droplets droplets-fast invoice-ingest projects services services";
        let states: Vec<Value> = workers.split(' ').map(|worker| state(worker, "-", "never", 0)).collect();
        let expected: [&[&str]; 4] =
            [&["backups", "droplets", "services"], &["droplets-fast"], &["projects"], &["balance", "billing-history"]];
        assert_eq!(order(&states), expected);
    }

    #[test]
    fn only_a_token_without_billing_is_excused() {
        assert!(is_unbilled(&state("balance", "balance", "not_visible", 0)));
        assert!(!is_unbilled(&state("balance", "balance", "failed", 0)));
        assert!(!is_unbilled(&state("services", "vpc", "not_visible", 0)));
    }

    #[test]
    fn a_receipt_is_new_by_its_run_or_by_when_it_began() {
        let at = "2026-04-01T00:00:10Z".parse().unwrap();
        let requested = RequestedRun { worker: "droplets".to_owned(), run: "r".to_owned(), at };
        let is_new = |run: &str, began: Value| is_new(&json!({"run_id": run, "last_attempt_at": began}), &requested);
        assert!(is_new("r", json!("2026-04-01T00:00:11Z")));
        assert!(is_new("later", json!("2026-04-01T00:00:10.5Z")));
        assert!(!is_new("earlier", json!("2026-04-01T00:00:09Z")));
        assert!(!super::is_new(&json!({"status": "never", "run_id": null, "last_attempt_at": null}), &requested));
    }

    #[test]
    fn a_tally_counts_what_differs_and_a_line_says_why() {
        let states = [
            state("services", "app", "complete", 2),
            state("services", "vpc", "complete", 3),
            state("services", "certificate", "not_visible", 0),
        ];
        assert_eq!(tally(&states), "2 complete, 1 not_visible, 5 items");
        assert_eq!(tally(&states[..1]), "complete, 2 items");
        assert_eq!(incomplete(&states), ["services/certificate in demo: not_visible: 403"]);
        assert!(!all_complete(&states) && all_complete(&states[..2]));
    }
}
