//! Runs of workers, and the time between strikes.

use std::time::Duration;

use local::ApiUser;
use serde_json::{Value, json};

use super::{STRIKE_INTERVAL, World};
use crate::answer::text;

/// How long a sync may take until its receipt is there.
const TIMEOUT: Duration = Duration::from_secs(60);

impl World {
    /// Returns the row of `GET /sync` of a worker in an account.
    pub(crate) async fn sync(&self, account: &str, worker: &str) -> Value {
        let mut page = self.get(&format!("sync?account={account}&worker={worker}")).await;
        page["data"][0].take()
    }

    /// Asks for a run of a worker in one account; its id.
    pub(crate) async fn trigger(&self, account: &str, worker: &str) -> String {
        let body = json!({ "account": account });
        let accepted = self.call("POST", &format!("sync/{worker}"), Some(body), &ApiUser::Admin).await.expect(202);
        text(&accepted, "run_id").to_owned()
    }

    /// Runs a worker in one account; what `GET /sync` says of that run.
    pub(crate) async fn run(&self, account: &str, worker: &str) -> Value {
        let run = self.trigger(account, worker).await;
        self.wait_for_receipt(account, worker, &run).await
    }

    /// Waits until a run has left its receipt.
    pub(crate) async fn wait_for_receipt(&self, account: &str, worker: &str, run: &str) -> Value {
        self.wait(&format!("the receipt of {worker} in {account}"), TIMEOUT, async || {
            let state = self.sync(account, worker).await;
            (state["run_id"] == run).then_some(state)
        })
        .await
    }

    /// Waits until another strike counts.
    pub(crate) async fn pass_strike_interval(&self) {
        tokio::time::sleep(STRIKE_INTERVAL + Duration::from_millis(200)).await;
    }
}
